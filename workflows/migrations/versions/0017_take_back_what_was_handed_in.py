"""take back what was handed in"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undo", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Undo this migration."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_column("undo")
