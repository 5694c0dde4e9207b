"""Received leads and the audit trail of the staff side."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_lead",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("opened_at", UTCDateTime()),
    )
    op.create_index("ix_inbox_lead_received_at", "inbox_lead", ["received_at", "id"])
    op.create_index("ix_inbox_lead_reference", "inbox_lead", ["reference"])
    op.create_table(
        "inbox_audit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("lead_id", sa.String(64)),
    )
    op.create_index("ix_inbox_audit_lead_id", "inbox_audit", ["lead_id"])


def downgrade() -> None:
    op.drop_table("inbox_audit")
    op.drop_table("inbox_lead")
