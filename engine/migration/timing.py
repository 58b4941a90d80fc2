"""When a kept task is due after a move: by what its step says now, with the time on top that it was given before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.changes import Changes, deadline_of
from engine.errors import StepFailed
from engine.migration.planning import Plan, TaskMove
from engine.migration.route import Route
from engine.models import Instance


@dataclass(frozen=True)
class NewDeadline:
    """When a task is due by the new version, None for no deadline; of it, the whole days of extra time it had."""

    due: datetime | None
    extra: int = 0


def deadline_after(session: Session, route: Route, instance: Instance, one: TaskMove, zone: str) -> NewDeadline:
    """When a task is due by what its step says now, counted from when it was handed out. Raises StepFailed.

    What it has beyond what the old version gave it stays on top: time that HR gave, or the length of a pause.
    """
    task = one.task
    start, assignee = task.created_at, task.assignee
    due = deadline_of(session, instance, route.new, one.new, start=start, zone=zone, assignee=assignee)
    if due is None or task.due_at is None:
        return NewDeadline(due)
    try:
        was = deadline_of(session, instance, route.old, one.old, start=start, zone=zone, assignee=assignee)
    except StepFailed:
        return NewDeadline(due)
    if was is None:
        return NewDeadline(due)
    if was <= start:
        # The day that holds for all others had passed at the hand-out, so that this task had one of its own.
        return NewDeadline(max(due, task.due_at))
    where = ZoneInfo(zone)
    extra = (task.due_at.astimezone(where).date() - was.astimezone(where).date()).days
    return NewDeadline(due.astimezone(where) + timedelta(days=extra), extra) if extra > 0 else NewDeadline(due)


def set_times(  # noqa: PLR0917 - one place, for one task
    session: Session, route: Route, plan: Plan, one: TaskMove, zone: str, changes: Changes
) -> None:
    """Give a task the deadline and the reminders that its step says now."""
    instance, task, text = plan.standing.instance, one.task, one.new.settings.get("due")
    clocks = [job for job in plan.standing.jobs if job.token == task.token and job.kind == "clock"]
    for job in clocks:
        session.delete(job)
    was_due = task.due_at
    if one.old.settings.get("due") != text:
        try:
            task.due_at = deadline_after(session, route, instance, one, zone).due
        except StepFailed:
            # As at the hand-out: a job meets the same error, says so, and can be tried again.
            changes.job("deadline", instance.id, task.token, changes.now, step=one.new.id, zone=zone)
    if any(job["kind"] == "clock" and job["token"] == task.token for job in changes.jobs):
        return
    # That the task is overdue is not told a second time.
    if task.due_at is not None and (clocks or was_due is None or task.due_at > changes.now):
        changes.wind_clock(instance.id, task.token, one.new, task.due_at, after=None)
