"""Taking back what one has handed in, as long as nothing has gone on from there.

With every completion the instance keeps how it stood before (`Instance.undo`); whatever else happens in it forgets that
again. So a recall is exact, whatever the diagram: the task is open as it was, with its deadline and its draft, and what
had followed waits for nobody any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import registry
from engine.changes import Changes
from engine.errors import Conflict, NotFound
from engine.models import FanOut, Instance, Task
from engine.states import COMPLETED, INSTANCE, LIVE, TASK, UNFINISHED, change
from engine.stepping import open_again, take_back, waits_of
from engine.suspending import refuse_suspended
from engine.tasks import OpenTask, load_closed

GONE_ON = (
    "It cannot be taken back any more: the process has gone on since. Ask HR, or whoever has it now, to send it back."
)


@dataclass(frozen=True)
class Recalled:
    """A task that is open again, the tasks that had followed and are withdrawn, and the variables as they are again."""

    task: Task
    withdrawn: list[Task]
    variables: dict[str, Any]
    by: str


def may_recall(session: Session, task: Task, person_id: str) -> bool:
    """Whether somebody may take back what they completed: nothing has happened in its case since. One statement."""
    if task.state != COMPLETED or task.closed_by != person_id:
        return False
    undo = session.scalar(select(Instance.undo).where(Instance.id == task.instance_id))
    return undo is not None and orjson.loads(undo)["task"] == task.id


def recall(session: Session, task_id: int, *, by: str, now: datetime) -> Recalled:
    """Open a task again that `by` has completed, as it was before; what had followed is withdrawn.

    Raises NotFound when it was not theirs, Conflict when something has happened in the case since, NotAllowed when they
    may not decide it any more.
    """
    found = load_closed(session, task_id)
    if found.task.closed_by != by:
        raise NotFound("There is no such task, or it is not yours to see.")
    undo = _undo_of(found)
    refuse_suspended(found.instance)
    return _put_back(session, found, undo, by=by, now=now)


def _undo_of(found: OpenTask) -> dict[str, Any]:
    undo: dict[str, Any] = orjson.loads(found.instance.undo or b"{}")
    if undo.get("task") != found.task.id:
        raise Conflict(GONE_ON)
    return undo


def _put_back(session: Session, found: OpenTask, undo: dict[str, Any], *, by: str, now: datetime) -> Recalled:
    task, instance = found.task, found.instance
    standing = waits_of(instance, found.program, instance.blob, now) if instance.blob else {}
    if instance.state == COMPLETED:
        revive(session, instance, now)
    instance.blob = undo["blob"].encode()
    instance.variables = {
        **{name: value for name, value in instance.variables.items() if name not in undo["new"]},
        **undo["old"],
    }
    instance.remembered, instance.undo = undo["remembered"], None
    before = waits_of(instance, found.program, instance.blob, now)
    changes, done_at = Changes(now), task.closed_at or now
    withdrawn = _open_tasks(session, instance.id, standing.keys() - before.keys())
    take_back(session, changes, instance, {token: wait for token, wait in standing.items() if token not in before})
    _open_task(session, task, instance, by=by, now=now)
    back = [wait for token, wait in before.items() if token not in standing and token != task.token]
    open_again(changes, instance, found.program, back, task=task, done_at=done_at)
    changes.record(instance, "task_recalled", task.step, by, task=task.id, to=task.assignee)
    changes.write(session)
    recalled = Recalled(task, withdrawn, instance.variables, by)
    registry.emit(session, "task_recalled", task=task, recalled=recalled, now=now)
    return recalled


def _open_tasks(session: Session, instance_id: int, tokens: set[str]) -> list[Task]:
    statement = select(Task).where(Task.instance_id == instance_id, Task.token.in_(tokens), Task.state.in_(UNFINISHED))
    return list(session.scalars(statement))


def _open_task(session: Session, task: Task, instance: Instance, *, by: str, now: datetime) -> None:
    task.state = change(TASK, task.state, "recall")
    task.closed_at = task.closed_by = None
    task.revision += 1
    # It was nobody's while it was closed: whoever gets it passes the gate as a new holder does.
    set_committed_value(task, "assignee", None)
    task.assignee = by
    registry.router().check(session, task, instance.variables, by, now)
    session.flush()


def revive(session: Session, instance: Instance, now: datetime) -> None:
    """Let an instance run again that has ended, if nothing has gone on that waited for it."""
    instance.state = change(INSTANCE, instance.state, "revive")
    if instance.started_for is not None and _is_begun_anew(session, instance):
        raise Conflict("It cannot go on again: the same was begun anew since, and only one at a time runs.")
    if instance.parent_id is not None:
        refuse_suspended(session.get_one(Instance, instance.parent_id))
        counted = session.execute(
            update(FanOut)
            .where(FanOut.instance_id == instance.parent_id, FanOut.token == instance.parent_token)
            .where(FanOut.state == "open", FanOut.sequential.is_(False))
            .values(done=FanOut.done - 1)
            .returning(FanOut.id)
            .execution_options(synchronize_session=False)
        )
        if counted.one_or_none() is None:
            raise Conflict(GONE_ON)
    registry.emit(session, "instance_revived", instance=instance, now=now)
    instance.ended_at = None


def _is_begun_anew(session: Session, instance: Instance) -> bool:
    """Whether another instance runs for the message and key that has started this one."""
    others = select(Instance.id).where(Instance.started_for == instance.started_for, Instance.state.in_(LIVE))
    return session.scalar(others.where(Instance.id != instance.id)) is not None
