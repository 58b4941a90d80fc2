"""Colleagues who try what they should not: numbers in addresses, sums that give away a row, tasks for a friend."""

from engine.models import Task
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import MANAGER_REVIEW, Review
from tests.workflows.small_cycle import LONG


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
