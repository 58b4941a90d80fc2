"""What Alembic runs for every command; it works on the connection it is given."""

from alembic import context

from workflows.schema.upgrading import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata(),
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
