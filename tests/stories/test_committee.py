"""A committee that loses its quorum: a promotion in a large company, with all that happens to voters meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Instance, NotAllowed, SessionFactory, Task, clock, instances, jobs, tasks, transaction
from tests.stories.company import move_in
from tests.workflows.routing.diagrams import publish
from tests.workflows.small_cycle import empty_database
from tests.workflows.voting.electing import APPROVE, vote_step
from workflows.people.committees import CHAIR, RESERVE, found_committee, give_seat
from workflows.people.organisation import Organisation, load_organisation
from workflows.routing.facts import day_of
from workflows.routing.receiving import MOVES, receive
from workflows.voting.casting import cast, recuse
from workflows.voting.models import Vote


@contextmanager
def company(folder: Path) -> Iterator[SessionFactory]:
    """The large company, and nothing under way."""
    with empty_database("sqlite://") as factory, clock.travelling():
        with transaction(factory) as session:
            move_in(session, folder, clock.now())
        yield factory


def choose_people(organisation: Organisation) -> tuple[str, list[str], list[str]]:
    """Somebody to be promoted who leads a team, two of that team, and six who have nothing to do with them."""
    at_work = [person for person in organisation.everybody() if person.is_active]
    for subject in at_work:
        team = [person.id for person in organisation.direct_reports(subject.id) if person.is_active]
        if len(team) >= 2 and subject.manager_id and not subject.is_executive:
            below = {person.id for person in organisation.everybody_below(subject.id)}
            others = [
                person.id
                for person in at_work
                if person.id not in below and subject.id not in (person.id, person.hrbp_id)
                if not organisation.is_away(person)
            ]
            return subject.id, team[:2], others[:6]
    pytest.fail("nobody of this company leads a team")


def convene(session: Session) -> tuple[int, list[str], list[str]]:
    """A vote on a promotion in a committee of seven, two of them from the team of whom it is about; one in reserve."""
    now = clock.now()
    subject, team, (*members, reserve) = choose_people(load_organisation(session, day_of(now)))
    found_committee(session, "Promotions")
    for number, person in enumerate([*members, *team]):
        give_seat(session, "promotions", person, role="member" if number else CHAIR, day=day_of(now))
    give_seat(session, "promotions", reserve, role=RESERVE, day=day_of(now))
    step = vote_step("majority", voteQuorum="4", voteRecusal="keep", voteBallot="secret")
    # It is about a grade, so whoever is below the person has a conflict about pay.
    step = replace(step, sets=(*step.sets, ("new_grade", "outcome")))
    instance = instances.start(
        session, publish(session, step, now=now), name="Promotion", by=members[0], subject=subject, now=now
    )
    return instance.id, members, team


def open_ballots(factory: SessionFactory) -> dict[str, int]:
    with factory() as session:
        rows = session.execute(select(Task.assignee, Task.id).where(Task.state == "open").order_by(Task.id))
        return {str(holder): task for holder, task in rows}


def work(factory: SessionFactory) -> None:
    while jobs.drain(factory, limit=1000, seconds=60):
        pass


def test_a_committee_that_loses_its_quorum(tmp_path: Path) -> None:
    with company(tmp_path) as factory:
        now = clock.now()
        with transaction(factory) as session:
            instance, members, team = convene(session)
        work(factory)
        # Then neither the team nor, where the quorum is kept, the reserve has a ballot
        ballots = open_ballots(factory)
        assert list(ballots) == members
        with transaction(factory) as session, pytest.raises(NotAllowed):
            tasks.reassign(session, ballots[members[4]], to=team[0], by=members[0], reason="", now=now)
        # When three vote, one leaves the company by an import, and one declares a conflict
        for voter in members[:3]:
            with transaction(factory) as session:
                cast(session, ballots[voter], APPROVE, by=voter, now=now)
        with transaction(factory) as session:
            assert session.scalars(select(Vote.state)).one() == "open", "three have voted, four have to"
            content = f"effective,employee_id,change,value\n{day_of(now)},{members[3]},terminated,\n".encode()
            assert receive(session, MOVES, content, file_name="m.csv", by=members[0], now=now).report.is_valid
        work(factory)
        assert list(open_ballots(factory)) == [members[4]]
        with transaction(factory) as session:
            recuse(session, ballots[members[4]], reason="We are related.", by=members[4], now=now)
        # Then it cannot reach its quorum any more, and the process goes on with that
        with factory() as session:
            vote = session.scalars(select(Vote)).one()
            assert (vote.outcome, (vote.counts or {}).get("voted")) == ("no quorum", 3)
            variables = session.get_one(Instance, instance).variables
            assert (variables["decision"], variables["votes_for"]) == ("no quorum", 3)
            assert variables["done_by"]["decide"] == members[:3]
