"""What every page carries: its protection, its landmarks, and how it speaks of time and people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from engine.database import SessionFactory
from tests.webapp.browsing import Browser
from webapp import create_app, navigation
from webapp.access import only_for
from webapp.navigation import Screen
from webapp.presentation import AVATAR_COLOURS, avatar_colour, describe_due, initials
from webapp.security_headers import permit_inline_styles
from webapp.settings import Settings

OpenBrowser = Callable[[str], Browser]
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=BERLIN)


def test_a_page_runs_our_scripts_only_and_is_framed_by_nobody(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_a_diagram_page_may_set_styles_but_still_no_foreign_scripts(app: Flask, open_browser: OpenBrowser) -> None:
    def show_diagram() -> str:
        permit_inline_styles()
        return "diagram"

    app.add_url_rule("/diagram", view_func=show_diagram)
    policy = open_browser("ann").open("/diagram").headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy


def test_production_insists_on_https(tmp_path: Path, factory: SessionFactory) -> None:
    settings = Settings(environment="production", secret_key="k" * 40, data_dir=tmp_path)
    client = create_app(settings, session_factory=factory).test_client()
    assert "max-age=31536000" in client.get("/sign-in").headers["Strict-Transport-Security"]


def test_style_and_pictures_are_kept_by_the_browser(client: FlaskClient) -> None:
    with client.get("/static/favicon.svg") as picture:
        assert picture.headers["Cache-Control"] != "no-store"


def test_a_page_can_be_used_by_keyboard_and_screen_reader(open_browser: OpenBrowser) -> None:
    text = open_browser("ann").open("/account").text
    assert '<html lang="en">' in text
    assert 'href="#content"' in text
    assert 'id="content"' in text
    assert '<nav id="navigation"' in text
    assert text.count("<h1") == 1
    assert " style=" not in text
    assert "onclick=" not in text


def test_the_navigation_shows_what_a_person_may_open(
    app: Flask, open_browser: OpenBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.add_url_rule("/cycles", "cycles", only_for("hr")(lambda: "cycles"))
    app.add_url_rule("/team", "team", lambda: "team")
    groups = (
        ("", (Screen("Team", "users", "team", "t", shown_to=lambda actor: actor.person_id == "ben"),)),
        ("Human resources", (Screen("Cycles", "refresh", "cycles", "c"),)),
    )
    monkeypatch.setattr(navigation, "GROUPS", groups)

    ann, ben, hugo = (open_browser(who).open("/account").text for who in ("ann", "ben", "hugo"))

    assert 'href="/team"' in ben
    assert 'href="/team"' not in ann
    assert 'href="/cycles"' in hugo
    assert "Human resources" in hugo
    assert "Human resources" not in ann


def test_health_needs_no_sign_in_and_tells_nothing_about_people(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"database": "ok"}


def test_an_installation_without_its_database_is_not_healthy(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    client = create_app(Settings(data_dir=tmp_path, database_url=url)).test_client()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (NOON - timedelta(days=3), "3 days overdue", "overdue"),
        (NOON - timedelta(days=1), "1 day overdue", "overdue"),
        (NOON - timedelta(hours=1), "Overdue since today", "overdue"),
        (NOON + timedelta(hours=11), "Due today", "today"),
        (NOON + timedelta(hours=13), "Due tomorrow", "soon"),
        (NOON + timedelta(days=3), "Due in 3 days", "soon"),
        (NOON + timedelta(days=14), "Due in 14 days", "later"),
        (NOON + timedelta(days=15), "Due 10 Dec 2026", "later"),
    ],
)
def test_a_deadline_is_counted_on_the_readers_calendar(due: datetime, text: str, tone: str) -> None:
    label = describe_due(due, NOON, BERLIN)
    assert (label.text, label.tone) == (text, tone)


def test_the_same_deadline_is_another_day_elsewhere() -> None:
    due = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    now = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    assert describe_due(due, now, ZoneInfo("UTC")).text == "Due today"
    assert describe_due(due, now, BERLIN).text == "Due tomorrow"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_a_deadline_is_overdue_exactly_when_it_has_passed(due: datetime, now: datetime) -> None:
    assert (describe_due(due, now, UTC).tone == "overdue") == (due < now)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Uma Jansen", "UJ"),
        ("Maria del Mar Ruiz", "MR"),
        ("Cher", "C"),
        ("李 小龙", "李小"),
        ("  ", "?"),
        ("(x) y", "Y"),
    ],
)
def test_initials_of_all_kinds_of_names(name: str, letters: str) -> None:
    assert initials(name) == letters


@given(st.text())
def test_everybody_has_a_picture(name: str) -> None:
    assert len(initials(name)) >= 1
    assert 1 <= avatar_colour(name) <= AVATAR_COLOURS
