"""Votes through the real engine: in any order, at the same moment, and what a vote costs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, HistoryEntry, Instance, SessionFactory, Task, connect, create_session_factory, transaction
from tests.workflows.routing.cast import CAST, NOW, TODAY, UNITS, bring
from tests.workflows.voting.conftest import MORE
from tests.workflows.voting.electing import ABSTAIN, APPROVE, REJECT, Case, vote_step
from workflows.people.committees import found_committee, give_seat
from workflows.voting.casting import cast

VOTERS = ("rita", "lena", "omar", "hugo")
PATTERNS = (
    vote_step("majority", voteQuorum="3"),
    vote_step("all"),
    vote_step("quorum", voteNeeds="2"),
    vote_step("majority", voteQuorum="75%", voteRecusal="keep", voteTie="escalate"),
)


def convene(session: Session) -> None:
    """The committee “Promotions”: Rita leads; Lena, Omar and Hugo."""
    found_committee(session, "Promotions")
    for number, voter in enumerate(VOTERS):
        give_seat(session, "promotions", voter, role="member" if number else "chair", day=TODAY)


@pytest.fixture
def board(session: Session) -> Session:
    """The cast with that committee."""
    bring(session, [*CAST, *MORE], UNITS)
    convene(session)
    return session


def play(session: Session, step: int, acts: dict[str, str], order: tuple[str, ...]) -> object:
    """What a vote comes to when these voters act in this order; whoever comes too late does nothing."""
    case = Case(session, PATTERNS[step])
    for who in order:
        if case.outcome is not None:
            break
        if acts[who] == "recuse":
            case.is_recused(who)
        else:
            case.votes(who, acts[who])
    return case.outcome


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    step=st.integers(0, len(PATTERNS) - 1),
    acts=st.fixed_dictionaries({who: st.sampled_from([APPROVE, REJECT, ABSTAIN, "recuse"]) for who in VOTERS}),
    orders=st.lists(st.sampled_from(list(permutations(VOTERS))), min_size=2, max_size=2),
)
def test_what_a_vote_comes_to_does_not_depend_on_the_order(
    board: Session, step: int, acts: dict[str, str], orders: list[tuple[str, ...]]
) -> None:
    first, second = (play(board, step, acts, order) for order in orders)
    assert first is not None
    assert first == second


def test_a_vote_costs_the_same_however_many_have_voted(company: Session, statements: list[str]) -> None:
    case = Case(company, vote_step("all"))
    voters = ["rita", "lena", "omar", "hugo", "mara"]
    tasks = [case.task(who).id for who in voters]
    counts = []
    for who, task in zip(voters, tasks, strict=True):
        company.flush()
        company.expire_all()
        statements.clear()
        cast(company, task, APPROVE, by=who, now=NOW)
        counts.append(len(statements))
    assert counts[:-1] == [7] * 4
    assert counts[-1] <= 24, "the last one settles it, and everybody is told"


@pytest.fixture
def shared_database(database_url: str) -> Iterator[SessionFactory]:
    """A database that several threads use at once, with the cast and the committee in it."""
    engine = connect(database_url)
    factory = create_session_factory(engine)
    with transaction(factory) as session:
        bring(session, [*CAST, *MORE], UNITS)
        convene(session)
    yield factory
    engine.dispose()


def test_two_who_vote_at_the_same_moment_settle_it_once(shared_database: SessionFactory) -> None:
    with transaction(shared_database) as session:
        case = Case(session, vote_step("quorum", voteNeeds="2"))
        instance, tasks = case.instance.id, [case.task(who).id for who in VOTERS]

    def vote(number: int) -> str:
        try:
            with transaction(shared_database) as session:
                cast(session, tasks[number], APPROVE, by=VOTERS[number], now=NOW)
        except Conflict:
            return "too late"
        return "cast"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(vote, range(4)))

    assert sorted(answers) == ["cast", "cast", "too late", "too late"]
    with transaction(shared_database) as session:
        assert session.get_one(Instance, instance).variables["votes_for"] == 2
        settled = select(HistoryEntry.id).where(HistoryEntry.kind == "step_settled")
        assert len(session.scalars(settled).all()) == 1
        states = session.scalars(select(Task.state).where(Task.instance_id == instance)).all()
        assert sorted(states) == ["cancelled", "cancelled", "completed", "completed"]
