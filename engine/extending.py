"""Giving more time for a task: its deadline moves, and with it what its step draws for when it is late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, stop_clock
from engine.errors import Conflict, Rejection
from engine.models import Job, Task
from engine.states import UNFINISHED
from engine.tasks import OpenTask, find


def extend(session: Session, task_id: int, *, due: datetime, by: str, reason: str, now: datetime) -> Task:
    """Let an open task be due later; reminders begin anew, and timers that would end the step move by the same length.

    Where several people share the step, there is more time for all of them, because they have one clock. The caller
    checks that `by` may. Raises NotFound, Conflict when it is closed, Rejection without a reason, or for a moment that
    is not later than now and than its deadline.
    """
    found = find(session, task_id, lock=True)
    task, instance = found.task, found.instance
    if not task.is_unfinished:
        raise Conflict(f"“{task.name}” is closed: there is nothing left to give time for.")
    if not reason.strip():
        raise Rejection("Say why: whoever has the task reads it.")
    if due <= max(now, task.due_at or now):
        raise Rejection("Choose a day that is still to come, and later than the one it is due on.")
    changes = Changes(now)
    stop_clock(session, instance.id, task.token)
    _move_timers(session, found, due - task.due_at if task.due_at else timedelta())
    changes.wind_clock(instance.id, task.token, found.step, due, after=None)
    extended = _open_tasks(session, task) if found.step.is_shared else [task]
    for one in extended:
        one.due_at = due
        details = {"task": one.id, "to": one.assignee, "due": due.isoformat(), "reason": reason.strip()}
        changes.record(instance, "deadline_extended", one.step, by, **details)
    changes.write(session)
    session.flush()
    for one in extended:
        registry.emit(session, "task_extended", task=one, by=by, reason=reason.strip(), now=now)
    return task


def _open_tasks(session: Session, task: Task) -> Sequence[Task]:
    """The tasks of everybody who shares the step of a task and still has to do it."""
    same = select(Task).where(Task.instance_id == task.instance_id, Task.token == task.token)
    return session.scalars(same.where(Task.state.in_(UNFINISHED)).order_by(Task.id).with_for_update()).all()


def _move_timers(session: Session, found: OpenTask, length: timedelta) -> None:
    """Move the timers on the border of a task that would end the step. A few rows."""
    steps = found.program.diagram.steps
    jobs = select(Job).where(Job.instance_id == found.instance.id, Job.kind == "timer")
    for job in session.scalars(jobs.with_for_update()):
        event = steps.get(job.payload.get("step", ""))
        if event is not None and event.attached_to == found.step.id and event.interrupts:
            job.due_at += length
