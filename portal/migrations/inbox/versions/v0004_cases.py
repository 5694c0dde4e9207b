"""What staff make of a lead: cases, their history, mails to be sent."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _lead(*, key: bool = False) -> sa.Column[str]:
    lead = sa.ForeignKey("inbox_lead.id", ondelete="CASCADE")
    return sa.Column("lead_id", sa.String(64), lead, primary_key=key, nullable=False)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True)


def upgrade() -> None:
    op.add_column("inbox_lead", sa.Column("taken_in", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Only the few that wait are in it, so looking for them costs nothing however many leads there are.
    waiting = sa.text("NOT taken_in")
    op.create_index(
        "ix_inbox_lead_waiting", "inbox_lead", ["received_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "inbox_case",
        _lead(key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("desk", sa.String(40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("assignee", sa.String(64), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("email_digest", sa.String(64)),
        sa.Column("phone_digest", sa.String(64)),
        sa.Column("company_digest", sa.String(64)),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("contacted_at", UTCDateTime()),
        sa.Column("closed_at", UTCDateTime()),
    )
    for name in ("email_digest", "phone_digest", "company_digest"):
        op.create_index(f"ix_inbox_case_{name}", "inbox_case", [name])
    op.create_index("ix_inbox_case_sent_at", "inbox_case", ["sent_at", "lead_id"])
    op.create_table(
        "inbox_event",
        _number(),
        _lead(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("sealed_note", sa.Text()),
    )
    op.create_index("ix_inbox_event_lead_id", "inbox_event", ["lead_id"])
    op.create_table(
        "inbox_mail",
        _number(),
        _lead(),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime()),
        sa.Column("sent_at", UTCDateTime()),
        sa.Column("dead_at", UTCDateTime()),
        sa.Column("last_error", sa.String(64)),
        sa.UniqueConstraint("lead_id", "kind", name="uq_inbox_mail_lead_kind"),
    )
    op.create_index("ix_inbox_mail_next_at", "inbox_mail", ["next_at"])


def downgrade() -> None:
    op.drop_table("inbox_mail")
    op.drop_table("inbox_event")
    op.drop_table("inbox_case")
    op.drop_index("ix_inbox_lead_waiting", "inbox_lead")
    op.drop_column("inbox_lead", "taken_in")
