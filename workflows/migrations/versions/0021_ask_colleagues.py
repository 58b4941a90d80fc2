"""ask colleagues"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "inquiry",
        sa.Column("id", number, nullable=False),
        sa.Column("task_id", number, nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("colleague", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_inquiry_task_id_task")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_inquiry_asked_by_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["colleague"], ["person.id"], name=op.f("fk_inquiry_colleague_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
    )
    op.create_index("ix_inquiry_task", "inquiry", ["task_id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_inquiry_open", "inquiry", ["colleague", "due_at"], postgresql_where=is_open, sqlite_where=is_open
    )
    inquiry = sa.ForeignKey("inquiry.id", name=op.f("fk_notification_inquiry_id_inquiry"))
    op.add_column("notification", sa.Column("inquiry_id", number, inquiry, nullable=True), inline_references=True)


def downgrade() -> None:
    """Undo this migration."""
    op.drop_column("notification", "inquiry_id")
    op.drop_index("ix_inquiry_open", table_name="inquiry")
    op.drop_index("ix_inquiry_task", table_name="inquiry")
    op.drop_table("inquiry")
