"""A vote as one reader may see it. What others voted leaves the database through here, and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Task
from workflows.people.search import name_people
from workflows.routing.resolvers import GROUPS
from workflows.voting.models import ANNULLED, CAST, NOT_COUNTED, OPEN, RECUSED, SETTLED, WAITING, Ballot, Vote
from workflows.voting.settings import AFTERWARDS
from workflows.voting.standing import Standing, standing_of
from workflows.voting.words import OUTCOMES, STATES, VOTED, describe_progress, describe_result, describe_rules


@dataclass(frozen=True)
class ShownBallot:
    """A ballot: whose it is, who cast it for them if somebody else did, what became of it in words.

    `choice` and `reason` are empty where the reader must not know them. `weight` is 0 where all votes weigh the same.
    """

    name: str
    by: str
    leads: bool
    weight: int
    has_veto: bool
    state: str
    choice: str
    reason: str
    is_mine: bool
    at: datetime | None


@dataclass(frozen=True)
class ShownVote:
    """A vote: its rules and how it goes in sentences; once it is settled the result. Withdrawn: the case went on."""

    id: int
    name: str
    is_open: bool
    is_withdrawn: bool
    outcome: str
    result: str
    progress: str
    voted: int
    called: int
    rules: Sequence[str]
    ballots: Sequence[ShownBallot]
    is_secret: bool
    opened_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class OwnBallot:
    """What a reader can do with their ballot. `ranked` is the vote, where its case is ranked with others; else None."""

    task_id: int
    ranked: int | None
    choice: str
    reason: str
    may_vote: bool
    may_attend: bool
    may_be_recused: bool
    waits: str


def show_vote(session: Session, standing: Standing, *, reader: str, is_hr: bool = False) -> ShownVote:
    """A vote with its ballots, as `reader` may see it, who has a ballot in it or is of HR. One statement.

    HR also reads why somebody is recused.
    """
    vote = standing.vote
    is_open = vote.state == OPEN and standing.is_held
    people = {one for ballot, task in standing.ballots for one in (ballot.member, task.assignee, ballot.changed_by)}
    names = name_people(session, [person for person in people if person is not None])
    weighs = len({ballot.weight for ballot, _ in standing.ballots}) > 1
    counted = [ballot for ballot in standing.counted if ballot.state not in (RECUSED, ANNULLED)]
    return ShownVote(
        id=vote.id,
        name=vote.name,
        is_open=is_open,
        is_withdrawn=vote.state == OPEN and not is_open,
        outcome=OUTCOMES.get(vote.outcome or "", ""),
        result=describe_result(vote) if vote.state == SETTLED else "",
        progress=describe_progress(standing) if is_open else "",
        voted=sum(ballot.state == CAST for ballot in counted),
        called=len(counted),
        rules=describe_rules(standing.settings),
        ballots=[_show(standing, pair, names, reader, weighs=weighs, is_hr=is_hr) for pair in standing.ballots],
        is_secret=standing.settings.is_secret,
        opened_at=vote.opened_at,
        settled_at=vote.settled_at,
    )


def own_ballot(standing: Standing, task_id: int) -> OwnBallot:
    """What the holder of a ballot can do with it."""
    ballot, task = next(pair for pair in standing.ballots if pair[1].id == task_id)
    is_open = standing.vote.state == OPEN
    waiting = is_open and ballot.state in WAITING and task.is_unfinished
    changing = is_open and ballot.state == CAST
    may_vote = (waiting and standing.may_vote) or (changing and standing.settings.may_change)
    return OwnBallot(
        task_id=task_id,
        ranked=standing.vote.id if standing.settings.pattern.ranks else None,
        choice=ballot.choice or "",
        reason=ballot.reason,
        may_vote=may_vote and not standing.settings.pattern.ranks,
        may_attend=waiting and bool(standing.attendance_needed) and ballot.state != "present",
        may_be_recused=waiting or changing,
        waits="" if standing.may_vote or not waiting else describe_progress(standing),
    )


def votes_about(session: Session, root_id: int, subject: str | None, *, reader: str) -> list[ShownVote]:
    """The votes about somebody in a cycle, the latest first, for HR. Two statements a vote."""
    ids = session.scalars(
        select(Vote.id).where(Vote.root_id == root_id, Vote.subject == subject).order_by(Vote.id.desc())
    )
    return [show_vote(session, standing_of(session, vote_id), reader=reader, is_hr=True) for vote_id in ids.all()]


def _show(
    standing: Standing,
    pair: tuple[Ballot, Task],
    names: Mapping[str, str],
    reader: str,
    *,
    weighs: bool,
    is_hr: bool,
) -> ShownBallot:
    ballot, task = pair
    whose = ballot.member or task.assignee
    name = names.get(whose or "", whose or "") if whose else GROUPS.get(task.group or "", "a group")
    mine = reader in (ballot.changed_by, task.assignee)
    is_shown = ballot.state == CAST and (ballot.changed_by == reader or _is_public(standing))
    recusal = ballot.state == RECUSED and (is_hr or ballot.changed_by == reader)
    reads_why = recusal or ballot.state in (*NOT_COUNTED, ANNULLED)
    state = STATES[ballot.state]
    if standing.vote.state == SETTLED and ballot.state in WAITING:
        state = "did not have to vote any more"
    by = names.get(ballot.changed_by or "", "") if ballot.changed_by not in (None, whose) else ""
    return ShownBallot(
        name=name,
        by=by,
        leads=ballot.role == "chair",
        weight=ballot.weight if weighs else 0,
        has_veto=ballot.has_veto,
        state=VOTED.get(ballot.choice or "", state) if is_shown else state,
        choice=(ballot.choice or "") if is_shown else "",
        reason=ballot.reason if is_shown or reads_why else "",
        is_mine=mine,
        at=ballot.changed_at,
    )


def _is_public(standing: Standing) -> bool:
    """Whether those who see the vote see who voted what."""
    if standing.settings.is_secret:
        return False
    return standing.vote.state == SETTLED or standing.settings.ballot != AFTERWARDS
