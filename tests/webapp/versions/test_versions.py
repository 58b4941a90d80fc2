"""Moving running reviews to a new version of their process, as HR clicks it."""

import pytest
from playwright.sync_api import Page

from engine import definitions
from engine.database import transaction
from tests.services.accessibility import find_barriers
from tests.webapp.on_screen import Serve, sign_in
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG
from tests.workflows.versions.test_moving import next_version
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


def test_one_version_has_nothing_to_move(review: Review) -> None:
    hugo = review.browser("hugo")

    assert "Move running cases" not in hugo.open("/processes/annual_review/versions").text
    assert hugo.open(ADDRESS).status_code == 404
    assert hugo.open("/processes/nothing/versions").status_code == 404


def test_looking_tells_the_change_and_what_would_follow(changed: Review) -> None:
    text = changed.browser("hugo").open(ADDRESS).text

    assert "Own view" in text
    assert "“Self-assessment” → “Own view”" in text
    assert "All 1 begun drafts fit the new forms." in text
    assert changed.task("self_assessment", "ann").step == "self_assessment"


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
    found = {}
    for address in ("/processes/annual_review/versions", f"{ADDRESS}?step.self_assessment="):
        page.goto(site + address)
        found[address] = find_barriers(page)
    assert found == {address: [] for address in found}
