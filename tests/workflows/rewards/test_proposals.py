"""Stories of reward proposals: what may be proposed, who has to approve it, and what becomes of it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.models import Task
from tests.workflows.people.cast import bring_people
from tests.workflows.small_cycle import LONG, SmallCycle, copied, counted, empty_database, team
from workflows.rewards.eligibility import NotEligible, work_out
from workflows.rewards.facts import gather_facts
from workflows.rewards.listing import list_rewards
from workflows.rewards.models import Proposal
from workflows.rewards.proposing import find_candidate

COMMON = {"effective_on": "2027-03-01", "reason": LONG, "within_budget": True}
BONUS = {"kind": "bonus", "amount": "2000", "amount_percent": "4", **COMMON}
INCREASE = {"kind": "pay_increase", "amount_percent": "3.33", **COMMON}
PROMOTION = {"kind": "promotion", "new_grade": "G6", "new_title": "Senior specialist", **COMMON}


@pytest.fixture(scope="module")
def reviewed(launched: SmallCycle) -> Iterator[SmallCycle]:
    """The cycle when managers are asked for their proposals, to be copied and left alone."""
    with copied(launched) as cycle:
        yield cycle.write_reviews(ann=4, ben=4).release().reach_proposals()


@pytest.fixture
def proposing(reviewed: SmallCycle) -> Iterator[SmallCycle]:
    """The cycle when managers are asked for their proposals."""
    with copied(reviewed) as cycle:
        yield cycle


def propose(cycle: SmallCycle, person_id: str, answers: dict[str, Any]) -> None:
    cycle.do("propose_reward", person_id, **answers)


def proposals(cycle: SmallCycle) -> list[Proposal]:
    with cycle.factory() as session:
        return list(session.scalars(select(Proposal).order_by(Proposal.id)))


def waiting_for(cycle: SmallCycle, person_id: str) -> list[tuple[str, str | None]]:
    """The open steps of a person's case after the proposal, with who has them."""
    with cycle.factory() as session:
        tasks = session.scalars(select(Task).where(Task.subject == person_id, Task.state == "open"))
        return [(task.step, task.assignee) for task in tasks]


def test_proposing_nothing_keeps_nothing(proposing: SmallCycle) -> None:
    propose(proposing, "ann", {"kind": "none"})
    assert proposals(proposing) == []
    assert waiting_for(proposing, "ann") == []


def test_a_bonus_is_kept_with_its_share_of_the_salary(proposing: SmallCycle) -> None:
    # When Ben proposes 2,000 for Ann, who earns 50,000
    propose(proposing, "ann", BONUS)
    # Then it is exactly four per cent, and the small bonus goes to Ben's manager alone.
    [kept] = proposals(proposing)
    assert (kept.kind, kept.state, kept.amount, kept.currency, kept.percent) == (
        "bonus", "proposed", Decimal("2000.00"), "BRL", Decimal("4.00"),
    )  # fmt: skip
    assert (kept.case_id, kept.person_id, kept.proposed_by) == (proposing.case("ann").id, "ann", "ben")
    assert waiting_for(proposing, "ann") == [("approve_reward", "mara")]
    proposing.do("approve_reward")
    [kept] = proposals(proposing)
    assert (kept.state, kept.decided_by, kept.decided_at) == ("granted", "mara", proposing.now)


def test_the_computed_share_decides_who_approves_not_what_was_typed(proposing: SmallCycle) -> None:
    # When a bonus of ten per cent is said to be one of one per cent
    propose(proposing, "ann", {**BONUS, "amount": "5000.01", "amount_percent": "1"})
    # Then it counts as what it is, rounded up, and compensation looks at it.
    assert proposals(proposing)[0].percent == Decimal("10.01")
    proposing.do("approve_reward")
    assert proposals(proposing)[0].state == "approved"
    assert [step for step, _ in waiting_for(proposing, "ann")] == ["compensation_check"]
    proposing.do("compensation_check")
    assert proposals(proposing)[0].state == "granted"


def test_a_pay_increase_is_given_in_per_cent_and_worked_out_in_money(proposing: SmallCycle) -> None:
    propose(proposing, "ann", INCREASE)
    [kept] = proposals(proposing)
    assert (kept.amount, kept.percent, kept.salary) == (Decimal("1665.00"), Decimal("3.33"), Decimal("50000.00"))


def test_what_the_line_rejects_is_closed(proposing: SmallCycle) -> None:
    propose(proposing, "ann", BONUS)
    proposing.do("approve_reward", outcome="reject", reason=LONG)
    [kept] = proposals(proposing)
    assert (kept.state, kept.decided_by) == ("rejected", "mara")


def test_a_promotion_to_an_executive_grade_is_signed(proposing: SmallCycle) -> None:
    propose(proposing, "ben", {**PROMOTION, "new_grade": "E1"})
    for step in ("approve_reward", "compensation_check"):
        proposing.do(step)
    assert proposals(proposing)[0].state == "approved"
    assert [step for step, _ in waiting_for(proposing, "ben")] == ["executive_signoff"]


