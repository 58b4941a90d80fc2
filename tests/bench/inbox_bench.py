"""The first page of an inbox among a million open tasks, whatever it is asked: from the request to the last byte."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from engine import clock
from engine.database import connect, create_session_factory
from tests.bench.crowd import CYCLES, HEAVY, MANAGER, Crowd
from tests.bench.processor import measured
from tests.workflows.people.cast import NOW
from webapp import create_app
from webapp.application import settle
from webapp.inbox.question import GROUPINGS, SORTS, VIEWS
from webapp.settings import Settings
from workflows.installing import install
from workflows.migrations import upgrade

Row = tuple[str, float, str]
ROUNDS = 20
FIGURE = 30.0
"""Milliseconds that a page may take."""

HOLDERS = {"a manager": MANAGER, "3,000 tasks": HEAVY, "HR, 180,000 tasks": "P2"}
QUESTIONS = {
    "no filter": {},
    "filter: step": {"step": "step_4"},
    "filter: cycle": {"cycle": str(CYCLES)},
    "filter: step and cycle": {"step": "step_5", "cycle": "2"},
    "filter: overdue": {"due": "overdue"},
    "filter: a rare name": {"name": "Dora Emma"},
    "filter: a common name": {"name": "dora"},
    "filter: no such name": {"name": "Zebedee"},
    "filter: unit": {"unit": "U17"},
    "filter: all of them": {"step": "step_4", "cycle": str(CYCLES), "due": "overdue", "name": "a", "unit": "U17"},
    **{f"view: {view}": {"view": view} for view in VIEWS if view},
    **{f"sort: {sort}, by {by or 'nothing'}": {"sort": sort, "by": by} for sort in SORTS for by in GROUPINGS},
}
BARE_LIST = """SELECT t.id, t.name, t.due_at, p.name FROM task t LEFT JOIN person p ON p.id = t.subject
    WHERE t.state = 'open' AND t.assignee = %s ORDER BY t.due_at NULLS LAST, t.id LIMIT 26"""


@dataclass
class Times:
    """How long the pages took, in milliseconds: the first of each question, and those after it."""

    first: list[float] = field(default_factory=list)
    further: list[float] = field(default_factory=list)


def run_inbox(url: str, server_pid: int | None) -> Iterator[Row]:
    """p50 and p95 of each page, in milliseconds of the server: middleware, sign-in, queries and template."""
    install()
    engine = connect(url)
    upgrade(engine)
    factory = create_session_factory(engine)
    Crowd(factory).gather()
    app = create_app(Settings(data_dir=Path(tempfile.mkdtemp())), session_factory=factory)
    settle()
    times = Times()
    took = _timed(app)
    with clock.standing_at(NOW), measured(server_pid) as cost:
        for who, person in HOLDERS.items():
            browser = _signed_in(app, person)
            for what, words in QUESTIONS.items():
                yield from _measure(f"inbox, {who}; {what}", browser, words, took, times)
    yield from _sum_up(times)
    pages = len(times.first) + len(times.further)
    yield "inbox, all pages: processor, database included", cost.processor / pages * 1000, "ms"
    yield "inbox, all pages: of that the database", cost.database / pages * 1000, "ms"
    with engine.connect() as connection:
        yield from _steps("inbox, a manager; by plain SQL the bare list alone", _repeat(connection, MANAGER))
    engine.dispose()


def _timed(app: Flask) -> list[float]:
    """Have the application note how long each request took, in milliseconds."""
    took: list[float] = []
    answer = app.wsgi_app

    def note(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = perf_counter()
        body = list(answer(environ, start_response))
        took.append((perf_counter() - began) * 1000)
        return body

    app.wsgi_app = note  # type: ignore[method-assign]
    return took


def _signed_in(app: Flask, person: str) -> FlaskClient:
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = f"token{person.removeprefix('P')}"
    return browser


def _measure(label: str, browser: FlaskClient, words: dict[str, str], took: list[float], times: Times) -> Iterator[Row]:
    took.clear()
    for _ in range(ROUNDS + 1):
        page = browser.get("/inbox", query_string=words)
        assert page.status_code == 200, page.text
    times.first.append(took[0])
    times.further += took[1:]
    yield from _steps(label, took[1:])


def _sum_up(times: Times) -> Iterator[Row]:
    within = sum(one <= FIGURE for one in times.further) / len(times.further)
    yield from _steps("inbox, all pages", times.further)
    yield f"inbox, all pages: within {FIGURE:g} ms", within * 100, "%"
    yield from _steps("inbox, the first page of its kind in a process", times.first)


def _steps(label: str, took: list[float]) -> Iterator[Row]:
    steps = quantiles(took, n=20)
    yield f"{label}: p50", steps[9], "ms"
    yield f"{label}: p95", steps[18], "ms"


def _repeat(connection: Any, person: str) -> list[float]:
    took = []
    for _ in range(ROUNDS):
        began = perf_counter()
        connection.exec_driver_sql(BARE_LIST, (person,)).all()
        took.append((perf_counter() - began) * 1000)
    return took
