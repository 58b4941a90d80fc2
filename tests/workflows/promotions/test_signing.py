"""Stories of executive sign-off: who may sign, what a signature proves, and what shows when somebody meddles."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.database import transaction
from engine.errors import NotAllowed
from engine.models import Task
from tests.workflows.small_cycle import ANSWERS, LONG, SmallCycle, copied, counted, empty_database
from workflows.promotions.chain import ChainCheck, verify_chain
from workflows.promotions.models import Signature
from workflows.promotions.relations import find_relations
from workflows.promotions.signing import confirm_signer
from workflows.reviews.models import Submission
from workflows.reviews.submitting import submit
from workflows.rewards.models import Proposal

# Twenty per cent of the salary: an executive signs. Ben's approver is Olga already, so Ann and Dora are proposed.
BONUS = {
    "kind": "bonus", "amount": "10000", "amount_percent": "20", "effective_on": "2027-03-01", "reason": LONG,
    "within_budget": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def decided(launched: SmallCycle) -> Iterator[SmallCycle]:
    """The cycle with two large bonuses before the executive, to be copied and left alone."""
    with copied(launched) as cycle:
        yield reach_signoff(cycle)


@pytest.fixture
def waiting(decided: SmallCycle) -> Iterator[SmallCycle]:
    """The cycle with two large bonuses before the executive."""
    with copied(decided) as cycle:
        yield cycle


def reach_signoff(cycle: SmallCycle) -> SmallCycle:
    cycle.write_reviews(ann=4).release().reach_proposals()
    for person_id in ("ann", "dora"):
        cycle.do("propose_reward", person_id, **BONUS)
        cycle.do("approve_reward", person_id)
        cycle.do("compensation_check", person_id)
    return cycle


def check(cycle: SmallCycle) -> ChainCheck:
    with cycle.factory() as session:
        return verify_chain(session, cycle.root)


def test_a_signature_records_what_was_decided_by_whom(waiting: SmallCycle) -> None:
    # Given a bonus that waits for the executive
    [task] = waiting.open("executive_signoff", "ann")
    # When the executive signs right after giving the password
    waiting.do("executive_signoff", "ann")
    # Then the signature says so, the bonus is granted, and the chain holds.
    with waiting.factory() as session:
        [signature] = session.scalars(select(Signature))
        granted = session.get_one(Proposal, signature.proposal_id)
    assert (signature.signer, signature.outcome, signature.task_id) == (task.assignee, "approve", task.id)
    assert (signature.signed_at, signature.reauthenticated_at) == (waiting.now, waiting.now)
    assert (granted.person_id, granted.state, granted.decided_by) == ("ann", "granted", task.assignee)
    assert check(waiting) == ChainCheck(1, [])


def test_declining_is_signed_too(waiting: SmallCycle) -> None:
    waiting.do("executive_signoff", "ann", outcome="reject", reason=LONG)
    with waiting.factory() as session:
        assert session.scalars(select(Signature.outcome)).all() == ["reject"]
        assert session.scalars(select(Proposal.state).where(Proposal.person_id == "ann")).all() == ["rejected"]
    assert check(waiting).holds


@pytest.mark.parametrize(("signer", "minutes_ago"), [(None, 0), ("somebody else", 0), ("self", 6)])
def test_without_a_fresh_password_nothing_is_signed(waiting: SmallCycle, signer: str | None, minutes_ago: int) -> None:
    [task] = waiting.open("executive_signoff", "ann")
    holder = str(task.assignee)
    with waiting.factory() as session:
        if signer is not None:
            by = holder if signer == "self" else signer
            confirm_signer(session, by, waiting.now - timedelta(minutes=minutes_ago))
        with pytest.raises(NotAllowed, match="Enter it again"):
            submit(session, task.id, ANSWERS["executive_signoff"], by=holder, now=waiting.now)
        session.rollback()
    assert check(waiting).count == 0
    assert waiting.open("executive_signoff", "ann")[0].state == "open"


def test_one_password_stands_under_one_signature(waiting: SmallCycle) -> None:
    first, second = waiting.open("executive_signoff")
    with transaction(waiting.factory) as session:
        waiting.submit(session, first)
        with pytest.raises(NotAllowed, match="Enter it again"):
            submit(session, second.id, ANSWERS["executive_signoff"], by=str(second.assignee), now=waiting.now)
        session.rollback()


Meddle = Callable[[Session], object]


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (lambda session: session.execute(update(Proposal).values(reason="Because.")), "do not say any more"),
        (lambda session: session.execute(update(Submission).values(answers={})), "do not say any more"),
        (lambda session: session.execute(update(Signature).values(signer="hugo")), "do not say any more"),
        (lambda session: session.execute(update(Signature).values(content="{}")), "its content or the one before"),
        (lambda session: session.execute(delete(Signature).where(Signature.number == 1)), "Signature 1 is missing"),
        (lambda session: session.execute(delete(Signature).where(Signature.number == 2)), "1 signatures that are not"),
    ],
    ids=["proposal", "answers", "signer", "content", "first taken out", "last taken off"],
)
def test_whatever_is_meddled_with_shows(waiting: SmallCycle, meddle: Meddle, said: str) -> None:
    # Given two signatures that follow each other
    waiting.do("executive_signoff")
    assert check(waiting) == ChainCheck(2, [])
    # When somebody changes the records behind our back, then the check says what does not hold.
    with transaction(waiting.factory) as session:
        meddle(session)
    assert any(said in problem for problem in check(waiting).problems)


def test_signing_costs_three_statements(waiting: SmallCycle) -> None:
    [task] = waiting.open("executive_signoff", "ann")
    with counted(waiting.factory) as sent, transaction(waiting.factory) as session:
        waiting.submit(session, task)
    mine = [statement for statement in sent if "signature" in statement or "FROM reward_proposal" in statement]
    assert len(mine) == 3, mine


@pytest.mark.parametrize(
    ("approver", "said", "is_conflict"),
    [
        ("mara", "You are the manager's manager of Ann.", False),
        ("olga", "You are 3 levels up from Ann.", False),
        ("ann", "The proposal is about you.", True),
        ("ben", "You proposed it for Ann yourself.", True),
        ("dora", "You and Ann report to the same manager, Ben.", True),
        ("dora", "A reward for you is open in the same cycle.", True),
        ("mara", "You have decided an earlier step of this proposal.", True),
        ("rita", "Nothing known connects you with Ann.", False),
    ],
)
def test_an_approver_reads_what_connects_them(
    waiting: SmallCycle, approver: str, said: str, *, is_conflict: bool
) -> None:
    with waiting.factory() as session:
        proposal = session.scalars(select(Proposal).where(Proposal.person_id == "ann")).one()
        found = {r.text: r.is_conflict for r in find_relations(session, approver, proposal, waiting.now.date())}
    assert found.get(said) is is_conflict, found


def test_somebody_below_reads_who_decides_on_their_pay(waiting: SmallCycle) -> None:
    with waiting.factory() as session:
        proposal = session.scalars(select(Proposal).where(Proposal.person_id == "ann")).one()
        proposal.person_id = "mara"
        found = find_relations(session, "ben", proposal, waiting.now.date())
    assert [(r.text, r.is_conflict) for r in found][-1] == (
        "Mara is above you in the line and decides on your pay.",
        True,
    )


def test_signatures_on_every_database(database_url: str) -> None:
    with empty_database(database_url) as factory:
        cycle = reach_signoff(SmallCycle(factory).launch())
        cycle.do("executive_signoff")
        assert check(cycle) == ChainCheck(2, [])


def test_two_executives_who_sign_at_once_follow_each_other(postgres_url: str) -> None:
    with empty_database(postgres_url) as factory:
        cycle = reach_signoff(SmallCycle(factory).launch())
        ready = Barrier(2)

        def sign(task: Task) -> None:
            with transaction(factory) as session:
                ready.wait(timeout=60)
                cycle.submit(session, task)

        with ThreadPoolExecutor(2) as executives:
            list(executives.map(sign, cycle.open("executive_signoff")))
        cycle.work()
        assert check(cycle) == ChainCheck(2, [])
