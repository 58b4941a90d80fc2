"""Who votes while a vote goes on: people come, leave, are away, come into conflict; deadlines pass; cases pause."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, Task, suspending, tasks
from tests.workflows.routing.cast import NOW, TODAY, become, join, sign_up
from tests.workflows.voting.conftest import EVERYBODY
from tests.workflows.voting.electing import APPROVE, REJECT, Case, vote_step, work
from workflows.people.committees import CHAIR, end_seat, give_seat
from workflows.people.models import TERMINATED, DottedLine
from workflows.routing.absences import name_substitute, plan_absence
from workflows.voting.following import follow_committee, follow_people

LATER = NOW + timedelta(days=10)


def leaves(session: Session, who: str) -> None:
    """Somebody leaves today."""
    become(session, replace(EVERYBODY[who], status=TERMINATED))
    follow_people(session, [who], NOW)
    work(session)


def test_who_leaves_before_voting_is_not_waited_for(company: Session) -> None:
    case = Case(company, vote_step("all", "everybody named", '["mara", "lena", "omar"]'))
    case.votes("mara", APPROVE)
    case.votes("lena", APPROVE)

    leaves(company, "omar")

    assert case.outcome == "approve"
    assert case.ballot("omar").state == "dropped"


def test_what_somebody_cast_counts_when_they_have_left(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    case.votes("omar", APPROVE)

    leaves(company, "omar")
    case.votes("lena", APPROVE)
    case.votes("rita", APPROVE)

    assert case.outcome == "approve"
    assert case.ballot("omar").choice == APPROVE


def test_a_new_member_votes_too_and_who_loses_the_seat_does_not(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    give_seat(company, "promotions", "ben", day=TODAY)
    end_seat(company, "promotions", "omar", day=TODAY)

    assert follow_committee(company, "promotions", NOW) == 1
    work(company)

    assert case.open() == ["mara", "rita", "lena", "hugo", "ben"]


def test_r6_a_manager_who_is_added_late_gets_a_ballot(company: Session) -> None:
    case = Case(company, vote_step("all", "all managers", ""))
    assert case.open() == ["ben"]
    company.add(DottedLine(person_id="ann", manager_id="omar", valid_from=TODAY))
    company.flush()

    follow_people(company, ["ann"], NOW)
    work(company)

    assert case.open() == ["ben", "omar"]
    case.votes("ben", APPROVE)
    assert case.outcome is None
    case.votes("omar", APPROVE)
    assert case.outcome == "approve"


def test_r14_the_vote_of_somebody_who_comes_into_conflict_is_annulled(company: Session) -> None:
    step = vote_step("majority", "everybody named", '["mara", "omar", "lena"]')
    case = Case(company, replace(step, sets=(("decision", "outcome"), ("new_grade", "outcome"))))
    case.votes("omar", APPROVE)

    become(company, replace(EVERYBODY["omar"], manager="ann"))
    case.votes("lena", REJECT)

    assert case.ballot("omar").state == "cast", "nobody has looked at it yet"
    case.votes("mara", APPROVE)
    assert case.ballot("omar").state == "annulled"
    assert case.ballot("omar").choice is None
    assert case.outcome == "reject", "one for it and one against it"


def test_r15_who_is_away_is_stood_in_for_but_nobody_votes_twice(company: Session) -> None:
    for away, stands_in in (("omar", "lena"), ("hugo", "ben")):
        absence = plan_absence(company, away, TODAY, TODAY + timedelta(days=30), by=away, now=NOW)
        name_substitute(company, absence.id, stands_in, now=NOW)

    case = Case(company, vote_step("majority"))

    assert case.open() == ["mara", "rita", "lena", "ben", "paul"]
    case.votes("ben", APPROVE)
    assert (case.ballot("ben").member, case.task("ben").owner) == ("hugo", "hugo")
    assert any("nobody has two votes" in entry["fact"] for entry in case.task("mara").explanation)


def test_without_whoever_leads_the_first_one_leads(company: Session) -> None:
    case = Case(company, vote_step("majority", voteTie="chair", voteRecusal="shrink"), subject="mara")

    assert case.ballot("rita").role == CHAIR


def test_where_nobody_may_vote_it_goes_to_a_group(company: Session) -> None:
    case = Case(company, vote_step("majority", "everybody named", '["ann"]'))
    assert case.open() == ["a group"]


def test_at_its_deadline_a_vote_ends_with_the_votes_there_are(company: Session) -> None:
    case = Case(company, vote_step("majority", voteEnds="due", due="P5D"))
    case.votes("lena", APPROVE)
    work(company, NOW + timedelta(days=4))
    assert case.outcome is None

    work(company, LATER)

    assert case.outcome == "approve"
    assert case.open() == []


@pytest.mark.parametrize("due", ["P5D", "2026-11-27"])
def test_whoever_does_not_answer_in_time_is_passed_over_up_to_the_last(company: Session, due: str) -> None:
    case = Case(company, vote_step("ladder", "line up to", "E1", due=due))
    assert case.open() == ["ben"]

    work(company, LATER)
    assert case.open() == ["mara"]
    until = case.task("mara").due_at
    assert until is not None
    assert until > LATER, "each has time of their own"
    work(company, LATER + timedelta(days=10))
    assert case.open() == ["mara"], "the last one is waited for"
    case.votes("mara", APPROVE, now=LATER)

    assert case.outcome == "approve"


def test_a_paused_case_takes_no_votes_and_settles_when_it_goes_on(company: Session) -> None:
    case = Case(company, vote_step("all", "everybody named", '["mara", "lena"]'))
    case.votes("mara", APPROVE)
    suspending.suspend(company, case.instance.id, by="rita", reason="Wait.", now=NOW)
    company.flush()
    with pytest.raises(Conflict, match="paused"):
        case.votes("lena", APPROVE)
    leaves(company, "lena")
    assert case.outcome is None

    suspending.resume(company, case.instance.id, by="rita", reason="Go on.", now=NOW)
    company.flush()
    work(company)

    assert case.outcome == "approve"


def test_a_committee_that_cannot_reach_its_quorum_is_told_at_once(company: Session) -> None:
    # Six have a seat, and one of them is whom it is about
    give_seat(company, "promotions", "ann", day=TODAY)
    case = Case(company, vote_step("majority", voteQuorum="6", voteRecusal="keep"))
    work(company)

    assert case.outcome == "no quorum"


def test_a_member_of_a_group_takes_the_ballot_and_settles_it(company: Session) -> None:
    case = Case(company, vote_step("majority", "everybody named", "[]"))
    sign_up(company, "hugo", "hr")
    task = company.scalars(select(Task).where(Task.group == "hr")).one()
    tasks.claim(company, task.id, by="hugo", now=NOW)

    case.votes("hugo", APPROVE)

    assert case.outcome == "approve"


def test_a_ballot_comes_back_when_whoever_it_was_handed_to_has_left(company: Session) -> None:
    case = Case(company, vote_step("majority"))
    tasks.reassign(company, case.task("omar").id, to="ben", by="rita", reason="Omar is busy.", now=NOW)
    assert "ben" in case.open()

    leaves(company, "ben")

    assert case.open() == ["mara", "rita", "lena", "omar", "hugo"]


@pytest.mark.parametrize(
    ("actor", "subject", "expected"),
    [
        ("direct reports", "ben", ["ann", "carl", "nina"]),
        ("direct reports", "ann", ["a group"]),
        ("peers", "ann", ["carl", "nina"]),
        ("peers", "hugo", ["a group"]),
        ("peers", "olga", ["a group"]),
    ],
)
def test_colleagues_below_and_beside_somebody_vote(
    company: Session, actor: str, subject: str, expected: list[str]
) -> None:
    assert Case(company, vote_step("quorum", actor, ""), subject).open() == expected


@pytest.mark.parametrize(
    ("actor", "subject", "expected"),
    [
        ("project leads", "ann", ["lena", "omar"]),
        ("project leads", "omar", ["mara"]),
        ("project leads", "nina", ["ben"]),
        ("project peers", "ann", ["hugo", "paul"]),
        ("project peers", "lena", ["a group"]),
        ("project peers", "nina", ["a group"]),
    ],
)
def test_who_leads_and_who_works_in_the_projects_of_somebody_votes(
    company: Session, actor: str, subject: str, expected: list[str]
) -> None:
    # Given two projects of Ann; her manager Ben is in one of them, too, and no peer of hers for that
    join(company, "Apollo", "ann", "paul", "ben", lead="lena")
    join(company, "Gemini", "ann", "hugo", lead="omar")

    assert Case(company, vote_step("quorum", actor, ""), subject).open() == expected
