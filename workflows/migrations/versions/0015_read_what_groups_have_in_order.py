"""read what groups have in the order of deadlines, by cycle and by step"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FREE = "state = 'open' AND assignee IS NULL"
INDEXES = (
    ("ix_task_group_cycle", ["group", "root_id", "due_at", "id"]),
    ("ix_task_group_step", ["group", "step", "due_at", "id"]),
)


def upgrade() -> None:
    """Apply this migration."""
    for name, columns in INDEXES:
        op.create_index(name, "task", columns, postgresql_where=sa.text(FREE), sqlite_where=sa.text(FREE))


def downgrade() -> None:
    """Undo this migration."""
    for name, _columns in INDEXES:
        op.drop_index(name, table_name="task")
