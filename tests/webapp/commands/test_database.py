"""reviewflow db."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.webapp.commands.conftest import Program


def test_upgrading_makes_the_tables_and_may_be_repeated(reviewflow: Program) -> None:
    assert reviewflow("db", "check").code == 1
    assert reviewflow("db", "upgrade").code == 0
    assert reviewflow("db", "upgrade").out == "The database has the schema of this version.\n"
    assert reviewflow("db", "check").code == 0


def test_the_schema_of_another_version_is_refused(reviewflow: Program, data_dir: Path) -> None:
    reviewflow("db", "upgrade")
    with closing(sqlite3.connect(data_dir / "reviewflow.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    ended = reviewflow("status")
    assert (ended.code, ended.err) == (
        1,
        "The database belongs to another version of Reviewflow. Run: reviewflow db upgrade\n",
    )


def test_postgresql_gets_the_same_schema(
    reviewflow: Program, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWFLOW_DATABASE_URL", postgres_url)
    assert reviewflow("db", "upgrade").code == 0
    assert reviewflow("status").out.startswith("No cycle has been launched yet.")
