"""Beginning a vote: with the tasks of a step that several people share come their ballots."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import Changes, Task, program_for, registry
from workflows.routing.electing import is_ballot, seat_of
from workflows.voting.counting import find_result
from workflows.voting.models import CALLED, Ballot, Vote
from workflows.voting.settings import read_settings
from workflows.voting.standing import seats

LOOK = "look_at_vote"
"""The kind of job that brings a vote up to date: `why` is one of these."""
RENEW, CLOSE, LAPSE = "renew", "close", "lapse"


@registry.listen("task_opened")
def hand_out_ballots(session: Session, tasks: Sequence[dict[str, Any]], now: datetime) -> None:
    """Give every new task of a vote its ballot; where it is the first, begin the vote. Four statements at most."""
    opened = [row for row in tasks if is_ballot(row["explanation"])]
    if not opened:
        return
    session.flush()
    votes = _votes_by_token(session, opened, now)
    ballots = []
    for task_id, key, owner, assignee, explanation in _without_ballot(session, opened):
        seat = seat_of(explanation)
        ballots.append(
            {
                "task_id": task_id,
                "vote_id": votes[key].id,
                "member": owner or assignee,
                "role": seat.role,
                "weight": seat.weight,
                "has_veto": seat.has_veto,
                "state": CALLED,
            }
        )
    session.connection().execute(insert(Ballot), ballots)
    _settle_what_is_settled(session, votes, ballots, now)


def ask_to_look(session: Session, vote_id: int, why: str, at: datetime) -> None:
    """Have a vote brought up to date by a job."""
    changes = Changes(at)
    changes.job(LOOK, None, None, at, vote=vote_id, why=why)
    changes.write(session)


_Key = tuple[int, str]


def _without_ballot(
    session: Session, opened: Sequence[dict[str, Any]]
) -> list[tuple[int, _Key, str | None, str | None, list[dict[str, str]]]]:
    rows = session.execute(
        _at_tokens(select(Task.id, Task.instance_id, Task.token, Task.owner, Task.assignee, Task.explanation), opened)
        .outerjoin(Ballot, Ballot.task_id == Task.id)
        .where(Ballot.task_id.is_(None))
        .order_by(Task.id)
    )
    return [(row.id, (row.instance_id, row.token), row.owner, row.assignee, row.explanation) for row in rows]


def _at_tokens(statement: Any, opened: Sequence[dict[str, Any]]) -> Any:
    return statement.where(
        Task.instance_id.in_({row["instance_id"] for row in opened}), Task.token.in_({row["token"] for row in opened})
    )


def _votes_by_token(session: Session, opened: Sequence[dict[str, Any]], now: datetime) -> dict[_Key, Vote]:
    """The vote that goes on at each of these tokens, or a new one."""
    going_on = _at_tokens(select(Task.instance_id, Task.token, Vote), opened)
    rows = session.execute(going_on.join(Ballot, Ballot.task_id == Task.id).join(Vote, Vote.id == Ballot.vote_id))
    votes: dict[_Key, Vote] = {(row[0], row[1]): row[2] for row in rows}
    for row in opened:
        key = row["instance_id"], row["token"]
        if key not in votes:
            settings = program_for(session, row["definition_id"]).step(row["step"]).settings
            votes[key] = Vote(
                instance_id=row["instance_id"],
                root_id=row["root_id"],
                step=row["step"],
                name=row["name"],
                subject=row["subject"],
                settings=settings,
                committee=seat_of(row["explanation"]).committee or None,
                opened_at=now,
            )
            session.add(votes[key])
    session.flush()
    return votes


def _settle_what_is_settled(
    session: Session, votes: dict[_Key, Vote], ballots: Sequence[dict[str, Any]], now: datetime
) -> None:
    """A vote that too few are left for is over before anybody votes."""
    by_vote: dict[int, list[Ballot]] = defaultdict(list)
    for row in ballots:
        by_vote[row["vote_id"]].append(Ballot(**row))
    for vote in votes.values():
        settings = read_settings(vote.settings)
        begins = vote.opened_at == now and not settings.pattern.in_turn and not settings.pattern.ranks
        if begins and find_result(seats(by_vote[vote.id]), settings.rules) is not None:
            ask_to_look(session, vote.id, RENEW, now)
