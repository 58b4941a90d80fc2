"""keep dry runs"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "dry_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("design_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("tasks_done", sa.Integer(), nullable=False),
        sa.Column("played_to", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_dry_run_definition_id_definition")),
        sa.ForeignKeyConstraint(["design_id"], ["design.id"], name=op.f("fk_dry_run_design_id_design")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dry_run")),
    )
    op.create_index("ix_dry_run_asked_at", "dry_run", ["asked_at"])


def downgrade() -> None:
    """Undo this migration."""
    op.drop_index("ix_dry_run_asked_at", table_name="dry_run")
    op.drop_table("dry_run")
