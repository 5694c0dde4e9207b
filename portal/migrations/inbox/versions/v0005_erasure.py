"""Tombstones: when, by whom and why the content of a lead was erased."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox_lead", sa.Column("erased_at", UTCDateTime()))
    op.add_column("inbox_lead", sa.Column("erased_by", sa.String(32)))
    op.add_column("inbox_lead", sa.Column("erased_why", sa.String(16)))
    op.create_index("ix_inbox_case_closed_at", "inbox_case", ["closed_at"])


def downgrade() -> None:
    op.drop_index("ix_inbox_case_closed_at", "inbox_case")
    for name in ("erased_why", "erased_by", "erased_at"):
        op.drop_column("inbox_lead", name)
