"""ask former managers for closing reviews"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "closing_review",
        sa.Column("id", number, nullable=False),
        sa.Column("case_id", number, nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("manager_id", sa.String(length=40), nullable=False),
        sa.Column("served_from", sa.Date(), nullable=False),
        sa.Column("served_to", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("instance_id", number, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_closing_review_case_id_review_case")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_closing_review_instance_id_instance")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_closing_review_manager_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_closing_review_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_review")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_closing_review_instance_id")),
        sa.UniqueConstraint(
            "person_id", "manager_id", "served_to", name=op.f("uq_closing_review_person_id_manager_id_served_to")
        ),
    )
    op.create_index("ix_closing_review_import", "closing_review", ["import_id"])


def downgrade() -> None:
    """Undo this migration."""
    op.drop_index("ix_closing_review_import", table_name="closing_review")
    op.drop_table("closing_review")
