"""Accounts of the staff, their sessions, and what the audit trail says beyond one lead."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_staff",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("login", sa.String(300), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(300)),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("disabled_at", UTCDateTime()),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failed_at", UTCDateTime()),
    )
    op.create_table(
        "inbox_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("inbox_staff.id"), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
    )
    op.create_index("ix_inbox_session_staff_id", "inbox_session", ["staff_id"])
    op.add_column("inbox_audit", sa.Column("detail", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_inbox_audit_at", "inbox_audit", ["at", "id"])
    op.create_index("ix_inbox_audit_actor", "inbox_audit", ["actor", "at"])


def downgrade() -> None:
    op.drop_index("ix_inbox_audit_actor", "inbox_audit")
    op.drop_index("ix_inbox_audit_at", "inbox_audit")
    op.drop_column("inbox_audit", "detail")
    op.drop_table("inbox_session")
    op.drop_table("inbox_staff")
