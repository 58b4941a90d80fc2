"""What every test may ask for: databases, the broker, a browser. See tests/services for where they come from."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from hypothesis import settings
from playwright.sync_api import Page
from werkzeug.serving import make_server

from engine import clock
from engine.database import connect
from tests.services.accessibility import Problem, find_problems
from tests.services.browser import FLAGS, provide_chromium
from tests.services.postgres import PostgresServer, run_postgres
from tests.services.valkey import ValkeyServer, run_valkey
from workflows.migrations import upgrade

# Time limits an example would sometimes break on a busy machine; in CI the same examples are tried every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


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
    url = postgres_server.create_database(template=postgres_template)
    yield url
    postgres_server.drop_database(url)


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
def accessibility_problems() -> Callable[[Page], list[Problem]]:
    """Asks axe what is wrong with the page that a browser shows now: an empty list when nothing is."""
    return find_problems


def _upgrade(url: str) -> None:
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
