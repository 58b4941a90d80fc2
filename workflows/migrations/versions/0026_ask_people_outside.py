"""ask people outside"""

import sqlalchemy as sa
from alembic import op

from engine import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "outside_address",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outside_address_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_outside_address")),
    )
    op.create_index("ix_outside_address_lower", "outside_address", [sa.text("lower(address)")])


def downgrade() -> None:
    """Undo this migration."""
    op.drop_index("ix_outside_address_lower", table_name="outside_address")
    op.drop_table("outside_address")
