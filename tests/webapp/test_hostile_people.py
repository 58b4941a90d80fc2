"""Colleagues who try what they should not: numbers in addresses, sums that give away a row, tasks for a friend."""

import csv
import io

import pytest
from sqlalchemy import select

from engine.models import Task
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import MANAGER_REVIEW, Review
from tests.workflows.small_cycle import LONG
from workflows.cycles.models import Cycle

# A fifth of the salary: an executive signs.
BONUS = {
    "kind": "bonus", "amount": "10000", "amount_percent": "20", "effective_on": "2027-03-01", "reason": LONG,
    "within_budget": True,
}  # fmt: skip


def reach_second_level(review: Review, who: str) -> Task:
    """The lowest rating has to be approved by the next level."""
    review.travel(days=21, minutes=1)
    review.do("manager_review", who, **MANAGER_REVIEW, overall_rating="1", rating_reason=LONG)
    return review.task("second_approval", who)


def refusals(browser: Browser, task_id: int) -> list[tuple[int, str]]:
    """What each address of a task answers, without what changes from page to page."""
    browser.open("/account")
    token = {"csrf_token": browser.token()}
    client = browser.client
    answers = [
        client.get(f"/tasks/{task_id}"),
        client.put(f"/tasks/{task_id}/draft", data=token),
        client.post(f"/tasks/{task_id}/completion", data=token),
        client.post(f"/tasks/{task_id}/claim", data=token),
        client.post(f"/tasks/{task_id}/release", data=token),
        client.get(f"/calibration/{task_id}"),
        client.post(f"/calibration/{task_id}/ratings/1", data=token),
        client.post(f"/calibration/{task_id}/closing", data=token),
        client.get(f"/decisions/{task_id}"),
        client.get(f"/decisions/{task_id}/signature"),
        client.post(f"/decisions/{task_id}/signature", data=token),
    ]
    return [(answer.status_code, answer.text.partition("<main")[2]) for answer in answers]


def test_no_address_tells_anybody_of_a_decision_about_them(review: Review) -> None:
    # Given a decision about Ann that is open, and none behind another number
    task = reach_second_level(review, "ann")
    ann = review.browser("ann")
    # Then whatever Ann tries, the two look the same
    assert refusals(ann, task.id) == refusals(ann, 10**6)


def test_no_address_tells_a_stranger_of_a_closed_task(review: Review) -> None:
    task = reach_second_level(review, "ann")
    review.do("second_approval", "ann")
    eva = review.browser("eva")
    assert refusals(eva, task.id) == refusals(eva, 10**6)


def cycle_of(review: Review) -> str:
    with review.factory() as session:
        return f"/cycles/{session.scalars(select(Cycle.id)).one()}"


@pytest.fixture
def rewarded(review: Review) -> Review:
    """The review with a bonus proposed for Rita of HR; five others are through."""
    review.write_reviews(rita=4).release().reach_proposals()
    review.do("propose_reward", "rita", **BONUS)
    for who in ("ann", "ben", "dora", "eva", "mara"):
        review.do("propose_reward", who)
    return review


def counts_of(page: str) -> dict[str, list[str]]:
    """The rows of the exported progress by name: open, overdue, done, went on without, total."""
    return {row[1]: row[2:] for row in csv.reader(io.StringIO(page.removeprefix("\ufeff")))}


def test_no_sum_tells_somebody_in_hr_what_the_rows_keep_from_them(rewarded: Review) -> None:
    here, hugo, rita = cycle_of(rewarded), rewarded.browser("hugo"), rewarded.browser("rita")
    # When both of HR look at the numbers
    his, hers = (counts_of(one.open(f"{here}/progress.csv").text) for one in (hugo, rita))
    # Then her colleague sees where the bonus waits, and she cannot find it by counting
    assert his["Approve the reward"] == ["1", "0", "0", "0", "1"]
    assert hers["Approve the reward"] == ["0", "0", "0", "0", "0"]
    # And what she held herself is still among them
    assert hers["Self-assessment"] == his["Self-assessment"]
    marked = 'aria-label="Approve the reward: 0 done, 0 overdue, 1 open'
    assert marked in hugo.open(here).text
    assert marked not in rita.open(here).text
    assert "1 waiting" not in rita.page.text


def test_nobody_in_hr_sees_whether_their_own_case_is_closed(rewarded: Review) -> None:
    # Given a case that is open still because a bonus is being decided
    here, rita = cycle_of(rewarded), rewarded.browser("rita")
    # Then neither the row, nor a filter, nor the number of closed cases says so
    own = rita.open(f"{here}/participants?q=rita").text.partition("<tbody")[2].partition("</tbody")[0]
    assert "Your own case" in own
    assert "Open" not in own
    for state in ("open", "closed", "late"):
        assert "Your own case" not in rita.open(f"{here}/participants?state={state}").text
    assert "5 of 7" in rita.open("/cycles").text
