"""A task is sent back on its page: to whom, with what, who is told, and what stays approved."""

import pytest
from sqlalchemy import select

from tests.webapp.reviewing import Review, hand_in
from tests.workflows.small_cycle import LONG, counted
from workflows.notifications.models import SENT_BACK, Notification
from workflows.reviews.models import Submission
from workflows.rewards.models import Proposal

# A fifth of the salary: an executive signs.
BONUS = {
    "kind": "bonus", "amount": "10000", "amount_percent": "20", "effective_on": "2027-03-01", "reason": LONG,
    "within_budget": True,
}  # fmt: skip
TYPED = {**BONUS, "within_budget": "true"}
REASON = "The budget of the team is spent: ask for less, please."


@pytest.fixture
def proposed(review: Review) -> Review:
    """The review with a bonus for Ann, approved by the line, before compensation."""
    review.write_reviews(ann=4).release().reach_proposals()
    review.do("propose_reward", "ann", **BONUS)
    review.do("approve_reward", "ann")
    return review


def send_back(review: Review, step: str, to: str) -> None:
    task = review.task(step, "ann")
    browser = review.browser(str(task.assignee))
    browser.open(f"/tasks/{task.id}/sending-back")
    browser.send(f"/tasks/{task.id}/sending-back", to=to, reason=REASON)
    review.work()


def told(review: Review) -> dict[str, str]:
    with review.factory() as session:
        rows = session.scalars(select(Notification).where(Notification.kind == SENT_BACK).order_by(Notification.id))
        return {row.person_id: row.text for row in rows}


def states(review: Review) -> list[str]:
    with review.factory() as session:
        return list(session.scalars(select(Proposal.state).order_by(Proposal.id)))


def test_the_form_comes_back_with_what_was_written_and_the_reason_first(proposed: Review) -> None:
    send_back(proposed, "compensation_check", "propose_reward")
    task = proposed.task("propose_reward", "ann")
    page = proposed.browser("ben").open(f"/tasks/{task.id}").text
    assert task.assignee == "ben"
    assert "sent this back on" in page
    assert REASON in page
    assert LONG in page
    assert 'value="10000"' in page
    with proposed.factory() as session:
        assert session.get_one(Submission, task.id).state == "draft"
    assert states(proposed) == ["withdrawn"]


def test_everybody_who_has_a_part_in_it_is_told_why_and_the_subject_is_not(proposed: Review) -> None:
    approver = proposed.task("compensation_check", "ann").assignee
    send_back(proposed, "compensation_check", "propose_reward")
    texts = told(proposed)
    assert "ann" not in texts
    assert approver not in texts
    assert f"sent “Propose a reward” for Ann back to you: {REASON}" in texts.pop("ben")
    (text,) = texts.values()
    assert f"back to “Propose a reward”: {REASON} Your answer to “Approve the reward” stays while" in text


def test_what_was_approved_stays_approved_when_nothing_changes(proposed: Review) -> None:
    send_back(proposed, "compensation_check", "propose_reward")
    proposed.do("propose_reward", "ann", **BONUS)
    assert proposed.open("approve_reward", "ann") == []
    check = proposed.task("compensation_check", "ann")
    assert states(proposed) == ["withdrawn", "approved"]
    page = proposed.browser(str(check.assignee)).open(f"/tasks/{check.id}").text
    assert "stays as it is: nothing that it was based on has changed" in page
    assert "sent back by you" in page


def test_who_is_asked_again_sees_what_has_changed(proposed: Review) -> None:
    send_back(proposed, "compensation_check", "propose_reward")
    ben, task = proposed.browser("ben"), proposed.task("propose_reward", "ann")
    hand_in(ben, task, **{**TYPED, "amount": "9000", "amount_percent": "18"})
    again = proposed.task("approve_reward", "ann")
    page = proposed.browser(str(again.assignee)).open(f"/tasks/{again.id}").text
    assert "What has changed since you had this last" in page
    assert "<del>10,000" in page
    assert "<ins>9,000" in page


def test_a_step_and_a_reason_are_needed_and_what_was_typed_stays(proposed: Review) -> None:
    task = proposed.task("compensation_check", "ann")
    browser = proposed.browser(str(task.assignee))
    browser.open(f"/tasks/{task.id}/sending-back")
    assert "Read and acknowledge" not in browser.page.text, "what is decided about somebody is not for them to know yet"
    browser.send(f"/tasks/{task.id}/sending-back", reason=REASON)
    assert "Choose a step." in browser.page.text
    assert REASON in browser.page.text
    browser.send(f"/tasks/{task.id}/sending-back", to="propose_reward", reason=" ")
    assert "whoever gets it back reads the reason first" in browser.page.text
    assert browser.send(f"/tasks/{task.id}/sending-back", to="acknowledge", reason=REASON).status_code == 409
    assert proposed.again(task).state == "open"


def test_only_approvals_offer_it_and_where_the_way_back_is_drawn_it_is_not_offered_twice(review: Review) -> None:
    review.travel(days=21, minutes=1)
    task = review.task("manager_review", "ann")
    assert "Send back" not in review.browser("ben").open(f"/tasks/{task.id}").text
    review.do("manager_review", "ann", results=LONG, goals_realistic="yes", behaviour=LONG, improve=LONG,
              overall_rating="5", rating_reason=LONG)  # fmt: skip
    task = review.task("second_approval", "ann")
    assert "Send back" not in review.browser(str(task.assignee)).open(f"/tasks/{task.id}").text


def test_whoever_sent_it_back_reads_so_on_the_closed_task(proposed: Review) -> None:
    task = proposed.task("compensation_check", "ann")
    send_back(proposed, "compensation_check", "approve_reward")
    page = proposed.browser(str(task.assignee)).open(f"/tasks/{task.id}").text
    assert "You sent “Compensation check” back" in page


def test_it_costs_the_same_however_often_it_was_sent_back(proposed: Review) -> None:
    counts = set()
    for _ in range(3):
        task = proposed.task("compensation_check", "ann")
        browser = proposed.browser(str(task.assignee))
        browser.open(f"/tasks/{task.id}/sending-back")
        with counted(proposed.factory) as sent:
            browser.client.post(
                f"/tasks/{task.id}/sending-back",
                data={"to": "approve_reward", "reason": REASON, "csrf_token": browser.token()},
            )
        counts.add(len([statement for statement in sent if not statement.startswith("BEGIN")]))
        proposed.work()
        proposed.do("approve_reward", "ann")
    assert len(counts) == 1
    assert max(counts) <= 30
