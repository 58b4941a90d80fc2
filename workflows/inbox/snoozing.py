"""Putting a task off: it leaves one's inbox until its follow-up date, and comes back by itself."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import Rejection, Task, tasks
from workflows.inbox.models import SNOOZED, SetAside

LONGEST = timedelta(days=60)


def snooze(session: Session, task_id: int, *, until: datetime, by: str, now: datetime) -> Task:
    """Set a task aside until a moment within the next `LONGEST`; reminders and its deadline stay as they are.

    A task of a group is set aside for whoever asks, and stays with the others. Raises Rejection for another moment,
    and what `engine.tasks.load` raises.
    """
    if not now < until <= now + LONGEST:
        raise Rejection(f"Choose a day within the next {LONGEST.days} days.")
    task = tasks.load(session, task_id, actor=by, now=now).task
    session.merge(SetAside(task_id=task_id, person_id=by, until=until, reason=SNOOZED))
    session.flush()
    return task


def wake(session: Session, task_id: int, *, by: str) -> None:
    """Take a task that was snoozed back into the inbox; nothing happens where it is there."""
    session.execute(
        delete(SetAside).where(SetAside.task_id == task_id, SetAside.person_id == by, SetAside.reason == SNOOZED)
    )
