"""The application on a database with the cast in it, and a browser for each of them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from engine import clock
from engine.database import SessionFactory, connect, create_session_factory, transaction
from tests.services.tables import bring_tables
from tests.webapp.browsing import PASSWORD, Browser
from tests.webapp.reviewing import Review
from tests.workflows.people.cast import bring_people, bring_units, cast
from tests.workflows.small_cycle import empty_database
from webapp import create_app
from webapp.commands import dry_runs
from webapp.request_session import TransactionalFlask
from webapp.settings import Settings
from workflows.installing import install
from workflows.people import accounts

LONG_AGO = date(2024, 1, 1)
ROLES = {"hugo": ["hr"], "carl": ["admin"]}


class CompiledTemplates(BytecodeCache):
    """Templates, compiled once for all the applications of a run."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is compiled already; the checksum is that of the source."""
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled just now."""
        self.compiled[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Every test has an application of its own; their templates are the same."""
    templates, create = CompiledTemplates(), TransactionalFlask.create_jinja_environment

    def create_with_compiled(app: Flask) -> Environment:
        environment = create(app)
        environment.bytecode_cache = templates
        return environment

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionalFlask, "create_jinja_environment", create_with_compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_addresses() -> Iterator[None]:
    """So are their addresses, of which Werkzeug makes a function each."""
    compiled: dict[tuple[object, ...], Any] = {}
    compile_builder = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002 - Werkzeug's signature
        key = (rule.rule, str(rule.defaults), str(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


@pytest.fixture(scope="session")
def cast_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which the cast has accounts; tests get copies."""
    install()
    path = tmp_path_factory.mktemp("webapp") / "cast.db"
    engine = connect(f"sqlite:///{path}")
    bring_tables(engine)
    with transaction(create_session_factory(engine)) as session:
        bring_units(session, on=LONG_AGO)
        bring_people(session, cast(), on=LONG_AGO)
        accounts.create_accounts(session, password=PASSWORD, now=clock.now(), roles=ROLES)
    engine.dispose()
    return path


@pytest.fixture
def factory(cast_file: Path, tmp_path: Path) -> Iterator[SessionFactory]:
    """Sessions on the test's own copy of the cast."""
    path = tmp_path / "cast.db"
    shutil.copyfile(cast_file, path)
    engine = connect(f"sqlite:///{path}")
    yield create_session_factory(engine)
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The embedded set-up in a folder of the test's own."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
def app(settings: Settings, factory: SessionFactory) -> Flask:
    """The application. Tests add views to it before they open the first page."""
    return create_app(settings, session_factory=factory)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of somebody who is not signed in, for plain requests."""
    return app.test_client()


@pytest.fixture
def open_browser(app: Flask) -> Callable[[str], Browser]:
    """Signs somebody in and gives their browser; for the name "" it is the browser of nobody."""

    def sign_in(who: str) -> Browser:
        browser = Browser(app.test_client())
        if who:
            browser.sign_in(who)
        return browser

    return sign_in


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The dry runs for which the worker has started a process; here they are played by the test itself."""
    asked: list[int] = []

    class Process:
        def __init__(self, command: list[str], **_: object) -> None:
            asked.append(int(command[-1]))

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(dry_runs.subprocess, "Popen", Process)
    return asked


@pytest.fixture(scope="session")
def review_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which the annual review of the small company has just begun; tests get copies."""
    path = tmp_path_factory.mktemp("webapp") / "review.db"
    with empty_database(f"sqlite:///{path}") as factory, clock.travelling():
        Review(factory).launch()
        Review(factory).give_accounts()
    return path


@pytest.fixture
def review(review_file: Path, tmp_path: Path, settings: Settings) -> Iterator[Review]:
    """The review on the test's own copy, with the application in front of it."""
    path = tmp_path / "review.db"
    shutil.copyfile(review_file, path)
    engine = connect(f"sqlite:///{path}")
    factory = create_session_factory(engine)
    review = Review(factory, app=create_app(settings, session_factory=factory))
    review.root = review.task("self_assessment", "ann").root_id
    yield review.work()
    engine.dispose()
