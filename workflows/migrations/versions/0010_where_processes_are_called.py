"""where processes are called"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("called_at", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo this migration."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_column("called_at")
