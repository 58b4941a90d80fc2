"""send mails"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration. What people were told before is not mailed."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "mail",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_person", "mail", ["person_id", "created_at"])
    op.create_index("ix_mail_state", "mail", ["state", "due_at"])
    op.create_table(
        "mail_preference",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_to", sa.Time(), nullable=False),
        sa.Column("on_days_off", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_preference_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_preference")),
    )
    op.create_table(
        "decision_link",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("task_id", number, nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("seen", sa.String(length=40), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_decision_link_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_decision_link_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_link")),
    )
    op.create_index(op.f("ix_decision_link_task_id"), "decision_link", ["task_id"])
    op.add_column("notification", sa.Column("mailing", sa.String(length=10), nullable=False, server_default="none"))
    op.add_column("notification", sa.Column("mail_at", UtcDateTime(), nullable=True))
    mail = sa.ForeignKey("mail.id", name=op.f("fk_notification_mail_id_mail"))
    op.add_column("notification", sa.Column("mail_id", number, mail, nullable=True), inline_references=True)
    op.create_index("ix_notification_mail", "notification", ["mail_id"])
    new, planned = sa.text("mailing = 'new'"), sa.text("mailing = 'planned'")
    op.create_index("ix_notification_new", "notification", ["id"], postgresql_where=new, sqlite_where=new)
    op.create_index(
        "ix_notification_planned",
        "notification",
        ["person_id", "mail_at"],
        postgresql_where=planned,
        sqlite_where=planned,
    )


def downgrade() -> None:
    """Undo this migration."""
    for index in ("ix_notification_planned", "ix_notification_new", "ix_notification_mail"):
        op.drop_index(index, table_name="notification")
    for column in ("mail_id", "mail_at", "mailing"):
        op.drop_column("notification", column)
    op.drop_table("decision_link")
    op.drop_table("mail_preference")
    op.drop_table("mail")
