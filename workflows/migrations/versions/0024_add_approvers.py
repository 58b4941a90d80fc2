"""add approvers"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("task", sa.Column("turn", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("added_by", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo this migration."""
    op.drop_column("task", "added_by")
    op.drop_column("task", "turn")
