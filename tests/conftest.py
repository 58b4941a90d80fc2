"""What every test may ask for: databases, the broker, a browser. See tests/services for where they come from."""

import contextlib
import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, expect
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.serving import make_server

from engine import clock, database
from engine.database import connect
from tests.services.browser import FLAGS, provide_chromium
from tests.services.listening import act_on_pages_that_listen
from tests.services.postgres import PostgresServer, run_postgres
from tests.services.valkey import ValkeyServer, run_valkey
from webapp.application import settle
from workflows.migrations import upgrade
from workflows.people import accounts

# Time limits an example would sometimes break on a busy machine; in CI the same examples are tried every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# So does the five seconds that Playwright waits for what is expected; a page that is right makes nobody wait.
expect.set_options(timeout=30_000)

FIGURE = "figure"
"""The name under which a test records, with `record_property`, a line that the end of the run shows."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures that tests recorded, whichever process they ran in."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == FIGURE and report.when == "call":
                    terminalreporter.write_line(str(value))


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not in what a run has imported and collected: that took a sixth of its time."""
    settle()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed by the same algorithm with less work: a thousand tests sign somebody in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Statements are compiled once for all the databases of a run: every test has its own, and they are the same."""
    compiled: LRUCache[Any, Any] = LRUCache(10_000)

    def create_with_compiled(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        engine._compiled_cache = compiled
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", create_with_compiled)
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
            patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        yield


@pytest.fixture(scope="session", autouse=True)
def hasty_disk() -> Iterator[None]:
    """No commit waits for the disk, on PostgreSQL (see tests/services) as on SQLite."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "SQLITE_SETTINGS", (*database.SQLITE_SETTINGS, "synchronous=OFF"))
        yield


@pytest.fixture(autouse=True)
def present_day() -> Iterator[None]:
    """Every test begins at the time of the machine, however far the test before it has travelled."""
    yield
    clock.come_home()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the session. Most tests want `postgres_url` instead."""
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The URL of a database with today's schema that tests get copies of."""
    template = postgres_server.create_database()
    _upgrade(template)
    return template


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with today's schema, the test's own."""
    url = postgres_server.lend_database(postgres_template)
    yield url
    postgres_server.take_back(url, postgres_template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's schema that tests get copies of."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _upgrade(f"sqlite:///{path}")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        # Brings what is still in the write-ahead log into the one file that is copied.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite file with today's schema, the test's own."""
    path = tmp_path / "reviewflow.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """One Valkey for the session. Most tests want `broker_url` instead."""
    with run_valkey() as server:
        yield server


@pytest.fixture
def broker_url(valkey_server: ValkeyServer) -> str:
    """The URL of an empty broker."""
    valkey_server.empty()
    return valkey_server.url


@pytest.fixture
def serve() -> Iterator[Callable[[WSGIApplication], str]]:
    """Serves a web application on a loopback port until the test ends: call it with the app, get the address."""
    running: list[Callable[[], None]] = []

    def start(app: WSGIApplication) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()

        def stop() -> None:
            server.shutdown()
            thread.join()
            server.server_close()

        running.append(stop)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for stop in running:
        stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a real Chromium. Skips where there is none and we may not install it; in CI that is a failure."""
    path = provide_chromium()
    if path is None:
        reason = "Chromium is not installed and can not be installed from here: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium: str) -> dict[str, Any]:
    """Makes pytest-playwright's `page`, `context` and `browser` use that Chromium."""
    return {**browser_type_launch_args, "executable_path": chromium, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def browser(playwright: Playwright, launch_browser: Callable[[], Browser]) -> Iterator[Browser]:
    """One browser for the session. It acts only on pages that have loaded; most tests want `page` instead."""
    browser = launch_browser()
    act_on_pages_that_listen(playwright, browser)
    yield browser
    browser.close()


def _upgrade(url: str) -> None:
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
