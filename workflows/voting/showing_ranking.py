"""A ranking as one of its members may see it. Nobody sees where their own case stands, or that it is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import NotFound, Task
from workflows.people.models import Committee
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on
from workflows.routing.facts import day_of
from workflows.voting.models import CAST, Ballot
from workflows.voting.ordering import Ranked, Room, in_order
from workflows.voting.ranking import Ranking, load_ranking
from workflows.voting.standing import Standing
from workflows.voting.words import OUTCOMES, describe_result, describe_rules


@dataclass(frozen=True)
class ShownCase:
    """A case that somebody ranks: whom it is about, what it costs (None: nothing is said of it), whether it is new."""

    vote_id: int
    task_id: int
    name: str
    about: str
    cost: Decimal | None
    is_new: bool


@dataclass(frozen=True)
class ShownPlace:
    """Where a case stands by the orders of all, or what it came to: its place, with whom it is level, in words."""

    name: str
    place: int
    is_level: bool
    is_above: bool
    outcome: str = ""
    result: str = ""


@dataclass(frozen=True)
class ShownRanking:
    """A ranking before one of its members.

    `above` is how many of their own cases stand above the line; `together` the order of all, shown to whoever has
    handed in theirs; `decided` what was closed before; `closers` who may close it, by name.
    """

    name: str
    committee: str
    rules: Sequence[str]
    own: Sequence[ShownCase]
    above: int
    room: Room
    has_ranked: bool
    ranked: int
    called: int
    missing: Sequence[str]
    together: Sequence[ShownPlace]
    decided: Sequence[ShownPlace]
    may_close: bool
    closers: Sequence[str]

    @property
    def waits(self) -> int:
        """How many cases a close would decide."""
        return len(self.together)


def show_ranking(session: Session, vote_id: int, *, reader: str, now: datetime) -> ShownRanking:
    """A ranking as `reader` sees it, who has a ballot in it; six statements at most.

    Raises NotFound for everybody else, and Conflict where what a case costs cannot be worked out.
    """
    ranking = load_ranking(session, vote_id, now)
    if not _takes_part(session, ranking, reader):
        raise NotFound("There is no such ranking, or it is not yours to see.")
    organisation, cases = organisation_on(session, day_of(now)), ranking.ranked()
    held = ranking.held.get(reader, [])
    has_ranked = bool(held) and _has_ranked(ranking, reader)
    # Whoever stands for it as well learns nothing of the order of all, because it holds their own case.
    stands_for_it = ranking.is_about(reader)
    newest = ranking.votes[-1]
    missing = [person for person in ranking.held if not _has_ranked(ranking, person)]
    return ShownRanking(
        name=newest.name,
        committee=session.scalar(select(Committee.name).where(Committee.id == newest.committee)) or "",
        rules=describe_rules(ranking.settings),
        own=[_case(ranking, organisation, standing, ballot, task) for standing, ballot, task in held],
        above=_above([ranking.cost_of(standing) for standing, _, _ in held], ranking.room),
        room=ranking.room,
        has_ranked=has_ranked,
        ranked=len(ranking.held) - len(missing),
        called=len(ranking.held),
        missing=[_name(organisation, person) for person in missing],
        together=list(_together(ranking, organisation, cases)) if has_ranked and not stands_for_it else [],
        decided=[] if stands_for_it else _decided(ranking, organisation),
        may_close=reader in ranking.closers,
        closers=[_name(organisation, person) for person in ranking.closers],
    )


def _takes_part(session: Session, ranking: Ranking, reader: str) -> bool:
    """Whether somebody has a ballot in it, or has had one."""
    votes = [vote.id for vote in ranking.votes]
    mine = or_(Ballot.member == reader, Ballot.changed_by == reader, Task.assignee == reader)
    ballots = select(Ballot.task_id).join(Task, Task.id == Ballot.task_id).where(Ballot.vote_id.in_(votes), mine)
    return reader in ranking.held or session.scalar(ballots.limit(1)) is not None


def _has_ranked(ranking: Ranking, person: str) -> bool:
    """Whether somebody who ranks has put all their cases somewhere."""
    return all(ballot.state == CAST for _, ballot, _ in ranking.held[person])


def _name(organisation: Organisation, person_id: str | None) -> str:
    person = organisation.person(person_id) if person_id else None
    return person.name if person else person_id or ""


def _case(ranking: Ranking, organisation: Organisation, standing: Standing, ballot: Ballot, task: Task) -> ShownCase:
    person = organisation.person(standing.vote.subject) if standing.vote.subject else None
    return ShownCase(
        vote_id=standing.vote.id,
        task_id=task.id,
        name=person.name if person else standing.vote.name,
        about=", ".join(filter(None, [person.job_title, person.grade])) if person else "",
        cost=ranking.cost_of(standing) if standing.settings.cost else None,
        is_new=ballot.state != CAST,
    )


def _above(costs: Sequence[Decimal], room: Room) -> int:
    """How many, from the first, there is room for."""
    left: Room | None = room
    for number, cost in enumerate(costs):
        left = left.after([Ranked(0, (), cost=cost)]) if left is not None else None
        if left is None:
            return number
    return len(costs)


def _together(ranking: Ranking, organisation: Organisation, cases: Sequence[Ranked]) -> Iterator[ShownPlace]:
    subjects = {one.vote.id: one.vote.subject for one in ranking.open}
    left: Room | None = ranking.room
    place = 1
    for tied in in_order(cases):
        left = None if left is None else left.after(tied)
        for case in tied:
            name = _name(organisation, subjects[case.id])
            yield ShownPlace(name, place, is_level=len(tied) > 1, is_above=left is not None)
        place += len(tied)
    for case in cases:
        if not case.is_ranked:
            yield ShownPlace(_name(organisation, subjects[case.id]), 0, is_level=False, is_above=False)


def _decided(ranking: Ranking, organisation: Organisation) -> list[ShownPlace]:
    found = [vote for vote in ranking.votes if vote.outcome is not None]
    found.sort(key=lambda vote: (vote.settled_at is None, vote.settled_at, (vote.counts or {}).get("place") or 10_000))
    return [
        ShownPlace(
            _name(organisation, vote.subject),
            (vote.counts or {}).get("place") or 0,
            is_level=False,
            is_above=vote.outcome == "approve",
            outcome=OUTCOMES[vote.outcome or ""],
            result=describe_result(vote),
        )
        for vote in found
    ]
