"""rank the cases before a committee"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    with op.batch_alter_table("committee") as table:
        table.add_column(sa.Column("part_of", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("up_to", sa.String(length=20), nullable=True))
        table.create_foreign_key(
            op.f("fk_committee_part_of_committee"), "committee", ["part_of"], ["id"], ondelete="CASCADE"
        )
        table.create_index(op.f("ix_committee_part_of"), ["part_of"])
    with op.batch_alter_table("vote") as table:
        table.add_column(sa.Column("committee", sa.String(length=40), nullable=True))
    with op.batch_alter_table("ballot") as table:
        table.add_column(sa.Column("rank", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take this migration back."""
    with op.batch_alter_table("ballot") as table:
        table.drop_column("rank")
    with op.batch_alter_table("vote") as table:
        table.drop_column("committee")
    with op.batch_alter_table("committee") as table:
        table.drop_index(op.f("ix_committee_part_of"))
        table.drop_constraint(op.f("fk_committee_part_of_committee"), type_="foreignkey")
        table.drop_column("up_to")
        table.drop_column("part_of")
