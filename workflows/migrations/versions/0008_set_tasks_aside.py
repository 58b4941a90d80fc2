"""set tasks aside; save filters; read inboxes by deadline and by kind"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HELD = "state = 'open' AND assignee IS NOT NULL"
FREE = "state = 'open' AND assignee IS NULL"
# Of these the condition has changed.
OLD = ("ix_task_assignee_open", "ix_task_group_open")
INDEXES = (
    ("ix_task_assignee_open", ["assignee", "due_at", "id"], HELD),
    ("ix_task_assignee_kind", ["assignee", "root_id", "step", "due_at", "id"], HELD),
    ("ix_task_group_open", ["group", "due_at", "id"], FREE),
    ("ix_task_group_kind", ["group", "root_id", "step", "due_at", "id"], FREE),
    ("ix_task_closed_by", ["closed_by", "closed_at", "id"], "state = 'completed'"),
)


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "set_aside",
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_set_aside_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_set_aside_task_id_task")),
        sa.PrimaryKeyConstraint("task_id", "person_id", name=op.f("pk_set_aside")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_saved_filter_owner_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_filter_owner_id_name")),
    )
    op.create_table(
        "filter_share",
        sa.Column("filter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["saved_filter.id"], name=op.f("fk_filter_share_filter_id_saved_filter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("filter_id", "kind", "reader", name=op.f("pk_filter_share")),
    )
    op.create_index("ix_filter_share_reader", "filter_share", ["reader", "kind"])
    op.create_index("ix_set_aside_person", "set_aside", ["person_id", "until"])
    op.create_index("ix_review_case_unit", "review_case", ["org_unit"])
    for name in OLD:
        op.drop_index(name, table_name="task")
    for name, columns, where in INDEXES:
        op.create_index(name, "task", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def downgrade() -> None:
    """Undo this migration."""
    for name, _columns, _where in INDEXES:
        op.drop_index(name, table_name="task")
    for name, column in zip(OLD, ("assignee", "group"), strict=True):
        where = sa.text("state = 'open'")
        op.create_index(name, "task", [column, "due_at", "id"], postgresql_where=where, sqlite_where=where)
    op.drop_index("ix_review_case_unit", table_name="review_case")
    op.drop_index("ix_set_aside_person", table_name="set_aside")
    for table in ("filter_share", "saved_filter", "set_aside"):
        op.drop_table(table)
