"""The schema of the whole product and its migrations (Alembic), on SQLite and PostgreSQL alike."""

from workflows.migrations.upgrading import SchemaOutdated, check_schema, metadata, upgrade

__all__ = ["SchemaOutdated", "check_schema", "metadata", "upgrade"]
