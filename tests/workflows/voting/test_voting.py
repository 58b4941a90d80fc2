"""Votes in a process: one step, a ballot for each voter, settled once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, HistoryEntry, NotAllowed, Rejection, Task, tasks
from tests.workflows.routing.cast import NOW
from tests.workflows.voting.electing import APPROVE, REJECT, Case, vote_step
from workflows.voting.casting import cast


def test_everybody_of_the_committee_gets_a_ballot_and_the_majority_goes_on_at_once(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    assert case.open() == ["mara", "rita", "lena", "omar", "hugo"]

    case.votes("lena", APPROVE)
    case.votes("rita", APPROVE)
    assert case.outcome is None
    case.votes("mara", APPROVE)

    assert case.outcome == "approve"
    assert case.ended
    assert case.open() == []
    assert case.task("omar").state == "cancelled"
    assert case.instance.variables["votes_for"] == 3
    assert case.instance.variables["done_by"]["decide"] == ["mara", "rita", "lena"]


def test_a_vote_can_be_changed_until_it_is_settled(company: Session) -> None:
    case = Case(company, vote_step("all"))
    case.votes("lena", APPROVE)
    case.votes("rita", APPROVE)
    case.votes("rita", REJECT, "The results do not carry it yet.")

    assert case.outcome == "reject"
    with pytest.raises(Conflict, match="settled"):
        case.votes("lena", REJECT)


def test_what_is_cast_stays_where_the_settings_say_so(company: Session) -> None:
    case = Case(company, vote_step("majority", voteChange="no"))
    case.votes("lena", APPROVE)

    with pytest.raises(Conflict, match="stays as it is"):
        case.votes("lena", REJECT)


def test_a_ballot_is_cast_by_its_voter_and_in_no_other_way(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    ballot = case.task("lena").id

    with pytest.raises(Conflict, match="several people"):
        tasks.complete(company, ballot, by="lena", now=NOW)
    with pytest.raises(NotAllowed):
        cast(company, ballot, APPROVE, by="omar", now=NOW)
    with pytest.raises(Rejection):
        case.votes("lena", "maybe")


def test_the_subject_never_gets_a_ballot_and_the_reserve_is_called(company: Session) -> None:
    case = Case(company, vote_step("majority"), subject="lena")

    assert case.open() == ["mara", "rita", "omar", "hugo", "paul"]
    assert any("Lena is a member" in entry["fact"] for entry in case.task("paul").explanation)


def test_r15_nobody_votes_twice(company: Session) -> None:
    case = Case(company, vote_step("majority"))

    with pytest.raises(NotAllowed, match="two votes"):
        tasks.reassign(company, case.task("omar").id, to="lena", by="rita", reason="", now=NOW)


def test_a_ballot_that_is_handed_on_is_cast_by_whoever_has_it(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    tasks.reassign(company, case.task("omar").id, to="ben", by="rita", reason="Omar is busy.", now=NOW)

    case.votes("ben", APPROVE)

    assert case.ballot("ben").member == "omar"


def test_before_enough_are_there_nobody_votes(company: Session) -> None:
    case = Case(company, vote_step("committee", voteBallot="open"))
    case.comes("lena", "omar")
    with pytest.raises(Conflict, match="2 of 3"):
        case.votes("lena", APPROVE)

    case.comes("rita")
    case.votes("lena", APPROVE)

    assert case.ballot("lena").choice == APPROVE


def test_a_secret_ballot_leaves_no_trace_of_who_voted_what(company: Session) -> None:
    case = Case(company, vote_step("majority", voteBallot="secret"))
    case.votes("lena", REJECT, "This must not be kept.")
    for who in ("rita", "omar", "mara"):
        case.votes(who, APPROVE)

    assert case.outcome == "approve"
    for who in ("lena", "rita", "omar", "mara"):
        assert (case.ballot(who).choice, case.ballot(who).reason) == (None, "")
    assert (case.vote.counts or {})["rejections"] == 1
    kept = company.scalars(select(HistoryEntry).where(HistoryEntry.instance_id == case.instance.id)).all()
    assert not any(word in str(entry.detail) for entry in kept for word in (REJECT, "must not be kept"))


def test_r14_a_recused_voter_is_replaced_and_their_vote_is_gone(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    case.votes("omar", APPROVE)

    case.is_recused("omar")

    assert case.ballot("omar").choice is None
    assert case.open() == ["mara", "rita", "lena", "hugo", "paul"]


def test_a_committee_that_loses_its_quorum(company: Session) -> None:
    case = Case(company, vote_step("majority", voteQuorum="4", voteRecusal="keep"))
    case.votes("lena", APPROVE)
    case.is_recused("omar")
    assert case.outcome is None

    case.is_recused("hugo")

    assert case.outcome == "no quorum"
    assert case.ended


def test_r6_where_the_manager_decides_the_others_contribute(company: Session) -> None:
    case = Case(
        company,
        vote_step(
            "advice",
            "everybody named",
            '["ben", "mara"]',
        ),
    )
    case.votes("mara", REJECT, "Too early.")
    assert case.outcome is None

    case.votes("ben", APPROVE)

    assert case.outcome == "approve"


def test_a_chain_goes_up_to_the_grade_one_after_the_other(company: Session) -> None:
    case = Case(company, vote_step("chain", "line up to", "E1"))
    assert case.open() == ["ben"]

    case.votes("ben", APPROVE)
    assert case.open() == ["mara"]
    assert case.outcome is None
    case.votes("mara", APPROVE)

    assert case.outcome == "approve"


def test_a_chain_as_long_as_an_amount_asks_for_ends_with_the_first_rejection(company: Session) -> None:
    step = vote_step("chain", "line up to", 'if amount > 10000 then "E3" else "G8"')
    case = Case(company, step, amount=20000)
    case.votes("ben", APPROVE)
    case.votes("mara", REJECT)

    assert case.outcome == "reject"
    assert company.scalar(select(Task).where(Task.assignee == "olga")) is None
