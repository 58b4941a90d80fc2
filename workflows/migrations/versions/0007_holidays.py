"""holidays"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "holiday",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("country", "site", "day", name=op.f("pk_holiday")),
    )


def downgrade() -> None:
    """Undo this migration."""
    op.drop_table("holiday")
