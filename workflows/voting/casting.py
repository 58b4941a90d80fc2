"""What voters do: be there, vote, change it, declare that they must not vote. Each may settle the vote."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    OPEN,
    RUNNING,
    Conflict,
    Instance,
    NotAllowed,
    NotFound,
    OpenTask,
    Rejection,
    SharedStep,
    Task,
    registry,
    shared,
    tasks,
)
from workflows.voting import deciding
from workflows.voting.counting import CHOICES
from workflows.voting.models import ANNULLED, CALLED, CAST, PRESENT, RECUSED, SETTLED, Ballot
from workflows.voting.standing import Standing, lock_vote, standing_of, vote_id_of

LONGEST_REASON = 2000
PAUSED = "This case is paused. Vote when it goes on."


def attend(session: Session, task_id: int, *, by: str, now: datetime) -> Standing:
    """Say that one is there. Raises NotFound, NotAllowed, and Conflict when the ballot is closed or paused."""
    found = tasks.load(session, task_id, actor=by, now=now, lock=True)
    _, _, ballot = _load_open(session, found, vote_id_of(session, task_id))
    if ballot.state == CALLED:
        _note(ballot, PRESENT, by, now)
        found.task.revision += 1
    session.flush()
    return standing_of(session, ballot.vote_id)


def cast(session: Session, task_id: int, choice: str, *, reason: str = "", by: str, now: datetime) -> Standing:
    """Vote, or vote otherwise while the vote is not settled and its settings allow it. One commit settles it.

    A secret ballot takes no reason: it would tell whose it is. Raises Rejection for what is no choice, NotFound,
    NotAllowed, and Conflict when it is too late, too early, or paused.
    """
    if choice not in CHOICES:
        raise Rejection("Choose how you vote.")
    standing, found, at, ballot = _load(session, task_id, by, now)
    if standing.settings.pattern.ranks:
        raise Conflict("This case is ranked with the others of its cycle. Put it in its place there.")
    if not standing.may_vote and ballot.state != CAST:
        raise Conflict(
            f"{standing.present} of {standing.attendance_needed} who have to be there are there. "
            "Nobody votes before that; say that you are there, and come back."
        )
    ballot.choice, ballot.reason = choice, "" if standing.settings.is_secret else _checked(reason)
    _note(ballot, CAST, by, now)
    if found is not None:
        shared.contribute(session, found, by=by, now=now)
    return deciding.decide(session, standing, at, now)


def recuse(session: Session, task_id: int, *, reason: str, by: str, now: datetime) -> Standing:
    """Declare that one must not vote here; a vote of one's own that was cast does not count any more.

    Raises Rejection without a reason, NotFound, NotAllowed, and Conflict when it is too late or paused.
    """
    if not reason.strip():
        raise Rejection("Say in a sentence why you must not vote here.")
    standing, found, at, ballot = _load(session, task_id, by, now, recusing=True)
    ballot.choice, ballot.reason = None, _checked(reason)
    _note(ballot, RECUSED, by, now)
    if found is not None:
        shared.contribute(session, found, by=by, now=now)
    standing = deciding.decide(session, standing, at, now)
    deciding.tell_if_led(session, (ballot, session.get_one(Task, task_id)), now)
    return standing


def _checked(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Rejection(f"The reason has {len(reason)} characters; {LONGEST_REASON} are possible.")
    return reason


def _load_open(session: Session, found: OpenTask, vote_id: int) -> tuple[Standing, SharedStep, Ballot]:
    if found.task.state != OPEN:
        raise Conflict(PAUSED)
    standing = standing_of(session, vote_id)
    if standing.vote.outcome is not None:
        raise Conflict("The ranking is closed. Nothing was changed.")
    at = SharedStep(found.instance, found.program, found.step, found.task.token)
    return standing, at, standing.of(found.task.id)


def _load(
    session: Session, task_id: int, by: str, now: datetime, *, recusing: bool = False
) -> tuple[Standing, OpenTask | None, SharedStep, Ballot]:
    """A ballot that `by` may cast, with its open task; None in its place where they have voted already."""
    task, vote_id = _find(session, task_id)
    if task.is_unfinished:
        if recusing and task.assignee == by:
            found = _find_own(session, task, by)
        else:
            found = tasks.load(session, task_id, actor=by, now=now, lock=True)
        standing, at, ballot = _load_open(session, found, vote_id)
        return standing, found, at, ballot
    standing, at = lock_vote(session, vote_id)
    ballot = standing.of(task_id)
    if by not in (task.assignee, task.closed_by):
        raise NotAllowed("This is somebody else’s ballot.")
    _refuse_if_over(session, standing, at.instance, now)
    if ballot.state != CAST or ballot.changed_by != by:
        told = "You are recused from it." if ballot.state in (RECUSED, ANNULLED) else "You are not asked any more."
        raise Conflict(f"You have no vote here. {told}")
    if not (recusing or standing.settings.may_change):
        raise Conflict("You have voted, and in this vote what is cast stays as it is.")
    if not recusing:
        registry.router().check(session, task, at.instance.variables, by, now)
    return standing, None, at, ballot


def _refuse_if_over(session: Session, standing: Standing, instance: Instance, now: datetime) -> None:
    """A vote that is settled, left another way, or paused is not changed by those who have voted."""
    if standing.vote.state == SETTLED or standing.vote.outcome is not None:
        raise Conflict("The vote is settled already. Nothing was changed.")
    if not standing.still_waits(session, instance, now):
        raise Conflict("The process has moved on, so this vote is over. Nothing was changed.")
    if instance.state != RUNNING:
        raise Conflict(PAUSED)


def _find_own(session: Session, task: Task, by: str) -> OpenTask:
    """The task of a ballot that `by` has, though they must not vote: that is what they say."""
    found = tasks.find(session, task.id, lock=True)
    if found.task.assignee != by or not found.task.is_unfinished:
        raise Conflict("This ballot is not yours any more. Look at it again.")
    return found


def _find(session: Session, task_id: int) -> tuple[Task, int]:
    row = session.execute(
        select(Task, Ballot.vote_id).join(Ballot, Ballot.task_id == Task.id).where(Task.id == task_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such vote, or it is not yours to see.")
    return row[0], row[1]


def _note(ballot: Ballot, state: str, by: str, now: datetime) -> None:
    ballot.state, ballot.changed_by, ballot.changed_at = state, by, now
