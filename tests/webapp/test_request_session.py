"""One transaction a request: kept before anybody is told of it, undone when it fails."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, text

from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.errors import Rejection
from tests.webapp.browsing import Browser
from webapp.request_session import TransactionalFlask, current_session, install
from workflows.people.models import Person

OpenBrowser = Callable[[str], Browser]


def name_of_ann(factory: SessionFactory) -> str:
    with transaction(factory) as session:
        return session.get_one(Person, "ann").name


def rename_ann() -> str:
    current_session().get_one(Person, "ann").name = "Anna"
    current_session().flush()
    return "renamed"


@pytest.fixture
def ann(app: Flask, open_browser: OpenBrowser) -> Browser:
    def rename_and_fail() -> str:
        rename_ann()
        raise Rejection("Not today.")

    app.add_url_rule("/rename", view_func=rename_ann, methods=["GET", "POST"])
    app.add_url_rule("/rename-and-fail", view_func=rename_and_fail, methods=["POST"])
    browser = open_browser("ann")
    browser.open("/account")
    return browser


def test_a_change_is_kept_by_one_commit(ann: Browser, factory: SessionFactory) -> None:
    engine = factory.kw["bind"]
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    assert ann.send("/rename").text == "renamed"
    assert len(commits) == 1
    assert name_of_ann(factory) == "Anna"


def test_a_refused_change_is_undone(ann: Browser, factory: SessionFactory) -> None:
    assert ann.send("/rename-and-fail").status_code == 422
    assert name_of_ann(factory) == "Ann"


def test_reading_a_page_changes_nothing(ann: Browser, factory: SessionFactory) -> None:
    assert ann.open("/rename").text == "renamed"
    assert name_of_ann(factory) == "Ann"


def test_reading_a_page_does_not_wait_for_somebody_who_writes(ann: Browser, factory: SessionFactory) -> None:
    with transaction(factory) as session:
        session.get_one(Person, "ben").name = "Benjamin"
        session.flush()
        assert ann.open("/account").status_code == 200


def test_nobody_is_told_of_a_success_that_was_not_kept(app: Flask, ann: Browser, factory: SessionFactory) -> None:
    def break_at_commit() -> str:
        current_session().execute(text("PRAGMA defer_foreign_keys = ON"))
        current_session().execute(text("UPDATE person_version SET manager_id = 'nobody' WHERE person_id = 'ann'"))
        return rename_ann()

    app.view_functions["rename_ann"] = break_at_commit
    answer = ann.send("/rename")
    assert answer.status_code == 500
    assert "renamed" not in answer.text
    factory.kw["bind"].dispose()
    assert name_of_ann(factory) == "Ann"


def test_a_page_that_is_finished_goes_out_although_the_database_ends_before_the_session(postgres_url: str) -> None:
    engine = connect(postgres_url)
    app = TransactionalFlask(__name__)
    install(app, create_session_factory(engine))

    def read_and_lose_the_database() -> str:
        number = current_session().scalar(text("SELECT pg_backend_pid()"))
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:number, 60000)"), {"number": number})
        return "read"

    app.add_url_rule("/", view_func=read_and_lose_the_database)
    browser = app.test_client()
    # The second time, too: the connection that was lost is not given to anybody again.
    assert [browser.get("/").text for _ in range(2)] == ["read", "read"]
    engine.dispose()
