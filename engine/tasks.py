"""The verbs on a task: complete, claim, release, re-assign.

Each loads and locks, checks, changes, records. A wrong call is a rejection and changes nothing. The one gate, the
router's `check`, stands before every change of who holds a task and who decides it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes
from engine.definitions import program_of
from engine.diagram import Step
from engine.errors import Conflict, NotFound
from engine.models import Definition, HistoryEntry, Instance, Task
from engine.spiff import Program
from engine.stepping import advance


@dataclass(frozen=True)
class OpenTask:
    """A task that may be worked on, with all that belongs to it. The instance is locked if it was asked for."""

    task: Task
    instance: Instance
    program: Program
    step: Step


def load(
    session: Session, task_id: int, *, actor: str, now: datetime, lock: bool = False, revision: int | None = None
) -> OpenTask:
    """An open task that `actor` may work on. `revision` is that of the task as the caller saw it.

    Raises NotFound when there is none, Conflict when it was closed or changed meanwhile, NotAllowed from the gate.
    """
    found = _load(session, task_id, lock=lock)
    if found.task.state != "open":
        raise Conflict(_closed_message(found.task))
    if revision is not None and revision != found.task.revision:
        raise Conflict(f"“{found.task.name}” has changed since you opened it. Look at it again before you go on.")
    registry.router().check(session, found.task, found.instance.variables, actor, now)
    return found


# Built once: these open every verb on a task.
_LOAD = (
    select(Task, Instance, Definition.checksum)
    .join(Instance, Instance.id == Task.instance_id)
    .join(Definition, Definition.id == Task.definition_id)
    .where(Task.id == bindparam("task"))
)
_LOAD_AND_LOCK = _LOAD.with_for_update(of=(Instance, Task), key_share=True).execution_options(populate_existing=True)


def _load(session: Session, task_id: int, *, lock: bool) -> OpenTask:
    row = session.execute(_LOAD_AND_LOCK if lock else _LOAD, {"task": task_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such task, or it is not yours to see.")
    task, instance, checksum = row
    program = program_of(session, task.definition_id, checksum)
    return OpenTask(task, instance, program, program.step(task.step))


def _closed_message(task: Task) -> str:
    if task.state == "cancelled":
        return f"“{task.name}” is not needed any more: the process has moved on."
    return f"“{task.name}” has been completed already. Nothing was changed a second time."


def complete(
    session: Session,
    task_id: int,
    *,
    by: str,
    now: datetime,
    answers: dict[str, Any] | None = None,
    revision: int | None = None,
) -> Task:
    """Complete a task with the answers of its form and go on to the next wait states.

    Raises NotFound, NotAllowed, or Conflict when the task was closed or handed on meanwhile.
    """
    found = load(session, task_id, actor=by, now=now, lock=True, revision=revision)
    finish(session, found, by=by, now=now, answers=answers or {})
    return found.task


def finish(
    session: Session,
    found: OpenTask,
    *,
    by: str,
    now: datetime,
    answers: dict[str, Any],
    variables: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Complete a task that was loaded with its lock; returns what was put into the variables.

    Of the answers only what the step's `rf:set` lines name reaches the variables; `variables` are added as they are.
    """
    task, instance, step = found.task, found.instance, found.step
    task.state = "completed"
    task.closed_at = now
    task.closed_by = by
    task.revision += 1
    changes = Changes(now)
    values = {**set_values(found.program, step, instance.variables, answers, now=now), **(variables or {})}
    done_by = {**instance.variables.get("done_by", {}), step.id: by}
    instance.variables = {**instance.variables, **values, "done_by": done_by}
    changes.record(instance, "task_completed", step.id, by, task=task.id, values=values)
    advance(session, changes, instance, found.program, lambda run: run.complete(task.token), closed=task.token)
    changes.write(session)
    return values


def set_values(
    program: Program, step: Step, variables: dict[str, Any], answers: dict[str, Any], *, now: datetime
) -> dict[str, Any]:
    """What completing `step` with these answers puts into the variables. Raises StepFailed."""
    scope = {**variables, **answers}
    return {name: program.evaluate(text, scope, now) for name, text in step.sets}


def claim(session: Session, task_id: int, *, by: str, now: datetime) -> Task:
    """Take a group's task for oneself; the first claim wins. Raises Conflict when somebody else has it."""
    found = load(session, task_id, actor=by, now=now, lock=True)
    if found.task.assignee not in (None, by):
        raise Conflict("Somebody else has taken this task.")
    return _hold(session, found, by, "task_claimed", by=by, now=now)


def release(session: Session, task_id: int, *, by: str, now: datetime) -> Task:
    """Give a claimed task back to its group. Raises Conflict when it belongs to no group."""
    found = load(session, task_id, actor=by, now=now, lock=True)
    if found.task.group is None:
        raise Conflict("This task was given to you, not to a group: it cannot be put back.")
    return _hold(session, found, None, "task_released", by=by, now=now)


def reassign(
    session: Session,
    task_id: int,
    *,
    to: str | None,
    group: str | None = None,
    explanation: list[dict[str, str]] | None = None,
    by: str,
    reason: str,
    now: datetime,
) -> Task:
    """Hand an open task to another person, who must pass the gate.

    With an `explanation` it is handed out anew: to `to`, or to `group` when that is None. The caller checks that
    `by` may hand it over. Raises NotFound, Conflict when it is closed, NotAllowed when the receiver is in conflict.
    """
    found = _load(session, task_id, lock=True)
    if found.task.state != "open":
        raise Conflict(_closed_message(found.task))
    found.task.assignee = to
    if explanation is not None:
        found.task.group, found.task.explanation = group, explanation
    if to is not None:
        registry.router().check(session, found.task, found.instance.variables, to, now)
    task = _hold(session, found, to, "task_reassigned", by=by, now=now, reason=reason)
    registry.emit(session, "task_handed_over", task=task, now=now)
    return task


def _hold(
    session: Session, found: OpenTask, holder: str | None, kind: str, *, by: str, now: datetime, reason: str = ""
) -> Task:
    task = found.task
    task.assignee = holder
    task.revision += 1
    session.add(
        HistoryEntry(
            instance_id=found.instance.id,
            root_id=found.instance.root_id,
            at=now,
            kind=kind,
            step=task.step,
            actor=by,
            detail={"task": task.id, "to": holder, "reason": reason},
        )
    )
    session.flush()
    return task
