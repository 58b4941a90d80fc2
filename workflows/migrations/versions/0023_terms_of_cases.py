"""let a case differ from its cycle"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    with op.batch_alter_table("review_case") as case:
        case.add_column(sa.Column("terms", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Undo this migration."""
    with op.batch_alter_table("review_case") as case:
        case.drop_column("terms")
