"""Giving more time for a task: its deadline moves, and with it what its step draws for when it is late."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, stop_clock
from engine.errors import Conflict, Rejection
from engine.models import Job, Task
from engine.tasks import OpenTask, find


def extend(session: Session, task_id: int, *, due: datetime, by: str, reason: str, now: datetime) -> Task:
    """Let an open task be due later; reminders begin anew, and timers that would end the step move by the same length.

    The caller checks that `by` may. Raises NotFound, Conflict when it is closed, Rejection without a reason, or for a
    moment that is not later than now and than its deadline.
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
    task.due_at = due
    changes.wind_clock(instance.id, task.token, found.step, due, after=None)
    details = {"task": task.id, "to": task.assignee, "due": due.isoformat(), "reason": reason.strip()}
    changes.record(instance, "deadline_extended", task.step, by, **details)
    changes.write(session)
    session.flush()
    registry.emit(session, "task_extended", task=task, by=by, reason=reason.strip(), now=now)
    return task


def _move_timers(session: Session, found: OpenTask, length: timedelta) -> None:
    """Move the timers on the border of a task that would end the step. A few rows."""
    steps = found.program.diagram.steps
    jobs = select(Job).where(Job.instance_id == found.instance.id, Job.kind == "timer")
    for job in session.scalars(jobs.with_for_update()):
        event = steps.get(job.payload.get("step", ""))
        if event is not None and event.attached_to == found.step.id and event.interrupts:
            job.due_at += length
