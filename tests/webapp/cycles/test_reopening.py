"""HR opens a closed step again, with a reason (R17)."""

from sqlalchemy import select

from tests.webapp.reviewing import Review, hand_in
from tests.workflows.small_cycle import LONG
from workflows.cycles.models import Cycle
from workflows.notifications.models import SENT_BACK, Notification

REASON = "Ann was ill until yesterday."
RATED = {"results": LONG, "goals_realistic": "yes", "behaviour": LONG, "improve": LONG, "overall_rating": "4",
         "rating_reason": LONG}  # fmt: skip


def cycle_of(review: Review) -> str:
    with review.factory() as session:
        return f"/cycles/{session.scalars(select(Cycle.id)).one()}"


def test_r17_a_self_assessment_that_was_closed_is_written_after_all(review: Review) -> None:
    # Given a self-assessment that never came, and Ben, who has it beside him that it is missing
    task = review.task("self_assessment", "ann")
    review.travel(days=21, minutes=1)
    hugo, here = review.browser("hugo"), f"{cycle_of(review)}/tasks/{task.id}/reopening"
    assert here in hugo.open(f"{cycle_of(review)}/people/ann").text
    # When HR opens it again
    hugo.open(here)
    hugo.send(here, reason="")
    assert "Say why" in hugo.page.text
    hugo.send(here, reason=REASON)
    assert "“Self-assessment” is open again for Ann." in hugo.page.text
    # Then Ann has it with the reason, and Ben is told that his own task comes back later.
    again = review.task("self_assessment", "ann")
    assert review.open("manager_review", "ann") == []
    assert REASON in review.browser("ann").open(f"/tasks/{again.id}").text
    with review.factory() as session:
        told = dict(
            session.execute(
                select(Notification.person_id, Notification.text).where(Notification.kind == SENT_BACK)
            ).all()
        )
    assert told["ann"] == f"Hugo opened “Self-assessment” again for you: {REASON}"
    assert told["ben"].startswith(f"Hugo opened “Self-assessment” for Ann again: {REASON} You will be asked")


def test_r17_a_review_that_is_written_is_opened_while_others_still_write_and_not_later(review: Review) -> None:
    review.travel(days=21, minutes=1)
    task = review.task("manager_review", "ann")
    hand_in(review.browser("ben"), task, **RATED)
    hugo, here = review.browser("hugo"), f"{cycle_of(review)}/tasks/{task.id}/reopening"
    hugo.open(here)
    hugo.send(here, reason="The wrong goals were used.")
    again = review.task("manager_review", "ann")
    page = review.browser("ben").open(f"/tasks/{again.id}").text
    assert "opened this again on" in page
    assert LONG in page
    # When all reviews are written and are being compared
    review.write_reviews(ann=4)
    hugo.open(f"{cycle_of(review)}/tasks/{again.id}/reopening")
    hugo.send(f"{cycle_of(review)}/tasks/{again.id}/reopening", reason="Once more.")
    assert "has gone on since" in hugo.page.text


def test_r17_nobody_opens_a_step_of_their_own_case(review: Review) -> None:
    task = review.task("self_assessment", "hugo")
    review.travel(days=21, minutes=1)
    hugo = review.browser("hugo")
    assert hugo.open(f"{cycle_of(review)}/tasks/{task.id}/reopening").status_code == 404
