"""members one by one"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    with op.batch_alter_table("fan_out", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sequential", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("waiting", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Undo this migration."""
    with op.batch_alter_table("fan_out", schema=None) as batch_op:
        batch_op.drop_column("waiting")
        batch_op.drop_column("sequential")
