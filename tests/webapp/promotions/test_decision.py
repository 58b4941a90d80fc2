"""An executive looks at a case and signs it with the password."""

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.models import Task
from tests.webapp.browsing import PASSWORD, Browser
from tests.webapp.reviewing import Review
from tests.workflows.small_cycle import LONG
from workflows.people.accounts import FAILURES_BEFORE_LOCK
from workflows.people.models import Account
from workflows.promotions.models import Signature
from workflows.rewards.models import Proposal

# A fifth of the salary: an executive signs.
BONUS = {
    "kind": "bonus", "amount": "10000", "amount_percent": "20", "effective_on": "2027-03-01", "reason": LONG,
    "within_budget": True,
}  # fmt: skip
APPROVED = {"outcome": "approve", "no_conflict": "true"}


@pytest.fixture
def proposed(review: Review) -> Review:
    """The review with a bonus for Ann and one for Dora before the executive."""
    review.write_reviews(ann=4).release().reach_proposals()
    for who in ("ann", "dora"):
        review.do("propose_reward", who, **BONUS)
        review.do("approve_reward", who)
        review.do("compensation_check", who)
    return review


def open_decision(review: Review, who: str = "ann") -> tuple[Browser, Task, str]:
    task = review.task("executive_signoff", who)
    executive = review.browser(str(task.assignee))
    executive.open(f"/tasks/{task.id}")
    return executive, task, f"/decisions/{task.id}/signature"


def signatures(review: Review) -> list[Signature]:
    with review.factory() as session:
        return list(session.scalars(select(Signature)))


def test_everything_one_has_to_know_stands_on_one_page(proposed: Review) -> None:
    executive, task, _ = open_decision(proposed)
    page = executive.page.text
    assert executive.heading == "Bonus: Ann"
    for told in (
        "10,000.00 BRL (20 % of the salary)",
        "Ben, ",
        LONG,
        "50,000 BRL a year",
        "50 % of the band",
        "Compensation check",
        "Approve the reward",
        "levels up from Ann" if task.assignee == "olga" else "of Ann",
    ):
        assert told in page, told
    assert 'name="_password"' in page


def test_a_signature_proves_the_decision_and_leads_to_the_next(proposed: Review) -> None:
    # Given two decisions
    executive, task, signature = open_decision(proposed)
    # When the first is signed with the password
    executive.send(signature, _revision=str(task.revision), _password=PASSWORD, **APPROVED)
    # Then the receipt shows when, and the digest, and the way to the next one
    assert executive.heading == "Signed"
    [signed] = signatures(proposed)
    assert f"{signed.digest[:8]}…{signed.digest[-8:]}" in executive.page.text
    assert "Bonus for Ann" in executive.page.text
    assert f'href="/tasks/{proposed.task("executive_signoff", "dora").id}"' in executive.page.text
    assert "The chain holds." in executive.open(f"{signature}?check=yes").text
    proposed.travel(minutes=1)
    with proposed.factory() as session:
        granted = session.scalars(select(Proposal).where(Proposal.person_id == "ann")).one()
    assert granted.state == "granted"
    # And nobody but the signer reads the receipt.
    for who in ("ann", "ben", "hugo"):
        assert proposed.browser(who).open(signature).status_code == 404


def test_with_a_wrong_password_nothing_is_signed_and_nothing_is_lost(proposed: Review) -> None:
    executive, task, signature = open_decision(proposed)
    fields = {"_revision": str(task.revision), "outcome": "reject", "reason": LONG, "no_conflict": "true"}
    answer = executive.send(signature, _password="not my password", **fields)
    assert answer.status_code == 422
    assert "This is not your current password." in answer.text
    assert LONG in answer.text.partition('id="answers"')[2]
    assert "not my password" not in answer.text
    assert signatures(proposed) == []
    assert proposed.again(task).state == "open"
    # The failure is counted, and the right password signs what was kept.
    with proposed.factory() as session:
        assert session.get_one(Account, str(task.assignee)).failed_logins == 1
    executive.send(signature, _password=PASSWORD, **fields)
    assert executive.heading == "Declined and signed"
    assert [one.outcome for one in signatures(proposed)] == ["reject"]


def test_guessing_the_password_locks_the_account(proposed: Review) -> None:
    executive, task, signature = open_decision(proposed)
    fields = {"_revision": str(task.revision), **APPROVED}
    for _ in range(FAILURES_BEFORE_LOCK):
        executive.send(signature, _password="a guess", **fields)
    assert executive.send(signature, _password=PASSWORD, **fields).status_code == 422
    assert signatures(proposed) == []


def test_an_open_question_and_a_wrong_password_are_told_together(proposed: Review) -> None:
    executive, task, signature = open_decision(proposed)
    answer = executive.send(signature, _revision=str(task.revision), _password="", outcome="approve")
    assert answer.status_code == 422
    assert (
        "I have no personal interest in this decision" in answer.text.partition('role="alert"')[2].partition("</ul>")[0]
    )
    assert "This is not your current password." in answer.text


def test_a_decision_that_changed_meanwhile_is_looked_at_again(proposed: Review) -> None:
    executive, task, signature = open_decision(proposed)
    with transaction(proposed.factory) as session:
        session.get_one(Task, task.id).revision += 1
    answer = executive.send(signature, _revision=str(task.revision), _password=PASSWORD, **APPROVED)
    assert answer.status_code == 409
    assert signatures(proposed) == []


@pytest.mark.parametrize(("who", "status"), [("ann", 404), ("ben", 403), ("hugo", 403), ("dora", 403)])
def test_nobody_else_sees_or_signs_a_decision_and_ann_does_not_learn_of_it(
    proposed: Review, who: str, status: int
) -> None:
    _, task, signature = open_decision(proposed)
    other = proposed.browser(who)
    assert other.open(f"/decisions/{task.id}").status_code == status
    other.open("/account")
    sent = other.send(signature, _revision=str(task.revision), _password=PASSWORD, **APPROVED)
    assert sent.status_code == status
    assert signatures(proposed) == []


def test_a_decision_that_was_signed_already_is_not_signed_twice(proposed: Review) -> None:
    executive, task, signature = open_decision(proposed)
    fields = {"_revision": str(task.revision), "_password": PASSWORD, **APPROVED}
    executive.send(signature, **fields)
    assert executive.send(signature, **fields).status_code == 409
    assert "has been completed already" in executive.page.text
    assert len(signatures(proposed)) == 1
    assert "has been completed already" in executive.open(f"/decisions/{task.id}").text


def test_another_task_is_no_decision(review: Review) -> None:
    task = review.task("self_assessment", "ann")
    assert review.browser("ann").open(f"/decisions/{task.id}").status_code == 404
