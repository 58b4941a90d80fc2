"""Suspending an instance, with all that belongs to it, and letting it go on exactly where it was.

While it is suspended nothing of it goes on: its tasks are paused and cannot be completed, its jobs and timers are held
when they become due, and a message for it waits as a job. What became due in the meantime is caught up at the resume;
or deadlines and timers move by as long as it was suspended.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes
from engine.errors import Conflict
from engine.instances import lock
from engine.models import FanOut, Instance, Job, Task
from engine.states import HELD, INSTANCE, JOB, RUNNING, SUSPENDED, TASK, UNFINISHED, before, change

SHIFTED = ("timer", "clock")
"""The kinds of job whose moment moves when the deadlines do."""


def suspend(session: Session, instance_id: int, *, by: str | None, reason: str, now: datetime) -> Instance:
    """Suspend an instance at once, and its members by jobs. Raises NotFound, or Conflict when it cannot be."""
    instance, _ = lock(session, instance_id)
    changes = Changes(now)
    _suspend(session, changes, instance, with_id=instance.id, by=by, reason=reason)
    changes.write(session)
    return instance


def suspend_member(
    session: Session, instance_id: int, with_id: int, *, by: str | None, reason: str, now: datetime
) -> None:
    """Suspend a member together with the instance `with_id`, unless either has gone another way meanwhile."""
    instance, _ = lock(session, instance_id)
    if instance.state != RUNNING or not _is_suspended(session, with_id):
        return
    changes = Changes(now)
    _suspend(session, changes, instance, with_id=with_id, by=by, reason=reason)
    changes.write(session)


def _is_suspended(session: Session, with_id: int) -> bool:
    """Whether the instance with which others are suspended is so itself, and stays so until this is done.

    It is never locked by whoever waits for a member of it.
    """
    leading = session.get_one(Instance, with_id, with_for_update={"read": True}, populate_existing=True)
    return leading.suspended_with == with_id


def _suspend(
    session: Session, changes: Changes, instance: Instance, *, with_id: int, by: str | None, reason: str
) -> None:
    instance.state = change(INSTANCE, instance.state, "suspend")
    instance.suspended_at = changes.now
    instance.suspended_with = with_id
    changes.record(instance, "instance_suspended", None, by, reason=reason)
    _change_tasks(session, instance, "pause")
    fan_outs = select(FanOut.id).where(FanOut.instance_id == instance.id, FanOut.state != "closed")
    for fan_out in session.scalars(fan_outs):
        changes.job("suspend_members", None, None, changes.now, fan_out=fan_out, with_id=with_id, by=by, reason=reason)
    registry.emit(session, "instance_suspended", instance=instance, now=changes.now)


def resume(
    session: Session, instance_id: int, *, by: str | None, reason: str, now: datetime, shift: bool = False
) -> Instance:
    """Let an instance go on at once, and what was suspended with it by jobs.

    With `shift`, deadlines, reminders and timers move by as long as it was suspended; without, what became due in the
    meantime happens now. Raises NotFound, or Conflict when it is not suspended.
    """
    instance, _ = lock(session, instance_id)
    changes = Changes(now)
    _resume(session, changes, instance, by=by, reason=reason, shift=shift)
    details = {"with_id": instance.id, "by": by, "reason": reason, "shift": shift}
    changes.job("resume_members", None, None, now, **details)
    changes.write(session)
    return instance


def resume_member(
    session: Session, instance_id: int, with_id: int, *, by: str | None, reason: str, now: datetime, shift: bool
) -> None:
    """Let a member go on that was suspended with `with_id`, unless somebody was faster."""
    instance, _ = lock(session, instance_id)
    if instance.suspended_with != with_id or _is_suspended(session, with_id):
        return
    changes = Changes(now)
    _resume(session, changes, instance, by=by, reason=reason, shift=shift)
    changes.write(session)


def _resume(
    session: Session, changes: Changes, instance: Instance, *, by: str | None, reason: str, shift: bool
) -> None:
    since = instance.suspended_at or changes.now
    instance.state = change(INSTANCE, instance.state, "resume")
    instance.suspended_at = instance.suspended_with = None
    if shift:
        _shift(session, instance, changes.now - since, changes.now)
    _change_tasks(session, instance, "resume")
    released = update(Job).where(Job.instance_id == instance.id, Job.state.in_(before(JOB, "release")))
    session.execute(released.values(state=JOB[HELD, "release"]).execution_options(synchronize_session=False))
    changes.record(instance, "instance_resumed", None, by, reason=reason, shifted=shift)
    registry.emit(session, "instance_resumed", instance=instance, now=changes.now)


def _change_tasks(session: Session, instance: Instance, event: str) -> None:
    """Pause the open tasks of an instance, or open the paused ones."""
    for state in before(TASK, event):
        session.execute(
            update(Task)
            .where(Task.instance_id == instance.id, Task.state == state)
            .values(state=change(TASK, state, event))
            .execution_options(synchronize_session=False)
        )


def _shift(session: Session, instance: Instance, length: timedelta, now: datetime) -> None:
    """Move what has a moment: tasks with a deadline, and timers and clocks. A few rows, one by one."""
    tasks = select(Task).where(Task.instance_id == instance.id, Task.state.in_(UNFINISHED), Task.due_at.is_not(None))
    jobs = select(Job).where(Job.instance_id == instance.id, Job.kind.in_(SHIFTED))
    moved = session.scalars(tasks.with_for_update()).all()
    for task in moved:
        if task.due_at is not None:
            task.due_at += length
    for job in session.scalars(jobs.with_for_update()):
        job.due_at += length
        if "due" in job.payload:
            # A timer that comes again keeps its rhythm from here.
            job.payload = {**job.payload, "due": (datetime.fromisoformat(job.payload["due"]) + length).isoformat()}
    session.flush()
    registry.emit(session, "deadlines_moved", tasks=moved, length=length, now=now)


def refuse_suspended(instance: Instance) -> None:
    """Raise Conflict unless the instance may go on."""
    if instance.state == SUSPENDED:
        raise Conflict("This case is paused. Resume it first.")
