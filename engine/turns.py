"""Steps that several people do one after the other, because somebody was added to who has them by the diagram.

Each has a task of their own at the one token; the task of whose turn it is is open, those of the others are `next`. The
engine does not know what an approval is: whoever does passes the step on, or ends it for all of them. So the case waits
for one person at a time, as if there were nobody else.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, deadline_of, stop_clock, task_row
from engine.deadlines import time_again
from engine.errors import Conflict, StepFailed
from engine.models import Task
from engine.registry import Assignment
from engine.remembering import digest_of
from engine.states import NEXT, OPEN, TASK, change
from engine.suspending import refuse_suspended
from engine.tasks import OpenTask, close, completion_of, done_by, line_of, next_of, record


def add(session: Session, found: OpenTask, to: Assignment, *, first: bool, by: str, now: datetime) -> Task:
    """Let somebody else do a step too, before whoever has it now (`first`) or after them; they must pass the gate.

    `found` was loaded with its lock. Raises Conflict where several share the step, or it waits for somebody already.
    """
    task, instance = found.task, found.instance
    refuse_suspended(instance)
    if found.step.is_shared or task.state != OPEN:
        raise Conflict(f"“{task.name}” waits for others already. Look at it again.")
    line = line_of(session, task)
    place = line.index(task) + (0 if first else 1)
    row = task_row(instance, task.token, found.step, replace(to, assignee=None), due=task.due_at, now=now)
    added = Task(**row, priority=task.priority, added_by=by)
    session.add(added)
    if first:
        task.state = change(TASK, task.state, "let pass")
        task.revision += 1
    else:
        added.state = NEXT
    _number([*line[:place], added, *line[place:]])
    session.flush()
    added.assignee = to.assignee
    registry.router().check(session, added, instance.variables, to.assignee or "", now)
    instance.undo = None
    record(session, found, "approver_added", by=by, now=now, to=to.assignee, first=first)
    if first:
        registry.emit(session, "task_handed_over", task=added, by=by, now=now)
    return added


def _number(line: Sequence[Task]) -> None:
    for turn, task in enumerate(line, start=1):
        task.turn = turn


def pass_on(session: Session, found: OpenTask, *, by: str, now: datetime) -> Task:
    """Close a task that was loaded with its lock, and let whoever has their turn after it go on; the step waits on.

    Raises Conflict while it is paused, or where nobody comes after it.
    """
    task, instance = found.task, found.instance
    line = line_of(session, task)
    following = next_of(line, task)
    if following is None:
        raise Conflict(f"Nobody has to approve “{task.name}” after you.")
    close(task, "complete", by=by, now=now)
    instance.variables = {**instance.variables, **done_by(instance, task, line)}
    instance.undo = None
    record(session, found, "task_completed", by=by, now=now, values={}, given=digest_of({}), **completion_of(task))
    _call(session, found, following, by=by, now=now)
    return following


def remove(session: Session, found: OpenTask, *, by: str, now: datetime) -> None:
    """Take back the task of somebody who was added, loaded with its lock, before they have acted.

    Raises Conflict when they have, while it is paused, when the task is not one that was added, or when the step waits
    for them alone by now.
    """
    task = found.task
    refuse_suspended(found.instance)
    line = line_of(session, task)
    if task.added_by is None or task not in line:
        raise Conflict("This is not an approval that was added.")
    was_open, following = task.state == OPEN, next_of(line, task)
    if was_open and following is None:
        raise Conflict(f"“{task.name}” waits for nobody else by now: it goes on when they have answered.")
    close(task, "withdraw", by=None, now=now)
    record(session, found, "approver_removed", by=by, now=now, to=task.assignee)
    if was_open and following is not None:
        _call(session, found, following, by=by, now=now)


def do_without(session: Session, found: OpenTask, *, reason: str, by: str | None, now: datetime) -> Task:
    """Take back the task of somebody in line who cannot do it any more, loaded with its lock; answers with the next.

    Raises Conflict when it is closed or paused, or where nobody comes after it.
    """
    task = found.task
    refuse_suspended(found.instance)
    was_open, following = task.state == OPEN, next_of(line_of(session, task), task)
    if following is None:
        raise Conflict(f"Nobody does “{task.name}” after them.")
    close(task, "withdraw", by=None, now=now)
    record(session, found, "part_dropped", by=by, now=now, reason=reason)
    if was_open:
        _call(session, found, following, by=by, now=now)
    return following


def _call(session: Session, found: OpenTask, task: Task, *, by: str | None, now: datetime) -> None:
    """It is the turn of `task`: it waits from now on, with time of its own where its deadline has passed."""
    task.state = change(TASK, task.state, "call")
    task.revision += 1
    if task.due_at is not None and task.due_at <= now:
        _give_time(session, found, task, now)
    session.flush()
    registry.emit(session, "task_handed_over", task=task, by=by, now=now)


def _give_time(session: Session, found: OpenTask, task: Task, now: datetime) -> None:
    """Let a task be due as if it were handed out now."""
    instance, program, step = found.instance, found.program, found.step
    zone = registry.calendar_of(session, task.assignee, now).zone
    try:
        due = deadline_of(session, instance, program, step, start=now, zone=zone, assignee=task.assignee)
    except StepFailed:
        return
    due = time_again(due, task.created_at, now, zone) if due is not None else None
    if due is not None and due > now:
        task.due_at, changes = due, Changes(now)
        stop_clock(session, instance.id, task.token)
        changes.wind_clock(instance.id, task.token, step, due, after=None)
        changes.write(session)
