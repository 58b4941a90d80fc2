"""walk through processes"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "walk",
        sa.Column("id", number, nullable=False),
        sa.Column("definition_id", number, nullable=True),
        sa.Column("design_id", number, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_walk_definition_id_definition")),
        sa.ForeignKeyConstraint(["design_id"], ["design.id"], name=op.f("fk_walk_design_id_design")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_walk_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["begun_by"], ["person.id"], name=op.f("fk_walk_begun_by_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk")),
    )
    op.create_index("ix_walk_begun_by", "walk", ["begun_by", "moved_at"])
    op.create_index("ix_walk_moved_at", "walk", ["moved_at"])
    op.create_table(
        "walk_step",
        sa.Column("walk_id", number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("happened", sa.JSON(), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["walk_id"], ["walk.id"], name=op.f("fk_walk_step_walk_id_walk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("walk_id", "number", name=op.f("pk_walk_step")),
    )


def downgrade() -> None:
    """Undo this migration."""
    op.drop_table("walk_step")
    op.drop_index("ix_walk_moved_at", table_name="walk")
    op.drop_index("ix_walk_begun_by", table_name="walk")
    op.drop_table("walk")
