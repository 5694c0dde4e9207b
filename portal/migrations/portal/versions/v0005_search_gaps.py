"""What readers looked for and did not find."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_gap",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("locale", sa.String(16), primary_key=True),
        sa.Column("text", sa.String(100), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("search_gap")
