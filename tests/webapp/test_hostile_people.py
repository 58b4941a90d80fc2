"""Colleagues who try what they should not: numbers in addresses, sums that give away a row, tasks for a friend."""

import csv
import io
import logging
from typing import Any

import pytest
from flask import request
from sqlalchemy import select

from engine.database import transaction
from engine.models import Incident, Instance, Task
from tests.webapp.browsing import Browser
from tests.webapp.reviewing import MANAGER_REVIEW, Review
from tests.workflows.small_cycle import LONG
from webapp.access import public
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


def reach_sign_off(review: Review, who: str) -> Task:
    """A reward of which the executives have the last word."""
    review.write_reviews(**{who: 4}).release().reach_proposals()
    review.do("propose_reward", who, **BONUS)
    review.do("approve_reward", who)
    review.do("compensation_check", who)
    return review.task("executive_signoff", who)


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


def test_hr_cannot_hand_an_executive_decision_to_a_friend(review: Review) -> None:
    # Given a bonus before the executives
    task = reach_sign_off(review, "ann")
    hugo, before = review.browser("hugo"), task.assignee
    # When HR hands it to somebody who is no executive
    hugo.open("/account")
    for friend in ("dora", "eva"):
        answer = hugo.send(f"{cycle_of(review)}/tasks/{task.id}/holder", to=friend, reason="She is away")
        # Then it stays where it is
        assert answer.status_code == 422
        assert "This is decided by an executive" in answer.text
    assert review.again(task).assignee == before


def test_nobody_tries_again_what_has_stopped_in_their_own_case(review: Review) -> None:
    # Given something that has stopped in Hugo's case
    with transaction(review.factory) as session:
        instance = session.get_one(Instance, review.task("self_assessment", "hugo").instance_id)
        incident = Incident(
            instance_id=instance.id, step="self_assessment", problem="Stopped", opened_at=review.now
        )  # fmt: skip
        session.add(incident)
    hugo = review.browser("hugo")
    hugo.open("/account")
    # When he guesses its number
    answer = hugo.send(f"{cycle_of(review)}/incidents/{incident.id}/retry")
    listed = hugo.send("/incidents/retries", incident=str(incident.id))
    # Then he is told what he is told of a number behind which there is nothing
    nothing = hugo.send(f"{cycle_of(review)}/incidents/999/retry")
    assert (answer.status_code, nothing.status_code) == (404, 404)
    assert "is being tried again" not in listed.text
    with review.factory() as session:
        assert session.get_one(Incident, incident.id).resolved_at is None
    # And a colleague tries it again.
    rita = review.browser("rita")
    rita.open("/account")
    assert "is being tried again" in rita.send(f"{cycle_of(review)}/incidents/{incident.id}/retry").text


HUGE = 10**30


@pytest.mark.parametrize(
    "address",
    [f"/tasks/{HUGE}", f"/decisions/{HUGE}/signature", f"/calibration/{HUGE}", f"/my-review/{HUGE}",
     f"/inbox?cycle={HUGE}", f"/inbox?at=after~{HUGE}~", f"/cycles/{HUGE}", f"/cycles/{HUGE}/participants",
     "/inbox?name=%00", "/cycles/1/participants?q=%00", "/people?q=%00", "/people/%00", f"/people?page={HUGE}"],
)  # fmt: skip
def test_absurd_numbers_in_an_address_lead_nowhere(review: Review, address: str) -> None:
    assert review.browser("hugo").open(address).status_code < 500


def test_no_text_that_comes_in_holds_what_postgresql_cannot_keep(review: Review) -> None:
    def repeat(name: str) -> list[object]:
        return [name, request.args.to_dict(flat=False), request.form.getlist("reason")]

    review.app.add_url_rule("/repeated/<name>", view_func=repeat, methods=["GET", "POST"])
    ann = review.browser("ann")
    assert ann.open("/repeated/a%00b").status_code == 404
    assert ann.open("/repeated/ann?q=a%00b&q=c").get_json() == ["ann", {"q": ["ab", "c"]}, []]
    ann.open("/account")
    assert ann.send("/repeated/ann", reason="So.\0").get_json()[2] == ["So."]


def test_absurd_approvals_are_none(review: Review) -> None:
    mara = review.browser("mara")
    mara.open("/inbox")
    for seen in (f"{HUGE}-f", "²-f", "-", "x-f"):
        assert mara.send("/inbox/approvals", seen=seen).status_code == 422


def test_absurd_numbers_in_a_form_are_no_fault_of_ours(review: Review) -> None:
    task, ann = review.task("self_assessment", "ann"), review.browser("ann")
    ann.open(f"/tasks/{task.id}")
    token = ann.token()
    for draft_fields in ({"_version": str(HUGE)}, {"_version": "9" * 5000}, {"_version": "1", "summary": "a\x00b"}):
        draft = ann.client.put(f"/tasks/{task.id}/draft", data={"csrf_token": token, **draft_fields})
        assert draft.status_code in (200, 409)
    attempts: list[dict[str, Any]] = [
        {"_revision": str(HUGE)},
        {"achievements[0].title": "x", "_remove": f"achievements[{'9' * 5000}]"},
        {"_add": "a." * 5000},
    ]
    for fields in attempts:
        assert ann.send(f"/tasks/{task.id}/completion", **fields).status_code in (200, 409, 422)
        ann.open(f"/tasks/{task.id}")


def test_an_absurd_rating_is_no_rating(review: Review) -> None:
    review.write_reviews(ann=5)
    (task,), case = review.open("calibration_session"), review.case("ann")
    mara = review.browser("mara")
    mara.open(f"/calibration/{task.id}")
    answer = mara.send(f"/calibration/{task.id}/ratings/{case.id}", rating="9" * 5000, reason=LONG)
    assert answer.status_code == 422
    assert "Choose the rating" in answer.text


def test_nobody_writes_lines_into_our_log(review: Review, caplog: pytest.LogCaptureFixture) -> None:
    @public
    def fail(name: str) -> str:
        raise RuntimeError("Nobody foresaw this.")

    review.app.add_url_rule("/failing/<name>", view_func=fail)
    with caplog.at_level(logging.ERROR):
        review.app.test_client().get("/failing/x%0a2026-12-01%20hugo%20signed%20in")
    (message,) = [record.getMessage() for record in caplog.records]
    assert "failing/x%0A2026" in message
