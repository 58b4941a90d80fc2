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

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import OPEN as OPEN_TASK
from engine import (
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
from workflows.voting.models import CAST, NOT_COUNTED, OPEN, WAITING, Ballot, Vote
from workflows.voting.opening import RENEW, ask_to_look
from workflows.voting.ordering import Place, Ranked, Room, in_order, settle
from workflows.voting.settings import VoteSettings, read_settings
from workflows.voting.standing import Standing, seats

Held = tuple[Standing, Ballot, Task]


@dataclass(frozen=True)
class Ranking:
    """Every vote of a ranking, those that are settled too, with the instances of the cases by id."""

    standings: tuple[Standing, ...]
    instances: Mapping[int, Instance]

    @property
    def settings(self) -> VoteSettings:
        """The rules: those with which the newest vote began."""
        return self.standings[-1].settings

    @cached_property
    def open(self) -> list[Standing]:
        """The votes that are still to be decided."""
        return [one for one in self.standings if one.vote.outcome is None and self._goes_on(one)]

    def _goes_on(self, standing: Standing) -> bool:
        case = self.instances[standing.vote.instance_id]
        return standing.vote.state == OPEN and standing.is_held and case.state == RUNNING

    def held_by(self, person: str) -> list[Held]:
        """The open ballots that somebody can rank, or has ranked: in their order, what they have not ranked last."""
        found = [
            (standing, ballot, task)
            for standing in self.open
            for ballot, task in standing.ballots
            if (ballot.state in WAITING and task.assignee == person and task.state == OPEN_TASK)
            or (ballot.state == CAST and ballot.changed_by == person)
        ]
        return sorted(found, key=lambda held: (held[1].rank or len(found) + 1, held[0].vote.id))

    def is_led_by(self, person: str) -> bool:
        """Whether somebody may close it: whoever leads, or everybody who ranks where nobody does."""
        held = [ballot for _, ballot, _ in self.held_by(person)]
        leads = any(ballot.role == CHAIR for one in self.open for ballot in one.counted)
        return any(ballot.role == CHAIR or not leads for ballot in held)

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
        """What a case costs. Raises Conflict where that cannot be worked out."""
        text = standing.settings.cost
        if not text:
            return Decimal(0)
        try:
            found = feel.to_plain(feel.compile(text).evaluate(self.instances[standing.vote.instance_id].variables))
            return Decimal(str(found))
        except (feel.FeelError, ArithmeticError) as error:
            raise Conflict(
                f"What a case costs cannot be worked out from “{text}”. Nothing was changed; tell HR."
            ) from error

    @property
    def room(self) -> Room:
        """How many cases can still be approved, and up to which sum, with those that are approved already."""
        approved = [one for one in self.standings if one.vote.outcome == APPROVED]
        capacity, budget = self.settings.capacity, self.settings.budget
        cases = None if capacity is None else max(0, capacity.of(len(self.standings)) - len(approved))
        money = None if budget is None else max(Decimal(0), budget - sum(map(self.cost_of, approved), Decimal(0)))
        return Room(cases, money)


def _cast(standing: Standing) -> list[Ballot]:
    return [ballot for ballot in standing.counted if ballot.state == CAST]


def is_ranked(session: Session, vote_id: int) -> bool:
    """Whether a vote is one of a ranking."""
    vote = session.get(Vote, vote_id)
    return vote is not None and read_settings(vote.settings).pattern.ranks


def load_ranking(session: Session, vote_id: int, *, lock: bool = False) -> Ranking:
    """The ranking that a vote belongs to; three statements. With `lock`, its open cases are locked, in their order.

    Raises NotFound for what is no vote of a ranking.
    """
    vote = session.get(Vote, vote_id)
    if vote is None or not read_settings(vote.settings).pattern.ranks:
        raise NotFound("There is no such ranking, or it is not yours to see.")
    committee = Vote.committee.is_(None) if vote.committee is None else Vote.committee == vote.committee
    together = (Vote.root_id == vote.root_id, Vote.step == vote.step, committee)
    cases = select(Instance).where(Instance.id.in_(select(Vote.instance_id).where(*together))).order_by(Instance.id)
    if lock:
        cases = cases.with_for_update().execution_options(populate_existing=True)
    instances = {one.id: one for one in session.scalars(cases)}
    rows = session.execute(
        select(Vote, Ballot, Task)
        .join(Ballot, Ballot.vote_id == Vote.id)
        .join(Task, Task.id == Ballot.task_id)
        .where(*together)
        .order_by(Vote.id, Task.id)
        .execution_options(populate_existing=True)
    ).all()
    found: dict[int, list[tuple[Ballot, Task]]] = defaultdict(list)
    votes = {row[0].id: row[0] for row in rows}
    for one, ballot, task in rows:
        found[one.id].append((ballot, task))
    standings = (Standing(votes[key], tuple(pairs), read_settings(votes[key].settings)) for key, pairs in found.items())
    return Ranking(tuple(standings), instances)


def rank(session: Session, vote_id: int, order: Sequence[int], *, by: str, now: datetime) -> Ranking:
    """Hand in one's order of the cases, the best first, as ids of votes; or another one, as long as it is not closed.

    Raises NotFound and NotAllowed, and Conflict where the cases are other ones by now, or it is closed or paused.
    """
    ranking = load_ranking(session, vote_id, lock=True)
    held = {standing.vote.id: (standing, ballot, task) for standing, ballot, task in ranking.held_by(by)}
    if not held:
        raise Conflict("There is nothing for you to rank here any more. Nothing was changed.")
    if sorted(order) != sorted(held):
        raise Conflict("Other cases are before you by now. Look at the list again; nothing was changed.")
    for position, one in enumerate(order, 1):
        standing, ballot, task = held[one]
        _put(session, ranking.instances[standing.vote.instance_id], ballot, task, position, by=by, now=now)
    session.flush()
    return load_ranking(session, vote_id)


def _put(
    session: Session, case: Instance, ballot: Ballot, task: Task, position: int, *, by: str, now: datetime
) -> None:
    if ballot.state == CAST:
        registry.router().check(session, task, case.variables, by, now)
        ballot.rank, ballot.changed_at = position, now
        return
    found = tasks.load(session, task.id, actor=by, now=now, lock=True)
    ballot.rank, ballot.state, ballot.changed_by, ballot.changed_at = position, CAST, by, now
    if ballot.role != CHAIR:
        # Whoever leads has still to close it.
        shared.contribute(session, found, by=by, now=now)


def close(session: Session, vote_id: int, *, by: str, now: datetime) -> int:
    """Close the ranking: every case that is before it is decided, and its step goes on by a job. How many they are.

    Raises NotFound, NotAllowed unless they lead it, and Conflict where nobody has ranked anything.
    """
    ranking = load_ranking(session, vote_id, lock=True)
    if ranking.open and not ranking.is_led_by(by):
        raise NotAllowed("Whoever leads the committee closes the ranking.")
    if not any(_cast(standing) for standing in ranking.open):
        raise Conflict("Nobody has ranked anything, or it is closed already. Nothing was changed.")
    return _close(session, ranking, now)


def close_in_time(session: Session, vote_id: int, *, now: datetime) -> None:
    """Close a ranking at its deadline: when the last of the cases before it is due."""
    ranking = load_ranking(session, vote_id, lock=True)
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
    case: Any = ranking.instances[standing.vote.instance_id]
    program = program_for(session, case.definition_id)
    token = next(task.token for ballot, task in standing.ballots if ballot.state not in NOT_COUNTED)
    return SharedStep(case, program, program.step(standing.vote.step), token)
