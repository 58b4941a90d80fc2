"""What was handed in is taken back: from the message, from the closed task, and not when others have gone on."""

from sqlalchemy import select

from engine.database import transaction
from tests.webapp.reviewing import SELF_ASSESSMENT, Review, hand_in
from tests.workflows.small_cycle import LONG, counted
from workflows.notifications.models import RECALLED, Notification
from workflows.reviews.models import Submission
from workflows.reviews.submitting import save_draft
from workflows.rewards.models import Proposal

RATED = {"results": LONG, "goals_realistic": "yes", "behaviour": LONG, "improve": LONG, "overall_rating": "5",
         "rating_reason": LONG}  # fmt: skip


def test_a_form_is_taken_back_changed_and_handed_in_again(review: Review) -> None:
    # Given Ann, who has handed in her self-assessment, and Ben, who has begun the review
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    hand_in(ann, task, **SELF_ASSESSMENT)
    assert "is handed in." in ann.page.text
    assert f'action="/tasks/{task.id}/recall"' in ann.page.text
    following = review.task("manager_review", "ann")
    with transaction(review.factory) as session:
        save_draft(session, following.id, {"results": "A first thought"}, by="ben", now=review.now)
    # When she takes it back
    ann.send(f"/tasks/{task.id}/recall")
    # Then it is a draft again with all she had written, and Ben is told that his task is gone for now
    assert ann.heading == "Self-assessment"
    assert "Cut the return rate" in ann.page.text
    assert review.open("manager_review", "ann") == []
    with review.factory() as session:
        assert session.get_one(Submission, task.id).state == "draft"
        notice = session.scalars(select(Notification).where(Notification.kind == RECALLED)).one()
        assert notice.person_id == "ben"
        assert notice.text.startswith("Ann took “Self-assessment” for Ann back to change it, so “Manager review” does")
    # And when she hands it in again, he goes on with what he had begun.
    hand_in(ann, review.again(task), **SELF_ASSESSMENT)
    again = review.task("manager_review", "ann")
    assert "A first thought" in review.browser("ben").open(f"/tasks/{again.id}").text


def test_it_is_offered_on_the_closed_task_until_somebody_has_gone_on(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    hand_in(ann, task, **SELF_ASSESSMENT)
    assert "Take it back" in ann.open(f"/tasks/{task.id}").text
    hand_in(review.browser("ben"), review.task("manager_review", "ann"), **RATED)
    assert "Take it back" not in ann.open(f"/tasks/{task.id}").text
    ann.send(f"/tasks/{task.id}/recall")
    assert "the process has gone on since" in ann.page.text
    assert review.again(task).state == "completed"


def test_nobody_else_takes_it_back(review: Review) -> None:
    task = review.task("self_assessment", "ann")
    hand_in(review.browser("ann"), task, **SELF_ASSESSMENT)
    ben = review.browser("ben")
    assert ben.send(f"/tasks/{task.id}/recall").status_code == 404
    assert review.again(task).state == "completed"


def test_what_it_had_set_in_motion_is_taken_back_too(review: Review) -> None:
    # Given a rating that ended the writing of the review, with everybody else still writing
    review.travel(days=21, minutes=1)
    ben, task = review.browser("ben"), review.task("manager_review", "ann")
    hand_in(ben, task, **{**RATED, "overall_rating": "4"})
    assert review.case("ann").rating == 4
    ben.open(f"/tasks/{task.id}")
    ben.send(f"/tasks/{task.id}/recall")
    assert review.case("ann").rating is None
    review.write_reviews(ann=3).release().reach_proposals()
    assert review.case("ann").rating == 3
    # Given a proposal
    proposal = review.task("propose_reward", "ann")
    review.do("propose_reward", "ann", kind="bonus", amount="1000", amount_percent="2", effective_on="2027-03-01",
              reason=LONG, within_budget=True)  # fmt: skip
    ben.open(f"/tasks/{proposal.id}")
    ben.send(f"/tasks/{proposal.id}/recall")
    with review.factory() as session:
        assert session.scalars(select(Proposal.state)).all() == ["withdrawn"]
    # Then nothing may be proposed after all, which ends the case; and even that is taken back.
    review.do("propose_reward", "ann", kind="none")
    assert review.case("ann").state == "closed"
    ben.open(f"/tasks/{proposal.id}")
    ben.send(f"/tasks/{proposal.id}/recall")
    assert review.case("ann").state == "open"


def test_it_costs_a_fixed_number_of_statements(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    counts = set()
    for _ in range(3):
        hand_in(ann, review.again(task), **SELF_ASSESSMENT)
        data = {"csrf_token": ann.token()}
        with counted(review.factory) as sent:
            ann.client.post(f"/tasks/{task.id}/recall", data=data)
        counts.add(len([statement for statement in sent if not statement.startswith("BEGIN")]))
    assert len(counts) == 1
    assert max(counts) <= 20
