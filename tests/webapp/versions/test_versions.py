"""Moving running reviews to a new version of their process, as HR clicks it."""

import re
from html import unescape

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine import Batch, definitions
from engine.database import transaction
from tests.services.accessibility import find_barriers
from tests.webapp.on_screen import Serve, sign_in
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG
from tests.workflows.versions.test_moving import next_version
from workflows.cycles.models import Cycle
from workflows.reviews.submitting import save_draft

ADDRESS = "/processes/annual_review/migration"


@pytest.fixture
def changed(review: Review) -> Review:
    """A review with a begun draft, and a new version of its process that nobody is on yet."""
    with transaction(review.factory) as session:
        definitions.deploy(session, next_version(), by="hugo", now=review.now)
    task = review.task("self_assessment", "ann")
    with transaction(review.factory) as session:
        save_draft(session, task.id, {"summary": LONG}, by="ann", now=review.now)
    return review


def test_the_versions_say_what_runs_on_each(changed: Review) -> None:
    text = changed.browser("hugo").open("/processes/annual_review/versions").text

    assert "Version 2" in text
    assert f'href="{ADDRESS}"' in text


def test_a_cycle_names_its_version_and_leads_to_moving_it(changed: Review) -> None:
    hugo = changed.browser("hugo")
    with changed.factory() as session:
        cycle = session.scalars(select(Cycle)).one()
    page = unescape(hugo.open(f"/cycles/{cycle.id}").text)
    assert "on version 1 of its process" in page
    assert f"{ADDRESS}?from=1&to=2&cycle={cycle.id}" in page
    assert f"{cycle.name} runs on version 1" in hugo.open("/designer").text
    assert "let them end on the version they began with" in hugo.open("/processes/annual_review/versions").text


def test_one_version_has_nothing_to_move(review: Review) -> None:
    hugo = review.browser("hugo")

    assert "Move running cases" not in hugo.open("/processes/annual_review/versions").text
    assert hugo.open(ADDRESS).status_code == 404
    assert hugo.open("/processes/nothing/versions").status_code == 404


def test_looking_tells_the_change_and_what_would_follow(changed: Review) -> None:
    text = changed.browser("hugo").open(ADDRESS).text

    assert "Own view" in text
    assert "“Self-assessment” → “Own view”" in text
    assert "The one begun draft fits its new form." in text
    assert changed.task("self_assessment", "ann").step == "self_assessment"


def test_what_moves_is_chosen_by_version_and_cycle(changed: Review) -> None:
    # given a version between the two, on which nothing runs
    with transaction(changed.factory) as session:
        definitions.deploy(session, next_version(Calibration="Comparison"), by="hugo", now=changed.now)
        cycle = session.scalars(select(Cycle)).one()
    hugo = changed.browser("hugo")
    # then the one with most on it is proposed, and the cycle can be chosen
    text = hugo.open(ADDRESS).text
    assert re.search(r'<option value="1" selected>Version 1 \(\d+ on it\)', text)
    assert re.search(rf'<option value="{cycle.id}" >{cycle.name} \(\d+\)', text)
    assert f'<option value="{cycle.id}" selected>' in hugo.open(f"{ADDRESS}?cycle={cycle.id}").text
    hugo.send(ADDRESS, reason="Better.", cycle=str(cycle.id))
    with changed.factory() as session:
        assert session.scalars(select(Batch.root_id)).all() == [cycle.instance_id]
    # and each case says of which cycle it is
    assert f'<span class="text-secondary">{cycle.name}</span>' in hugo.open(hugo.page.request.path).text


def test_a_step_that_is_sent_nowhere_keeps_its_cases(changed: Review) -> None:
    text = changed.browser("hugo").open(f"{ADDRESS}?step.self_assessment=").text

    assert "<strong>Stay.</strong>" in text
    assert "as decided" in text


@pytest.mark.parametrize("query", ["?step.self_assessment=nowhere", "?step.nothing=own_view", "?from=2&to=2"])
def test_what_cannot_be_followed_is_told(changed: Review, query: str) -> None:
    answer = changed.browser("hugo").open(ADDRESS + query)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_they_move_and_come_back(changed: Review) -> None:
    hugo = changed.browser("hugo")
    hugo.open(ADDRESS)
    assert "Say why" in hugo.send(ADDRESS).text
    page = hugo.send(ADDRESS, reason="The step has a better name.").text
    assert "still to do" in page
    later(changed)
    moved = changed.task("own_view", "ann")
    assert moved.revision > 0
    address = hugo.page.request.path
    assert "“Self-assessment” → “Own view”" in hugo.open(address).text

    assert "Take it back?" in hugo.open(f"{address}/return").text
    assert "They are put back" in hugo.send(f"{address}/return").text
    later(changed)

    assert changed.task("self_assessment", "ann").id == moved.id
    assert "It is on the former version again." in hugo.open(hugo.page.request.path).text
    assert "Taken back" in hugo.open("/processes/annual_review/versions").text


def test_what_is_left_can_be_stopped(changed: Review) -> None:
    hugo = changed.browser("hugo")
    hugo.open(ADDRESS)
    hugo.send(ADDRESS, reason="Too early.")

    assert "Stopped:" in hugo.send(f"{hugo.page.request.path}/stop").text
    later(changed)
    assert changed.task("self_assessment", "ann").step == "self_assessment"


def later(review: Review) -> None:
    """Let the machine work a minute later: what was asked for on a page is due by then."""
    review.travel(minutes=1)


def test_nobody_meets_a_barrier(page: Page, changed: Review, serve: Serve) -> None:
    site = serve(changed.app)
    sign_in(page, site, "hugo")
    page.goto(site + ADDRESS)
    expect(page.get_by_role("button", name="from version 1 to version 2")).to_be_visible()
    page.get_by_label("From").select_option("2")
    expect(page.get_by_role("alert")).to_contain_text("Choose another version")
    expect(page.get_by_role("button", name="from version")).to_have_count(0)
    found = {}
    for address in ("/processes/annual_review/versions", f"{ADDRESS}?step.self_assessment="):
        page.goto(site + address)
        found[address] = find_barriers(page)
    assert found == {address: [] for address in found}
