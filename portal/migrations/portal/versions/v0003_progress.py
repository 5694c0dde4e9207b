"""Erasure, and how far the inbox is with each inquiry."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("erased_at", UTCDateTime()))
    op.create_table(
        "lead_progress",
        sa.Column("submission_id", sa.String(36), sa.ForeignKey("submission.id"), primary_key=True),
        sa.Column("assigned_at", UTCDateTime()),
        sa.Column("answered_at", UTCDateTime()),
        sa.Column("closed_at", UTCDateTime()),
        sa.Column("desk", sa.String(40), nullable=False),
    )
    contact = op.create_table(
        "inbox_contact",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", UTCDateTime()),
        sa.Column("heard_at", UTCDateTime()),
    )
    op.bulk_insert(contact, [{"id": 1, "cursor": 0}])


def downgrade() -> None:
    op.drop_table("inbox_contact")
    op.drop_table("lead_progress")
    op.drop_column("outbox", "erased_at")
