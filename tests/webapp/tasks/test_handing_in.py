"""Handing in the form of a task: what is kept, what is refused, and that nothing typed is ever lost."""

import re

from sqlalchemy import event, select

from engine import tasks
from engine.database import transaction
from tests.webapp.browsing import PASSWORD
from tests.webapp.reviewing import MANAGER_REVIEW, SELF_ASSESSMENT, Review, hand_in, send
from tests.workflows.small_cycle import LONG
from workflows.people.models import Account
from workflows.promotions.models import Signature
from workflows.reviews.models import Submission

BONUS = {
    "kind": "bonus",
    "amount": "10000",
    "amount_percent": "20",
    "effective_on": "2027-03-01",
    "reason": LONG,
    "within_budget": True,
}
PROMOTION = {
    "kind": "promotion",
    "new_grade": "G6",
    "new_title": "Lead",
    "effective_on": "2026-12-31",
    "reason": LONG,
    "within_budget": "true",
}


def test_a_form_with_faults_comes_back_with_what_was_typed(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    hand_in(ann, task, **{**SELF_ASSESSMENT, "summary": "Too short"})
    assert ann.page.status_code == 422
    assert ">Too short</textarea>" in ann.page.text
    assert "Please correct one answer" in ann.page.text
    assert 'value="Cut the return rate"' in ann.page.text
    assert review.again(task).state == "open"


def test_a_double_click_does_not_hand_in_twice(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    hand_in(ann, task, **SELF_ASSESSMENT)
    send(ann, task, **SELF_ASSESSMENT)
    assert ann.page.status_code == 409
    assert ann.heading == "“Self-assessment” has been completed already"
    assert "What you wrote just now" not in ann.page.text, "it was the same"
    assert "What you handed in" in ann.page.text


def test_what_was_typed_in_another_window_is_given_back(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    hand_in(ann, task, **SELF_ASSESSMENT)
    send(ann, task, **{**SELF_ASSESSMENT, "growth": "A thought from the other window"})
    assert ann.page.status_code == 409
    assert "What you wrote just now" in ann.page.text
    assert "A thought from the other window" in ann.page.text


def test_a_task_the_process_went_past_is_explained_and_gives_the_text_back(review: Review) -> None:
    # Given Ann, who has her self-assessment open until three weeks are over
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    ann.open(f"/tasks/{task.id}")
    review.travel(days=21, minutes=1)
    # The sign-in has ended meanwhile, so she signs in again in another tab.
    ann.sign_in("ann")
    send(ann, task, **SELF_ASSESSMENT)
    assert ann.page.status_code == 409
    assert ann.heading == "“Self-assessment” is not needed any more"
    assert "Cut the return rate" in ann.page.text


def test_a_task_that_was_handed_on_is_refused_to_who_had_it_before(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    ben, task = review.browser("ben"), review.task("manager_review", "ann")
    ben.open(f"/tasks/{task.id}")
    with transaction(review.factory) as session:
        tasks.reassign(session, task.id, to="mara", by="hugo", reason="Ben is away.", now=review.now)
    send(ben, task, **MANAGER_REVIEW)
    assert ben.page.status_code == 403
    assert LONG in ben.page.text, "what Ben wrote can be copied from the page"
    assert review.again(task).state == "open"


def test_a_task_that_changed_hands_and_came_back_is_looked_at_again(review: Review) -> None:
    hand_in(review.browser("ann"), review.task("self_assessment", "ann"), **SELF_ASSESSMENT)
    ben, task = review.browser("ben"), review.task("manager_review", "ann")
    ben.open(f"/tasks/{task.id}")
    with transaction(review.factory) as session:
        for holder in ("mara", "ben"):
            tasks.reassign(session, task.id, to=holder, by="hugo", reason="Ben was away.", now=review.now)
    send(ben, task, **MANAGER_REVIEW)
    assert ben.page.status_code == 409
    assert "has changed since you opened it" in ben.page.text
    assert LONG in ben.page.text
    # The page that came back can be handed in.
    send(ben, review.again(task), **MANAGER_REVIEW)
    assert review.again(task).state == "completed"


def test_a_refused_proposal_changes_nothing_and_keeps_the_text(review: Review) -> None:
    # Given results that are released, and a promotion for Dora so soon after the last one
    review.write_reviews(dora=4).release().reach_proposals()
    ben, task = review.browser("ben"), review.task("propose_reward", "dora")
    hand_in(ben, task, **PROMOTION)
    assert ben.page.status_code == 422
    assert "This was not handed in." in ben.page.text
    assert LONG in ben.page.text
    assert review.again(task).state == "open"
    with review.factory() as session:
        assert session.get(Submission, task.id) is None


def test_questions_that_now_apply_are_shown_without_handing_in(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    hidden = re.compile(r'data-field="support_missing" hidden')
    hand_in(ann, task, **SELF_ASSESSMENT, _refresh="1")
    assert hidden.search(ann.page.text)
    hand_in(ann, task, **{**SELF_ASSESSMENT, "support": "hardly"}, _refresh="1")
    assert ann.page.status_code == 200
    assert not hidden.search(ann.page.text)
    assert review.again(task).state == "open"


def test_a_signature_needs_the_password(review: Review) -> None:
    # Given a large bonus that waits for Olga to sign
    review.write_reviews(ann=4).release().reach_proposals()
    for step, answers in (("propose_reward", BONUS), ("approve_reward", {}), ("compensation_check", {})):
        review.do(step, "ann", **answers)
    task = review.task("executive_signoff", "ann")
    signer = review.browser(str(task.assignee))
    decision = {"outcome": "approve", "no_conflict": "true"}
    # When the password is wrong, nothing is signed and the form comes back
    send(signer, task, **decision, _password="not the password")
    assert signer.page.status_code == 422
    assert "This is not your current password." in signer.page.text
    assert "not the password" not in signer.page.text
    assert review.again(task).state == "open"
    with review.factory() as session:
        assert session.get_one(Account, task.assignee).failed_logins == 1
    # With the right one the decision stands signed.
    send(signer, task, **decision, _password=PASSWORD)
    assert review.again(task).state == "completed"
    with review.factory() as session:
        assert session.scalars(select(Signature.signer)).all() == [task.assignee]


def test_going_on_costs_one_commit(review: Review) -> None:
    ann, task = review.browser("ann"), review.task("self_assessment", "ann")
    ann.open(f"/tasks/{task.id}")
    commits: list[object] = []
    event.listen(review.factory.kw["bind"], "commit", commits.append)
    send(ann, task, **SELF_ASSESSMENT)
    # The page that follows is only read.
    assert len(commits) == 1
