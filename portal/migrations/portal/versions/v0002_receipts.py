"""Receipts in a chain, for what was received before as well."""

import hashlib
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROWS_AT_ONCE = 500


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column("submission_id", sa.String(36), sa.ForeignKey("submission.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False, unique=True),
        sa.Column("payload_sha256", sa.String(64), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128)),
        sa.Column("key_id", sa.String(64)),
    )
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128)),
        sa.Column("key_id", sa.String(64)),
    )
    _chain_what_is_there(op.get_bind())


def _chain_what_is_there(connection: sa.Connection) -> None:
    """The formula of portal.leads.chain as it was at this revision; signing needs a key and follows at the start."""
    submission = sa.table(
        "submission",
        sa.column("id", sa.String()),
        sa.column("reference", sa.String()),
        sa.column("sealed", sa.Text()),
        sa.column("received_at", UTCDateTime()),
    )
    receipt = sa.table("receipt", *map(sa.column, ("submission_id", "seq", "payload_sha256", "link")))
    head = sa.table("chain_head", *map(sa.column, ("id", "count", "last")))
    last, seq = "0" * 64, 0
    made: list[dict[str, object]] = []
    rows = connection.execute(sa.select(submission).order_by(submission.c.received_at, submission.c.id))
    for row in rows.yield_per(_ROWS_AT_ONCE):
        seq += 1
        hashed = hashlib.sha256(row.sealed.encode()).hexdigest()
        stamp = row.received_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        parts = (last, str(seq), row.id, row.reference, stamp, hashed)
        last = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        made.append({"submission_id": row.id, "seq": seq, "payload_sha256": hashed, "link": last})
    for start in range(0, len(made), _ROWS_AT_ONCE):
        connection.execute(receipt.insert(), made[start : start + _ROWS_AT_ONCE])
    connection.execute(head.insert(), {"id": 1, "count": seq, "last": last})


def downgrade() -> None:
    op.drop_table("chain_head")
    op.drop_table("receipt")
