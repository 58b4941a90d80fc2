"""The schema of the whole product and its migrations (Alembic), on SQLite and PostgreSQL alike."""

from workflows.schema.upgrading import SchemaOutdated, check_schema, metadata, upgrade

__all__ = ["SchemaOutdated", "check_schema", "metadata", "upgrade"]
