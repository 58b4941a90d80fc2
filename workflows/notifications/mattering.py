"""Which notifications are still worth a mail, by how their tasks stand."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Task
from workflows.notifications.models import (
    CHANGED,
    ESCALATION,
    EXTENDED,
    NOT_NEEDED,
    OF_OPEN_TASKS,
    REMINDER,
    Notification,
)
from workflows.people.outside import is_outside


def matters(session: Session, found: Sequence[Notification], now: datetime) -> Collection[Notification]:
    """Those whose task is still to be done, and by their reader, or by somebody else where that is what they tell.

    That something is due soon is no news any more once it is overdue, which is told by itself. One statement at most.
    """
    ids = {one.task_id for one in found if one.task_id is not None}
    if not ids:
        return found
    tasks = {task.id: task for task in session.scalars(select(Task).where(Task.id.in_(ids)))}
    held = {(task.instance_id, task.step, task.assignee) for task in tasks.values() if task.is_unfinished}
    return [one for one in found if one.task_id is None or _is_worth(one, tasks[one.task_id], held, now)]


def _is_worth(one: Notification, task: Task, held: Collection[tuple[int, str, str | None]], now: datetime) -> bool:
    if one.kind == NOT_NEEDED:
        # Whoever was asked once more within minutes is told that alone.
        return (task.instance_id, task.step, one.person_id) not in held
    return not is_of_open_task(one) or _matters(one, task, now)


def is_of_open_task(one: Notification) -> bool:
    """Whether a notification is about something that is still to be done.

    Whoever is outside has no inbox: what has changed about a task is news as long as they have it.
    """
    kinds = (*OF_OPEN_TASKS, EXTENDED, CHANGED) if is_outside(one.person_id) else OF_OPEN_TASKS
    return one.task_id is not None and one.kind in kinds


def _matters(one: Notification, task: Task, now: datetime) -> bool:
    if not task.is_unfinished:
        return False
    if one.kind == REMINDER and task.due_at is not None and task.due_at < now:
        return False
    return one.kind == ESCALATION or task.assignee in (None, one.person_id)