@pytest.mark.parametrize(
    ("person_id", "answers", "said"),
    [
        ("ann", {**BONUS, "amount": "60000"}, "more than a whole yearly salary of Ann"),
        ("ann", {**BONUS, "effective_on": "2029-01-01"}, "more than a year away"),
        ("ann", {**PROMOTION, "new_grade": "G4"}, "Ann has grade G4 now"),
        ("dora", {**PROMOTION, "effective_on": "2027-02-28"}, "can be effective from 1 March 2027"),
        ("eva", {**PROMOTION, "effective_on": "2027-02-28"}, "6 months in service: .* from 1 March 2027"),
        ("eva", {**BONUS, "effective_on": "2026-08-31"}, "joined on 1 September 2026"),
    ],
)
def test_a_proposal_against_the_rules_is_refused(
    proposing: SmallCycle, person_id: str, answers: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotEligible, match=said):
        propose(proposing, person_id, answers)
    assert proposals(proposing) == []
    assert [step for step, _ in waiting_for(proposing, person_id)] == ["propose_reward"]


def test_the_first_day_on_which_a_promotion_is_possible_is_accepted(proposing: SmallCycle) -> None:
    for person_id in ("dora", "eva"):
        propose(proposing, person_id, {**PROMOTION, "effective_on": "2027-03-01"})
    assert {kept.person_id for kept in proposals(proposing)} == {"dora", "eva"}


def test_a_promotion_granted_here_counts_for_the_next_one(proposing: SmallCycle) -> None:
    # Given a promotion of Ann that was granted, of which HR's file does not know yet
    propose(proposing, "ann", {**PROMOTION, "new_grade": "G5"})
    for step in ("approve_reward", "compensation_check", "executive_signoff"):
        proposing.do(step)
    assert proposals(proposing)[0].state == "granted"
    # When the next one is proposed in another cycle, then it is too early.
    with proposing.factory() as session:
        candidate = find_candidate(session, proposing.root, "ann", proposing.now.date())
    assert candidate.last_promotion == date(2027, 3, 1)
    with pytest.raises(NotEligible, match="from 1 March 2028"):
        work_out(candidate, {**PROMOTION, "effective_on": date(2027, 9, 1)}, date(2027, 6, 1))


def test_a_proposal_costs_few_statements(proposing: SmallCycle) -> None:
    [task] = proposing.open("propose_reward", "ann")
    with counted(proposing.factory) as sent, transaction(proposing.factory) as session:
        proposing.submit(session, task, **BONUS)
    assert len([statement for statement in sent if "reward_proposal" in statement]) == 2, sent


def test_an_approver_sees_the_facts(proposing: SmallCycle) -> None:
    # Given that Ann's pay rose in the people data, and that a bonus is proposed
    with transaction(proposing.factory) as session:
        rise = [row | {"salary": "55000"} if row["employee_id"] == "ann" else row for row in team()]
        assert bring_people(session, rise, on=date(2026, 12, 1)).is_valid
    propose(proposing, "ann", BONUS)
    # When an approver looks, then everything that matters is there.
    with proposing.factory() as session:
        facts = gather_facts(session, proposing.case("ann"), proposing.now.date())
    assert (facts.person.salary, facts.person.currency, facts.person.grade) == (Decimal("55000.00"), "BRL", "G4")
    assert facts.band_position == 75
    assert facts.months_in_service == 81
    assert facts.last_increase is not None
    assert (facts.last_increase.effective, facts.last_increase.percent) == (date(2026, 12, 1), Decimal("10.00"))
    assert facts.last_promotion is None
    assert [(past.cycle, past.rating) for past in facts.ratings] == [("Annual review 2026", 4)]
    assert [(known.kind, known.percent) for known in facts.proposals] == [("bonus", Decimal("3.64"))]


def test_rewards_on_every_database(database_url: str) -> None:
    with empty_database(database_url) as factory:
        cycle = SmallCycle(factory).launch().write_reviews(ann=4).release().reach_proposals()
        propose(cycle, "ann", BONUS)
        propose(cycle, "dora", INCREASE)
        cycle.do("approve_reward", "ann")
        cycle.do("approve_reward", "dora", outcome="reject", reason=LONG)
        kept = {proposal.person_id: (proposal.state, proposal.amount) for proposal in proposals(cycle)}
        assert kept == {"ann": ("granted", Decimal("2000.00")), "dora": ("rejected", Decimal("1665.00"))}
        with factory() as session:
            assert len(gather_facts(session, cycle.case("ann"), cycle.now.date()).proposals) == 1
            # HR finds all of it, the newest first; of what was refused, its subject finds nothing.
            with counted(factory) as sent:
                found = list_rewards(session, viewer="hugo", limit=10)
            assert len(sent) == 2, sent
        assert [(row.person, row.proposal.state, row.decider) for row in found.rows] == [
            ("Dora", "rejected", "Mara"),
            ("Ann", "granted", "Mara"),
        ]
        with factory() as session:
            assert list_rewards(session, viewer="dora", state="rejected", limit=10).total == 0
            paid = list_rewards(session, viewer="hugo", kind="bonus", limit=1)
            assert ([row.person for row in paid.rows], paid.total) == (["Ann"], 1)
            assert list_rewards(session, viewer="ann", limit=1, offset=1).rows[0].person == "Ann"
