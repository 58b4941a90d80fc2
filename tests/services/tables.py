"""The product's tables in a database of a test's own: made once a run, then copied."""

from functools import cache

from sqlalchemy import Engine, inspect

from engine.database import connect
from workflows.migrations import metadata


def bring_tables(engine: Engine) -> None:
    """Let the database have every table of the product; one that has them stays as it is."""
    if inspect(engine).has_table("instance"):
        return
    if engine.dialect.name == "sqlite":
        copy_database(_made_once(), engine)
    else:
        metadata().create_all(engine)


def copy_database(source: Engine, target: Engine) -> None:
    """Put everything of one SQLite database in place of what is in another."""
    with source.connect() as old, target.connect() as new:
        old.connection.driver_connection.backup(new.connection.driver_connection)  # type: ignore[union-attr]


@cache
def _made_once() -> Engine:
    engine = connect("sqlite://")
    metadata().create_all(engine)
    return engine
