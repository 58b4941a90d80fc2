"""The migrations build the schema that the models describe, on both databases, and keep data."""

import warnings

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect

from engine.database import connect
from workflows.migrations import SchemaOutdated, check_schema, metadata, upgrade


@pytest.fixture
def engine(database_url: str) -> Engine:
    return connect(database_url)


def test_the_migrated_schema_is_that_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection, warnings.catch_warnings():
        # SQLite cannot reflect the index on lower(email), and SQLAlchemy says so.
        warnings.simplefilter("ignore")
        differences = compare_metadata(MigrationContext.configure(connection), metadata())
    engine.dispose()
    assert differences == []


def test_addresses_are_unique_whatever_their_case(engine: Engine) -> None:
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {index["name"] for index in inspect(connection).get_indexes("person")}
        # SQLite's reflection leaves indexes on expressions out.
        found = "uq_person_email_lower" in names or engine.dialect.name == "sqlite"
    engine.dispose()
    assert found


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    check_schema(engine)
    engine.dispose()


def test_an_empty_database_is_named_with_what_to_do() -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(SchemaOutdated, match="reviewflow db upgrade"):
        check_schema(engine)
    engine.dispose()
