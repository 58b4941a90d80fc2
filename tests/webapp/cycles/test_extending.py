"""HR gives more time for a task: it is due later, reminded of anew, and not closed before that day."""

from datetime import timedelta

from tests.webapp.cycles.test_reopening import cycle_of
from tests.webapp.reviewing import Review

REASON = "Ann is at a customer’s until then."


def extend(review: Review, day: str, reason: str = REASON) -> str:
    task = review.task("self_assessment", "ann")
    hugo, here = review.browser("hugo"), f"{cycle_of(review)}/tasks/{task.id}/deadline"
    assert here in hugo.open(f"{cycle_of(review)}/people/ann").text
    hugo.open(here)
    return hugo.send(here, day=day, reason=reason).text


def test_r19_a_later_day_holds_for_the_deadline_and_for_what_closes_the_step(review: Review) -> None:
    before = review.task("self_assessment", "ann").due_at
    assert before is not None
    # Given a step that the diagram closes a week after its deadline, and three more weeks for Ann, three hours behind
    later = (before - timedelta(hours=12) + timedelta(days=21)).date().isoformat()
    assert "There is more time for “Self-assessment” now." in extend(review, later)
    task = review.task("self_assessment", "ann")
    assert task.due_at == before + timedelta(days=21)
    assert REASON in review.browser("ann").open("/notifications").text
    assert "given more time" in review.browser("ann").open(f"/tasks/{task.id}").text
    # When the week after the first deadline is over
    review.travel(days=28)
    # Then it is closed for everybody else, and Ann still writes.
    assert [one.subject for one in review.open("self_assessment")] == ["ann"]
    # And a week after her own day it is closed for her, too.
    review.travel(days=15)
    assert review.open("self_assessment") == []


def test_r19_the_day_has_to_come_later_and_a_reason_is_needed(review: Review) -> None:
    before = review.task("self_assessment", "ann").due_at
    assert before is not None
    later = (before + timedelta(days=2)).date().isoformat()
    assert "Choose the day" in extend(review, "soon")
    assert "later than the one it is due on" in extend(review, (before - timedelta(days=1)).date().isoformat())
    assert "Say why" in extend(review, later, reason=" ")
    assert review.task("self_assessment", "ann").due_at == before
