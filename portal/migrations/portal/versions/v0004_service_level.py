"""The figure of the bureau's service that everyone may see."""

import sqlalchemy as sa
from alembic import op

from portal.db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_level",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("percent", sa.Integer()),
        sa.Column("period_days", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("heard_at", UTCDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("service_level")
