"""Changes of a lead's state that the public side may fetch."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "state_change",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("lead_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("desk", sa.String(40), nullable=False),
        # A number is never given out twice: the public side's cursor would step over the second.
        sqlite_autoincrement=True,
    )
    op.create_index("ix_state_change_lead_id", "state_change", ["lead_id"])


def downgrade() -> None:
    op.drop_table("state_change")
