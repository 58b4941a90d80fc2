"""signals"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="message", nullable=False))


def downgrade() -> None:
    """Undo this migration."""
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_column("kind")
