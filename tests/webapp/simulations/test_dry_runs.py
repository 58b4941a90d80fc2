"""HR asks for a dry run, watches it, reads its report and compares two."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from engine import clock, definitions
from engine.database import SessionFactory, transaction
from tests.webapp.browsing import Browser
from tests.webapp.dry_running import play
from tests.workflows.simulation.playing import one_step
from workflows.designs import starting
from workflows.simulation import keeping
from workflows.simulation.dry_run import Moment
from workflows.simulation.models import DryRun

OpenBrowser = Callable[[str], Browser]
LAUNCH = {"process": "one_step", "name": "A look at everybody", "period_from": "2026-01-01", "period_to": "2026-12-31"}
ASSUMED = {"minutes_a_day": "60", "late": "0", "never": "0", "seed": "1"}


@pytest.fixture
def hugo(app: Flask, factory: SessionFactory, open_browser: OpenBrowser, started: list[int]) -> Browser:
    """Hugo of HR, in an installation with a published process of one step."""
    with transaction(factory) as session:
        definitions.deploy(session, one_step(), by="hugo", now=clock.now())
    return open_browser("hugo")


def ask(browser: Browser, **fields: str) -> int:
    """Ask for a dry run; returns its number."""
    browser.open("/dry-runs/new?process=one_step")
    browser.send("/dry-runs", **{**LAUNCH, **ASSUMED, **fields})
    assert browser.page.status_code == 200, browser.page.text
    return int(browser.page.request.path.rpartition("/")[2])


def test_from_the_launch_page_to_the_report(hugo: Browser, factory: SessionFactory, started: list[int]) -> None:
    assert 'formaction="/dry-runs/new"' in hugo.open("/cycles/new?process=one_step").text
    hugo.open("/dry-runs/new?process=one_step&name=Look&chosen=1&statuses=active&employment_types=employee")
    assert "as if it were launched at this moment for <strong>5</strong> people" in hugo.page.text
    number = ask(hugo)
    assert "It waits for its turn." in hugo.page.text
    play(factory, started)
    page = hugo.open(f"/dry-runs/{number}").text
    assert hugo.heading == "A look at everybody"
    for part in (
        "All answers are invented.",
        "What needs attention",
        "Hours of work by day",
        "Open tasks by day",
        "The busiest people",
    ):
        assert part in page
    assert "No rule finds anybody for Olga at “Look at it”" in page
    listed = hugo.open("/dry-runs").text
    assert "A look at everybody" in listed


def test_two_are_compared(hugo: Browser, factory: SessionFactory, started: list[int]) -> None:
    first = ask(hugo)
    second = ask(hugo, name="More time", minutes_a_day="5")
    play(factory, started)
    assert "What changes in this dry run against" in hugo.open(f"/dry-runs/{second}").text
    page = hugo.open(f"/dry-runs/{second}/comparison?with={first}").text
    assert "later: on" in page
    assert hugo.open(f"/dry-runs/{second}/comparison?with=999").status_code == 404


def test_the_report_can_be_taken_along(hugo: Browser, factory: SessionFactory, started: list[int]) -> None:
    number = ask(hugo)
    assert hugo.open(f"/dry-runs/{number}/report.json").status_code == 404
    play(factory, started)
    report = hugo.open(f"/dry-runs/{number}/report.json")
    assert report.json is not None
    assert (report.json["format"], report.json["assumptions"]["minutes_a_day"]) == (1, 60)


def test_a_draft_is_played_without_being_published(hugo: Browser, factory: SessionFactory, started: list[int]) -> None:
    with transaction(factory) as session:
        design = starting.start_from_shipped(session, "annual_review", "Our review", by="hugo", now=clock.now())
    assert f'href="/dry-runs/new?design={design.id}"' in hugo.open(f"/designer/{design.id}").text
    hugo.open(f"/dry-runs/new?design={design.id}")
    assert "The draft of “Our review” as it is now" in hugo.page.text
    hugo.send("/dry-runs", **{**LAUNCH, **ASSUMED, "design": str(design.id)})
    number = int(hugo.page.request.path.rpartition("/")[2])
    play(factory, started)
    page = hugo.open(f"/dry-runs/{number}").text
    assert "not published" in page
    # Each problem of a step leads to where the draft is changed.
    [address, *_] = re.findall(rf'href="(/designer/{design.id}/steps\?open=\w+)"', page)
    assert hugo.open(address).status_code == 200
    with factory() as session:
        assert [one.key for one in session.query(definitions.Definition)] == ["one_step"]


def test_what_is_missing_is_said_beside_the_question(hugo: Browser) -> None:
    hugo.open("/dry-runs/new?process=one_step")
    page = hugo.send("/dry-runs", **{**LAUNCH, **ASSUMED, "minutes_a_day": "0", "late": "many"})
    assert page.status_code == 422
    assert "Enter a whole number from 1 to 1,440." in page.text
    assert "Enter a whole number from 0 to 100." in page.text


def test_progress_is_shown_and_it_can_be_stopped(hugo: Browser, factory: SessionFactory) -> None:
    number = ask(hugo)
    with transaction(factory) as session:
        assert keeping.begin(session, number, now=clock.now()) is not None
        assert keeping.begin(session, number, now=clock.now()) is None
        keeping.note_progress(session, number, Moment(clock.now(), 1234, 0.4), now=clock.now())
    page = hugo.open(f"/dry-runs/{number}", **{"HX-Request": "true"}).text
    assert "1,234 tasks are done" in page
    assert 'value="40"' in page
    hugo.open(f"/dry-runs/{number}")
    assert "This dry run was stopped." in hugo.send(f"/dry-runs/{number}/cancellation").text
    with transaction(factory) as session:
        assert not keeping.note_progress(session, number, Moment(clock.now(), 2000, 0.5), now=clock.now())
    hugo.open(f"/dry-runs/{number}")
    assert hugo.send(f"/dry-runs/{number}/cancellation").status_code == 409


def test_a_process_that_cannot_be_played_says_why(hugo: Browser, factory: SessionFactory, started: list[int]) -> None:
    number = ask(hugo)
    with transaction(factory) as session:
        session.get_one(DryRun, number).settings = {
            **session.get_one(DryRun, number).settings,
            "population": {"statuses": ["nobody"]},
        }
    play(factory, started)
    page = hugo.open(f"/dry-runs/{number}").text
    assert "The dry run could not be played." in page
    assert "Nobody fits this rule today" in page
    assert "Start it again" in page


def test_one_that_was_lost_says_so(hugo: Browser) -> None:
    number = ask(hugo)
    assert "was lost" not in hugo.open(f"/dry-runs/{number}").text
    with clock.travelling():
        clock.travel(seconds=(keeping.SILENCE + timedelta(seconds=1)).total_seconds())
        assert "The dry run was lost." in hugo.open(f"/dry-runs/{number}").text


def test_there_is_none_yet(hugo: Browser) -> None:
    assert "No dry run yet" in hugo.open("/dry-runs").text
