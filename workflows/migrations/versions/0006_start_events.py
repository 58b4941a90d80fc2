"""start events that wait"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "awaited_start",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.id"], name=op.f("fk_awaited_start_definition_id_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaited_start")),
    )
    with op.batch_alter_table("awaited_start", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awaited_start_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_awaited_start_name", ["kind", "name"], unique=False)
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("started_for", sa.String(), nullable=True))
        batch_op.create_index(
            "uq_instance_started_for",
            ["started_for"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    """Undo this migration."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_index("uq_instance_started_for")
        batch_op.drop_column("started_for")
    op.drop_table("awaited_start")
