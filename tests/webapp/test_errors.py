"""What people see when something cannot be done."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask, abort, request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from engine.database import connect, create_session_factory
from engine.errors import Conflict, EngineError, Finding, InvalidDiagram, NotAllowed, NotFound, Rejection, StepFailed
from tests.webapp.browsing import Browser
from webapp.request_session import TransactionalFlask

OpenBrowser = Callable[[str], Browser]

REFUSALS = [
    (NotFound("There is no task 7."), 404, "We cannot find this"),
    (NotAllowed("The task belongs to Ben."), 403, "This is not open to you"),
    (Conflict("Ben completed it at 16:05."), 409, "Somebody was faster"),
    (Rejection("The cycle is closed."), 422, "This cannot be done now"),
    (StepFailed("“rating / weight” cannot be worked out."), 422, "The process cannot go on with this"),
]


def fail_with(app: Flask, error: Exception) -> None:
    """Give the application an address that fails."""

    def fail() -> str:
        raise error

    app.add_url_rule("/fail", view_func=fail, methods=["GET", "POST"])


@pytest.mark.parametrize(("error", "status", "title"), REFUSALS)
def test_a_refusal_says_what_why_and_what_to_do(
    app: Flask, open_browser: OpenBrowser, error: EngineError, status: int, title: str
) -> None:
    fail_with(app, error)
    ann = open_browser("ann")
    page = ann.open("/fail")
    assert page.status_code == status
    assert ann.heading == title
    assert str(error) in page.text
    assert "Go to the start page" in page.text
    assert 'aria-label="Main"' in page.text, "the person can go on from here"


@pytest.mark.parametrize(("error", "status", "title"), REFUSALS)
def test_scripts_get_the_same_words(
    app: Flask, open_browser: OpenBrowser, error: EngineError, status: int, title: str
) -> None:
    fail_with(app, error)
    answer = open_browser("ann").open("/fail", Accept="application/json")
    assert answer.status_code == status
    assert answer.get_json()["title"] == title
    assert answer.get_json()["reason"] == str(error)
    assert answer.get_json()["remedy"]


@pytest.mark.parametrize(
    "error",
    [
        StaleDataError("UPDATE statement expected to update 1 row; 0 were matched."),
        IntegrityError("INSERT", None, Exception("UNIQUE constraint failed: task_set_aside.task_id")),
    ],
)
def test_two_changes_at_the_same_moment_are_nobodys_fault(
    app: Flask, open_browser: OpenBrowser, error: Exception
) -> None:
    fail_with(app, error)
    page = open_browser("ann").open("/fail")
    assert page.status_code == 409
    assert "It was changed at the same moment." in page.text
    assert str(error) not in page.text


def test_who_is_signed_in_is_told_that_the_database_does_not_answer(
    app: TransactionalFlask, open_browser: OpenBrowser
) -> None:
    ann = open_browser("ann")
    app.session_factory = create_session_factory(connect("postgresql://nobody@127.0.0.1:1/none"))
    page = ann.open("/inbox")
    assert page.status_code == 503
    assert ann.heading == "Reviewflow is not available right now"


def test_every_finding_of_a_diagram_gets_its_own_line(app: Flask, open_browser: OpenBrowser) -> None:
    findings = [
        Finding("self_assessment", "has no form.", "Choose one."),
        Finding("end", "is not met.", "Draw it."),
    ]
    fail_with(app, InvalidDiagram(findings))
    page = open_browser("ann").open("/fail")
    assert page.text.count('class="rf-error-reason"') == len(findings)


def test_what_was_typed_is_given_back_but_never_a_password(app: Flask, open_browser: OpenBrowser) -> None:
    fail_with(app, Conflict("Ben completed it."))
    ann = open_browser("ann")
    ann.open("/account")
    page = ann.send("/fail", what_went_well="<b>Two hours</b> of work", password="my secret words")
    assert "&lt;b&gt;Two hours&lt;/b&gt; of work" in page.text
    assert "What went well" in page.text
    assert "my secret words" not in page.text
    assert ann.token() not in page.text.replace(f'content="{ann.token()}"', "").replace(f'value="{ann.token()}"', "")


def test_an_unforeseen_error_shows_a_reference_and_logs_the_rest(
    app: Flask, open_browser: OpenBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    fail_with(app, RuntimeError("salary of P00001"))
    ann = open_browser("ann")
    with caplog.at_level(logging.ERROR):
        answer = ann.open("/fail", Accept="application/json")
    reference = answer.get_json()["reference"]
    assert answer.status_code == 500
    assert reference
    assert reference in caplog.text
    assert "salary of P00001" in caplog.text
    assert "salary of P00001" not in answer.text

    page = ann.open("/fail")
    assert "Reference" in page.text
    assert "Traceback" not in page.text
    assert "salary" not in page.text


def test_a_database_that_does_not_answer_is_a_matter_of_waiting(app: Flask, open_browser: OpenBrowser) -> None:
    fail_with(app, OperationalError("SELECT 1", {}, Exception("connection to secret-host refused")))
    ann = open_browser("ann")
    page = ann.open("/fail")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "10"
    assert ann.heading == "Reviewflow is not available right now"
    assert "secret-host" not in page.text


@pytest.mark.parametrize("code", [400, 403, 404, 405, 410, 413, 415, 429, 501])
def test_every_other_status_has_a_page_too(app: Flask, open_browser: OpenBrowser, code: int) -> None:
    app.add_url_rule("/abort", view_func=lambda: abort(code))
    ann = open_browser("ann")
    page = ann.open("/abort")
    assert page.status_code == code
    assert ann.heading
    assert "Go to the start page" in page.text


def test_an_unknown_address_keeps_the_navigation(open_browser: OpenBrowser) -> None:
    ann = open_browser("ann")
    page = ann.open("/nowhere")
    assert page.status_code == 404
    assert 'aria-label="Main"' in page.text


def test_an_address_opened_the_wrong_way_says_which_ways_there_are(open_browser: OpenBrowser) -> None:
    page = open_browser("ann").open("/sign-out")
    assert page.status_code == 405
    assert "POST" in page.headers["Allow"]


def test_something_too_large_is_refused_with_words(app: Flask, open_browser: OpenBrowser) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 2000
    app.add_url_rule("/upload", view_func=lambda: str(len(request.form)), methods=["POST"])
    ann = open_browser("ann")
    ann.open("/account")
    page = ann.send("/upload", text="x" * 5000)
    assert page.status_code == 413
    assert ann.heading == "This is too large"


def test_a_page_open_too_long_is_explained(open_browser: OpenBrowser) -> None:
    ann = open_browser("ann")
    page = ann.client.post("/account/password", data={"csrf_token": "forged"})
    assert page.status_code == 400
    assert "This page was open for too long" in page.text


def test_when_the_error_page_itself_fails_its_words_are_still_said(app: Flask, open_browser: OpenBrowser) -> None:
    fail_with(app, NotFound("There is no task 7."))
    ann = open_browser("ann")
    app.jinja_env.globals["asset_url"] = None
    page = ann.open("/fail")
    assert page.status_code == 404
    assert "There is no task 7." in page.text
