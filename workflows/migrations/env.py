"""What Alembic runs for every command; it works on the connection it is given."""

from typing import Any, Literal

from alembic import context

from engine import UtcDateTime
from workflows.migrations.upgrading import metadata
from workflows.people.decimals import ExactDecimal


def render(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our own column types with their import, everything else as Alembic does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen_context.imports.add("from engine import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, ExactDecimal):
        autogen_context.imports.add("from workflows.people.decimals import ExactDecimal")
        return f"ExactDecimal({item.precision}, {item.scale})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
