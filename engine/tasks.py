"""The verbs on a task: complete, claim, release, re-assign.

Each loads and locks, checks, changes, records. A wrong call is a rejection and changes nothing. The one gate, the
router's `check`, stands before every change of who holds a task and who decides it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, tell_taken_away
from engine.definitions import program_of
from engine.diagram import Step
from engine.errors import Conflict, NotFound
from engine.history import note
from engine.models import Definition, Instance, Task
from engine.registry import Assignment
from engine.remembering import digest_of, note_given
from engine.spiff import Program
from engine.states import CANCELLED, COMPLETED, TASK, change
from engine.stepping import Before, advance
from engine.suspending import refuse_suspended


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
    """An open or paused task that `actor` may work on. `revision` is that of the task as the caller saw it.

    Raises NotFound when there is none, Conflict when it was closed or changed meanwhile, NotAllowed from the gate.
    """
    found = _load(session, task_id, lock=lock)
    if not found.task.is_unfinished:
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
    alone: bool = False,
) -> dict[str, Any]:
    """Complete a task that was loaded with its lock; returns what was put into the variables.

    Of the answers only what the step's `rf:set` lines name reaches the variables; `variables` are added as they are.
    Raises Conflict while it is paused, for a step that several people share, and where others have their turn after it,
    unless it settles the step `alone`.
    """
    task, instance, step = found.task, found.instance, found.step
    if step.is_shared:
        raise Conflict(f"“{task.name}” is decided by several people. Open it and vote.")
    in_line = [] if task.turn is None else line_of(session, task)
    if not alone and next_of(in_line, task) is not None:
        raise Conflict(f"“{task.name}” is approved by others after you: it cannot be ended without them.")
    before = Before(task.id, instance.blob, instance.variables, instance.remembered)
    close(task, "complete", by=by, now=now)
    changes = Changes(now)
    values = {**set_values(found.program, step, instance.variables, answers, now=now), **(variables or {})}
    instance.variables = {**instance.variables, **values, **done_by(instance, task, in_line)}
    given = digest_of(answers)
    note_given(instance, step.id, given)
    changes.record(instance, "task_completed", step.id, by, values=values, given=given, **completion_of(task))
    advance(
        session,
        changes,
        instance,
        found.program,
        lambda run: run.complete(task.token),
        closed=alone_at(session, found),
        # What several have approved is not taken back by one of them.
        before=None if in_line else before,
    )
    changes.write(session)
    return values


def close(task: Task, event: str, *, by: str | None, now: datetime) -> None:
    """Close a task: `by` has completed it, or it is withdrawn. Raises Conflict, in words, when that cannot be now."""
    task.state = change(TASK, task.state, event)
    task.closed_at, task.closed_by = now, by
    task.revision += 1


def completion_of(task: Task) -> dict[str, Any]:
    """What the history notes of every completed task: which it is, and for whom it was done if for somebody else."""
    behalf = {"for": task.owner} if task.owner not in (None, task.closed_by) else {}
    return {"task": task.id, **behalf}


def done_by(instance: Instance, task: Task, line: Sequence[Task]) -> dict[str, Any]:
    """The variable that says who has done each step, with those who have approved this one so far: see `turns`."""
    doers = [*(one.closed_by for one in line if one.state == COMPLETED and one is not task), task.closed_by]
    known = instance.variables.get("done_by", {})
    return {"done_by": {**known, task.step: doers if len(doers) > 1 else doers[0]}}


def line_of(session: Session, task: Task) -> list[Task]:
    """The tasks of those who approve a step one after the other, in order; one statement."""
    same = select(Task).where(Task.instance_id == task.instance_id, Task.token == task.token)
    return list(session.scalars(same.where(Task.state != CANCELLED).order_by(Task.turn, Task.id)))


def next_of(line: list[Task], task: Task) -> Task | None:
    """Whose turn it is after `task`."""
    return next((one for one in line[line.index(task) + 1 :] if one.is_unfinished), None) if line else None


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
    task = _hold(session, found, by, "task_claimed", by=by, now=now)
    registry.emit(session, "task_claimed", task=task, step=found.step, instance=found.instance, now=now)
    return task


def release(session: Session, task_id: int, *, by: str, now: datetime) -> Task:
    """Give a claimed task back to its group. Raises Conflict when it belongs to no group."""
    found = load(session, task_id, actor=by, now=now, lock=True)
    if found.task.group is None:
        raise Conflict("This task was given to you, not to a group: it cannot be put back.")
    found.task.owner = None
    return _hold(session, found, None, "task_released", by=by, now=now)


def put_back(session: Session, task_id: int, *, reason: str, now: datetime) -> Task:
    """Give a claimed task back to its group because its holder does not do it.

    Raises NotFound, or Conflict when it is closed or belongs to no group.
    """
    found = _load_open(session, task_id)
    if found.task.group is None:
        raise Conflict("This task was given to a person, not to a group: it cannot be put back.")
    found.task.owner = None
    return _hold(session, found, None, "task_released", by=None, now=now, reason=reason)


def pass_over(session: Session, task_id: int, *, by: str | None, reason: str, now: datetime) -> Task:
    """Let the process go on without an open task; what its answers would have set is without a value.

    The variable `passed_over` lists the steps that were passed over. Raises NotFound, or Conflict when it is closed,
    shared by several people, or its instance is suspended.
    """
    found = _load_open(session, task_id)
    task, instance, step = found.task, found.instance, found.step
    refuse_suspended(instance)
    if step.is_shared:
        raise Conflict(f"“{task.name}” is decided by several people: it cannot be passed over.")
    close(task, "withdraw", by=None, now=now)
    passed = [*instance.variables.get("passed_over", []), step.id]
    unset = {name: None for name, _ in step.sets}
    instance.variables = {**instance.variables, **unset, "passed_over": list(dict.fromkeys(passed))}
    note_given(instance, step.id, "")
    changes = Changes(now)
    changes.record(instance, "step_passed_over", step.id, by, task=task.id, reason=reason)
    closed = alone_at(session, found)
    advance(session, changes, instance, found.program, lambda run: run.complete(task.token), closed=closed)
    changes.write(session)
    tell_taken_away(session, [(task.id, task.assignee)], now)
    return task


def alone_at(session: Session, found: OpenTask) -> str | None:
    """The token of a closed task that nobody else has a task at.

    None where others share the step or are in line, who are not needed any more: the task is written first, so that it
    stays as it is.
    """
    if found.task.turn is None and not found.step.is_shared:
        return found.task.token
    session.flush()
    return None


def reassign(session: Session, task_id: int, *, to: str, by: str, reason: str, now: datetime) -> Task:
    """Hand an open task to another person, who must pass the gate. From now on it is theirs alone.

    The caller checks that `by` may hand it over. Raises NotFound, Conflict when it is closed, NotAllowed when the
    receiver is in conflict.
    """
    found = _load_open(session, task_id)
    return _pass_on(session, found, to, None, "task_reassigned", by=by, reason=reason, now=now)


def hand_out_again(
    session: Session, task_id: int, assignment: Assignment, *, by: str | None, reason: str, now: datetime
) -> Task:
    """Hand an open task out anew, as the router answers by now: to a person, who must pass the gate, or to a group.

    Raises NotFound, Conflict when it is closed, NotAllowed when the receiver is in conflict.
    """
    found = _load_open(session, task_id)
    found.task.group, found.task.explanation = assignment.group, assignment.explanation
    to, owner = assignment.assignee, assignment.owner
    return _pass_on(session, found, to, owner, "task_reassigned", by=by, reason=reason, now=now)


def find(session: Session, task_id: int, *, lock: bool = False) -> OpenTask:
    """A task in whatever state, for a caller that has checked who may see it. Raises NotFound."""
    return _load(session, task_id, lock=lock)


def load_closed(session: Session, task_id: int) -> OpenTask:
    """A task that was completed, locked with its instance. Raises NotFound, or Conflict when it was not."""
    found = _load(session, task_id, lock=True)
    if found.task.state != COMPLETED:
        raise Conflict(f"“{found.task.name}” is not completed: there is nothing to take back.")
    return found


def _load_open(session: Session, task_id: int) -> OpenTask:
    found = _load(session, task_id, lock=True)
    if not found.task.is_unfinished:
        raise Conflict(_closed_message(found.task))
    return found


def delegate(session: Session, task_id: int, *, to: str, by: str, reason: str, now: datetime) -> Task:
    """Let somebody else do a task that `by` holds; it stays the owner's, who can take it back.

    Raises NotFound, NotAllowed when `by` may not work on it or `to` is in conflict, Conflict when it is closed, is in
    nobody's hands yet, or would go to whoever has or owns it.
    """
    found = load(session, task_id, actor=by, now=now, lock=True)
    if found.task.assignee != by:
        raise Conflict("Take this task first: only what is yours can be delegated.")
    owner = found.task.owner or by
    if to in (by, owner):
        raise Conflict("Choose somebody else: it is theirs already.")
    return _pass_on(session, found, to, owner, "task_delegated", by=by, reason=reason, now=now)


def take_back(session: Session, task_id: int, *, by: str, now: datetime) -> Task:
    """Take back a task of one's own that somebody else holds. A draft comes along.

    Raises NotFound, Conflict when it is closed or was not theirs, NotAllowed when they are in conflict by now.
    """
    found = _load(session, task_id, lock=True)
    if found.task.owner != by:
        raise NotFound("There is no such task, or it is not yours to see.")
    if not found.task.is_unfinished:
        raise Conflict(_closed_message(found.task))
    return _pass_on(session, found, by, None, "task_taken_back", by=by, reason="", now=now)


def give_back(session: Session, task_id: int, *, by: str, reason: str, now: datetime) -> Task:
    """Give a task back to whom one does it for, with the reason. Raises Conflict when it is done for nobody."""
    found = load(session, task_id, actor=by, now=now, lock=True)
    if found.task.owner is None or found.task.assignee != by:
        raise Conflict("This task is your own: there is nobody to give it back to.")
    return _pass_on(session, found, found.task.owner, None, "task_given_back", by=by, reason=reason, now=now)


def _pass_on(
    session: Session,
    found: OpenTask,
    to: str | None,
    owner: str | None,
    kind: str,
    *,
    by: str | None,
    reason: str,
    now: datetime,
) -> Task:
    former = found.task.assignee
    found.task.assignee, found.task.owner = to, owner
    if to is not None:
        registry.router().check(session, found.task, found.instance.variables, to, now)
    task = _hold(session, found, to, kind, by=by, now=now, reason=reason)
    registry.emit(session, "task_handed_over", task=task, by=by, now=now)
    if former not in (to, by):
        tell_taken_away(session, [(task.id, former)], now)
    return task


def _hold(
    session: Session, found: OpenTask, holder: str | None, kind: str, *, by: str | None, now: datetime, reason: str = ""
) -> Task:
    task = found.task
    task.assignee = holder
    task.revision += 1
    record(session, found, kind, by=by, now=now, to=holder, reason=reason)
    return task


def record(session: Session, found: OpenTask, kind: str, *, by: str | None, now: datetime, **detail: Any) -> None:
    """Note in the history of the case that something of this kind happened at a task, and write what has changed."""
    note(session, found.instance, kind, found.task.step, by, now, {"task": found.task.id, **detail})
    session.flush()
