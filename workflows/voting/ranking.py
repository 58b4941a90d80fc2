"""Ranking the cases of a cycle: each member puts those before them in order, and one close decides on all of them.

A ranking is all votes at one step of a cycle that the same committee holds. Each case is a vote with its own ballots:
so who is in conflict about one is recused from that one alone, and everything passes the gate as any ballot does. Cases
that come after a close are ranked anew, with the room that is left.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, defer

from engine import (
    LIVE,
    RUNNING,
    Conflict,
    Instance,
    NotAllowed,
    NotFound,
    SharedStep,
    Task,
    feel,
    program_for,
    registry,
    shared,
    tasks,
)
from workflows.people.committees import CHAIR
from workflows.voting.counting import APPROVED, needed_to_vote
from workflows.voting.deciding import annul_conflicts
from workflows.voting.models import CAST, Ballot, Vote
from workflows.voting.opening import RENEW, ask_to_look
from workflows.voting.ordering import Place, Ranked, Room, in_order, settle
from workflows.voting.settings import VoteSettings, read_settings
from workflows.voting.standing import Standing, holder_of, seats

Held = tuple[Standing, Ballot, Task]


@dataclass(frozen=True)
class Ranking:
    """A ranking: its `votes`, decided and undecided, and those that can be decided now, `open`, with their ballots.

    `cases` are the instances of the undecided ones, by id; `spent` is what those cost that are approved. A vote whose
    step was left another way is none of them.
    """

    votes: Sequence[Vote]
    open: Sequence[Standing]
    cases: Mapping[int, Instance]
    spent: Decimal

    @cached_property
    def settings(self) -> VoteSettings:
        """The rules: those with which the newest vote began."""
        return read_settings(self.votes[-1].settings)

    @cached_property
    def held(self) -> Mapping[str, list[Held]]:
        """By person, the open ballots that they can rank, or have ranked: in their order, what is not ranked last."""
        found: dict[str, list[Held]] = defaultdict(list)
        for standing in self.open:
            for ballot, task in standing.ballots:
                if (holder := holder_of(ballot, task)) is not None:
                    found[holder].append((standing, ballot, task))
        for held in found.values():
            held.sort(key=lambda one: (one[1].rank is None, one[1].rank, one[0].vote.id))
        return dict(found)

    def is_about(self, person: str) -> bool:
        """Whether somebody stands for it themself."""
        return any(vote.subject == person for vote in self.votes)

    @cached_property
    def leaders(self) -> list[str]:
        """Who leads in a case of it, and does not stand for it themself."""
        leading = [person for person, held in self.held.items() if any(ballot.role == CHAIR for _, ballot, _ in held)]
        return [person for person in leading if not self.is_about(person)]

    @cached_property
    def closers(self) -> list[str]:
        """Who may close it: whoever leads, or else everybody who ranks; nobody who stands for it themself."""
        return self.leaders or [person for person in self.held if not self.is_about(person)]

    def ranked(self) -> list[Ranked]:
        """The open cases with the places that were given to them."""
        lists: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for standing in self.open:
            for ballot in _cast(standing):
                lists[ballot.changed_by or ""].append((ballot.rank or 0, standing.vote.id))
        places = {
            (person, vote_id): (position, len(ranks))
            for person, ranks in lists.items()
            for position, (_, vote_id) in enumerate(sorted(ranks), 1)
        }
        return [self._ranked(standing, places) for standing in self.open]

    def _ranked(self, standing: Standing, places: Mapping[tuple[str, int], tuple[int, int]]) -> Ranked:
        rules, vote = standing.settings.rules, standing.vote
        found = tuple(
            Place(*places[ballot.changed_by or "", vote.id], ballot.weight, is_chair=ballot.role == CHAIR)
            for ballot in _cast(standing)
        )
        needed = needed_to_vote(seats(standing.counted), rules.quorum, keeps=rules.keeps_quorum)
        return Ranked(vote.id, found, needed, self.cost_of(standing))

    def cost_of(self, standing: Standing) -> Decimal:
        """What an open case costs. Raises Conflict where that cannot be worked out."""
        return _cost(standing.settings.cost, self.cases[standing.vote.instance_id].variables)

    @property
    def room(self) -> Room:
        """How many cases can still be approved, and up to which sum, with those that are approved already."""
        approved = sum(vote.outcome == APPROVED for vote in self.votes)
        capacity, budget = self.settings.capacity, self.settings.budget
        cases = None if capacity is None else max(0, capacity.of(len(self.votes)) - approved)
        money = None if budget is None else max(Decimal(0), budget - self.spent)
        return Room(cases, money)


def _cost(text: str, variables: Mapping[str, Any]) -> Decimal:
    if not text:
        return Decimal(0)
    try:
        return Decimal(str(feel.to_plain(feel.compile(text).evaluate(variables))))
    except (feel.FeelError, ArithmeticError) as error:
        told = f"What a case costs cannot be worked out from “{text}”. Nothing was changed; tell HR."
        raise Conflict(told) from error


def _cast(standing: Standing) -> list[Ballot]:
    return [ballot for ballot in standing.counted if ballot.state == CAST]


def is_ranked(session: Session, vote_id: int) -> bool:
    """Whether a vote is one of a ranking."""
    vote = session.get(Vote, vote_id)
    return vote is not None and read_settings(vote.settings).pattern.ranks


def load_ranking(session: Session, vote_id: int, now: datetime, *, lock: bool = False) -> Ranking:
    """The ranking that a vote belongs to; four statements. With `lock`, its undecided cases are locked, in their order.

    Raises NotFound for what is no vote of a ranking.
    """
    vote = session.get(Vote, vote_id)
    if vote is None or not read_settings(vote.settings).pattern.ranks:
        raise NotFound("There is no such ranking, or it is not yours to see.")
    committee = Vote.committee.is_(None) if vote.committee is None else Vote.committee == vote.committee
    together = (Vote.root_id == vote.root_id, Vote.step == vote.step, committee)
    cases = _undecided_cases(session, together, lock=lock)
    votes, undecided = _votes(session, together, cases, lock=lock)
    waiting = [one for one in undecided if one.still_waits(session, cases[one.vote.instance_id], now)]
    left = {one.id for one in votes if one.outcome is None} - {one.vote.id for one in waiting}
    return Ranking(
        votes=[one for one in votes if one.id not in left],
        open=[one for one in waiting if cases[one.vote.instance_id].state == RUNNING],
        cases=cases,
        spent=_spent(session, votes),
    )


_Together = tuple[ColumnElement[bool], ...]


def _undecided_cases(session: Session, together: _Together, *, lock: bool) -> dict[int, Instance]:
    """The cases that are still to be decided, without their state, by id."""
    undecided = select(Vote.instance_id).where(*together, Vote.outcome.is_(None))
    cases = select(Instance).where(Instance.id.in_(undecided), Instance.state.in_(LIVE)).options(defer(Instance.blob))
    if lock:
        cases = cases.with_for_update().execution_options(populate_existing=True)
    return {one.id: one for one in session.scalars(cases.order_by(Instance.id))}


def _votes(
    session: Session, together: _Together, cases: Mapping[int, Instance], *, lock: bool
) -> tuple[list[Vote], list[Standing]]:
    """Every vote, and how those of these cases stand. Why somebody has a task is read for the gate alone."""
    of_cases = and_(Ballot.vote_id == Vote.id, Vote.outcome.is_(None), Vote.instance_id.in_(cases))
    rows = session.execute(
        select(Vote, Ballot, Task)
        .outerjoin(Ballot, of_cases)
        .outerjoin(Task, Task.id == Ballot.task_id)
        .where(*together)
        .order_by(Vote.id, Task.id)
        .options(*([] if lock else [defer(Task.explanation)]))
        .execution_options(populate_existing=True)
    ).all()
    votes = {vote.id: vote for vote, _, _ in rows}
    found: dict[int, list[tuple[Ballot, Task]]] = defaultdict(list)
    for vote, ballot, task in rows:
        if ballot is not None:
            found[vote.id].append((ballot, task))
    standings = [Standing(votes[key], tuple(held), read_settings(votes[key].settings)) for key, held in found.items()]
    # A case that came back to the step is ranked anew, and what it came to before counts no more.
    latest = {vote.instance_id: vote for vote in votes.values()}
    return sorted(latest.values(), key=lambda vote: vote.id), [
        one for one in standings if latest[one.vote.instance_id] is one.vote
    ]


def _spent(session: Session, votes: Sequence[Vote]) -> Decimal:
    """What those cost that are approved; one statement where it matters."""
    costs = {one.instance_id: read_settings(one.settings).cost for one in votes if one.outcome == APPROVED}
    if not any(costs.values()):
        return Decimal(0)
    rows = session.execute(select(Instance.id, Instance.variables).where(Instance.id.in_(costs)))
    return sum((_cost(costs[case], variables) for case, variables in rows), Decimal(0))


def rank(session: Session, vote_id: int, order: Sequence[int], *, by: str, now: datetime) -> Ranking:
    """Hand in one's order of the cases, the best first, as ids of votes; or another one, as long as it is not closed.

    Raises NotFound and NotAllowed, and Conflict where the cases are other ones by now, or it is closed or paused.
    """
    ranking = load_ranking(session, vote_id, now, lock=True)
    held = {standing.vote.id: (standing, ballot, task) for standing, ballot, task in ranking.held.get(by, ())}
    if not held:
        raise Conflict("There is nothing for you to rank here any more. Nothing was changed.")
    if sorted(order) != sorted(held):
        raise Conflict("Other cases are before you by now. Look at the list again; nothing was changed.")
    for position, one in enumerate(order, 1):
        standing, ballot, task = held[one]
        _put(session, ranking.cases[standing.vote.instance_id], ballot, task, position, by=by, now=now)
    session.flush()
    return load_ranking(session, vote_id, now)


def _put(
    session: Session, case: Instance, ballot: Ballot, task: Task, position: int, *, by: str, now: datetime
) -> None:
    if ballot.state == CAST:
        _check(session, case, task, by, now)
        ballot.rank, ballot.changed_by, ballot.changed_at = position, by, now
        return
    found = tasks.load(session, task.id, actor=by, now=now, lock=True)
    ballot.rank, ballot.state, ballot.changed_by, ballot.changed_at = position, CAST, by, now
    if ballot.role != CHAIR:
        # Whoever leads has still to close it.
        shared.contribute(session, found, by=by, now=now)


def _check(session: Session, case: Instance, task: Task, by: str, now: datetime) -> None:
    """Ask the gate about a case that was ranked. Raises NotAllowed, which names it."""
    try:
        registry.router().check(session, task, case.variables, by, now)
    except NotAllowed as refusal:
        raise NotAllowed(f"{case.name}: {refusal}") from None


def close(session: Session, vote_id: int, *, by: str, now: datetime) -> int:
    """Close the ranking: every case that is before it is decided, and its step goes on by a job. How many they are.

    Raises NotFound, NotAllowed for who may not close it, or is in conflict about a case that they have not said to be
    recused from, and Conflict where nobody has ranked anything.
    """
    ranking = load_ranking(session, vote_id, now, lock=True)
    if ranking.open and by not in ranking.closers:
        raise NotAllowed("Whoever leads the committee closes the ranking, and nobody who stands for it themself.")
    if not any(_cast(standing) for standing in ranking.open):
        raise Conflict("Nobody has ranked anything, or it is closed already. Nothing was changed.")
    for standing, _, task in ranking.held[by]:
        _check(session, ranking.cases[standing.vote.instance_id], task, by, now)
    return _close(session, ranking, now)


def close_in_time(session: Session, vote_id: int, *, now: datetime) -> None:
    """Close a ranking at its deadline: when the last of the cases before it is due."""
    ranking = load_ranking(session, vote_id, now, lock=True)
    waiting = [task for one in ranking.open for _, task in one.ballots if task.is_unfinished]
    if ranking.open and not any(task.due_at is not None and task.due_at > now for task in waiting):
        _close(session, ranking, now)


def _close(session: Session, ranking: Ranking, now: datetime) -> int:
    annul_conflicts(session, [(one, _step_of(session, ranking, one)) for one in ranking.open], now)
    cases = ranking.ranked()
    results = settle(cases, ranking.room, ranking.settings.rules.tie)
    places = _number(cases)
    for standing in ranking.open:
        vote, result = standing.vote, results[standing.vote.id]
        vote.outcome, vote.because = result.outcome, result.because
        vote.counts = {"place": places.get(vote.id), "of": len(cases)}
        ask_to_look(session, vote.id, RENEW, now)
    session.flush()
    return len(results)


def _number(cases: Sequence[Ranked]) -> dict[int, int]:
    """The place of each case, from 1; those that are tied share the best of theirs."""
    found: dict[int, int] = {}
    for tied in in_order(cases):
        found |= dict.fromkeys((case.id for case in tied), len(found) + 1)
    return found


def _step_of(session: Session, ranking: Ranking, standing: Standing) -> SharedStep:
    case = ranking.cases[standing.vote.instance_id]
    program = program_for(session, case.definition_id)
    return SharedStep(case, program, program.step(standing.vote.step), standing.ballots[0][1].token)
