"""How a vote stands: its ballots as the seats that are counted, and what has to be locked to change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import CANCELLED, OPEN, Instance, NotFound, SharedStep, Task, shared
from workflows.voting.counting import RECUSED as NOT_CALLED
from workflows.voting.counting import Seat, needed_to_vote
from workflows.voting.models import ANNULLED, CAST, NOT_COUNTED, PRESENT, RECUSED, WAITING, Ballot, Vote
from workflows.voting.settings import VoteSettings, read_settings


@dataclass(frozen=True)
class Standing:
    """A vote with its ballots and their tasks, in the order in which they were handed out, and its settings."""

    vote: Vote
    ballots: tuple[tuple[Ballot, Task], ...]
    settings: VoteSettings

    @property
    def counted(self) -> list[Ballot]:
        """The ballots that count."""
        return [ballot for ballot, _ in self.ballots if ballot.state not in NOT_COUNTED]

    @property
    def present(self) -> int:
        """How many have said that they are there, or have voted."""
        return sum(ballot.state in (PRESENT, CAST) for ballot in self.counted)

    @property
    def attendance_needed(self) -> int:
        """How many have to be there before anybody votes; 0 where it does not matter."""
        if self.settings.attendance is None:
            return 0
        return needed_to_vote(seats(self.counted), self.settings.attendance, keeps=False)

    @property
    def may_vote(self) -> bool:
        """Whether enough are there to vote."""
        return self.present >= self.attendance_needed

    @property
    def is_held(self) -> bool:
        """Whether the step still waits, as its tasks tell: where it was left another way, they went with it.

        What is ranked waits on when everybody has done so, but for whoever leads.
        """
        if self.has_tasks:
            return True
        left = any(ballot.state in (CAST, *WAITING) and task.state == CANCELLED for ballot, task in self.ballots)
        return self.settings.pattern.ranks and not left

    @property
    def has_tasks(self) -> bool:
        """Whether anybody has a task of it to do."""
        return any(task.is_unfinished for _, task in self.ballots)

    def still_waits(self, session: Session, instance: Instance, now: datetime) -> bool:
        """Whether the step still waits: where no task of it is left, the state of the instance tells."""
        return self.has_tasks or (self.is_held and shared.waits(session, instance, self.ballots[0][1].token, now))

    def of(self, task_id: int) -> Ballot:
        """The ballot of a task."""
        return next(ballot for ballot, task in self.ballots if task.id == task_id)


def holder_of(ballot: Ballot, task: Task) -> str | None:
    """Whose a ballot is now: whoever has its task, or has cast it and has no task any more."""
    if ballot.state not in (CAST, *WAITING):
        return None
    if ballot.state == CAST and not task.is_unfinished:
        return ballot.changed_by
    return task.assignee if task.state == OPEN else None


def seats(ballots: Iterable[Ballot]) -> list[Seat]:
    """The seats of these ballots, with what was voted; those that do not count are left out."""
    return [
        Seat(ballot.weight, _vote_of(ballot), is_chair=ballot.role == "chair", has_veto=ballot.has_veto)
        for ballot in ballots
        if ballot.state not in NOT_COUNTED
    ]


def _vote_of(ballot: Ballot) -> str | None:
    if ballot.state in (RECUSED, ANNULLED):
        return NOT_CALLED
    return None if ballot.state in WAITING else ballot.choice


def standing_of(session: Session, vote_id: int) -> Standing:
    """A vote as it stands. One statement. Raises NotFound."""
    rows = session.execute(
        select(Vote, Ballot, Task)
        .join(Ballot, Ballot.vote_id == Vote.id)
        .join(Task, Task.id == Ballot.task_id)
        .where(Vote.id == vote_id)
        .order_by(Task.id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        raise NotFound("There is no such vote, or it is not yours to see.")
    vote = rows[0][0]
    return Standing(vote, tuple((ballot, task) for _, ballot, task in rows), read_settings(vote.settings))


def vote_id_of(session: Session, task_id: int) -> int:
    """The vote that a task belongs to. Raises NotFound."""
    found = session.scalar(select(Ballot.vote_id).where(Ballot.task_id == task_id))
    if found is None:
        raise NotFound("There is no such vote, or it is not yours to see.")
    return found


def lock_vote(session: Session, vote_id: int) -> tuple[Standing, SharedStep]:
    """A vote with its step, the instance locked, so that votes are counted one by one. Raises NotFound."""
    any_task = session.scalar(select(Task).join(Ballot, Ballot.task_id == Task.id).where(Ballot.vote_id == vote_id))
    if any_task is None:
        raise NotFound("There is no such vote, or it is not yours to see.")
    at = shared.lock_step(session, any_task)
    return standing_of(session, vote_id), at
