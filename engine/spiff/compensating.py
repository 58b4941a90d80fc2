"""Undoing what was done: BPMN 2.0, section 10.7.

The root of each scope remembers, in its internal data, which activities with a compensation handler were completed in
it: `[step, null]`, and for a sub-process that has ended `[step, what was done in it]`. It costs the same for every
activity, and is stored with the state. A step that compensates takes entries out of it, the last one first, and lets
one handler after the other run.
"""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.spiff.catching import cancel_all, host_of, scopes
from engine.spiff.event_specs import DONE, LEFT, RUNNING, UNDO, EventSubProcess, SubProcess, begin
from engine.spiff.specs import LIVE

Entry = list[Any]


def remember(task: Any) -> None:
    """Note that an activity was completed, if it can be undone."""
    if not task.has_state(TaskState.COMPLETED):
        return
    spec, scope = task.task_spec, task.workflow
    if isinstance(spec, SubProcess):
        sub = scope.top_workflow.subprocesses.get(task.id)
        inner = [] if sub is None else sub.task_tree.internal_data.get(DONE, [])
        undoable = sub is not None and (inner or sub.spec.compensation)
    else:
        inner, undoable = None, False
    if getattr(spec, "compensated_by", None):
        _memory(scope).append([spec.name, None])
    elif undoable:
        _memory(scope).append([spec.name, inner])


def _memory(scope: Any) -> list[Entry]:
    memory: list[Entry] = scope.task_tree.internal_data.setdefault(DONE, [])
    return memory


def compensate(task: Any, activity: str | None) -> None:
    """Let the throwing event `task` undo what was done in its scope, or what one activity did."""
    memory = _memory(_scope_of(task))
    chosen = [entry for entry in memory if activity in (None, entry[0])]
    memory[:] = [entry for entry in memory if entry not in chosen]
    _wait(task, chosen)


def cancel_transaction(task: Any) -> None:
    """End everything in the transaction that the cancel end `task` is drawn in, then undo what was done in it."""
    entries = _gather(task.workflow)
    cancel_all(task.workflow, but=task)
    _wait(task, entries)


def _wait(task: Any, entries: list[Entry]) -> None:
    task._set_internal_data(**{LEFT: entries})
    task._set_state(TaskState.WAITING)


def _gather(scope: Any) -> list[Entry]:
    """What was done in a scope, and in the sub-processes that still run in it."""
    entries = scope.task_tree.internal_data.pop(DONE, [])
    for sub in scopes(scope.top_workflow)[1:]:
        host = host_of(sub)
        if host.workflow is scope and (inner := _gather(sub)):
            entries.append([host.task_spec.name, inner])
    return list(entries)


def _scope_of(task: Any) -> Any:
    """The scope whose activities an event compensates: that of an event sub-process is the one it is drawn in."""
    scope = task.workflow
    while (host := host_of(scope)) is not None and isinstance(host.task_spec, EventSubProcess):
        scope = host.workflow
    return scope


def undo_next(workflow: Any) -> bool:
    """Start the next handler of a step that compensates, or let the step go on. False when none has anything to do."""
    for task in _compensating(workflow):
        if _is_running(task):
            continue
        left: list[Entry] = task.internal_data[LEFT]
        if left:
            token = _undo(_scope_of(task), *left.pop())
            task._set_internal_data(**{RUNNING: token.id.hex})
        else:
            task._ready()
        return True
    return False


def _compensating(workflow: Any) -> Iterator[Any]:
    for scope in scopes(workflow):
        for task in list(scope.tasks.values()):
            if task.has_state(TaskState.WAITING) and LEFT in task.internal_data:
                yield task


def _is_running(task: Any) -> bool:
    token = task.internal_data.get(RUNNING)
    handler = None if token is None else _scope_of(task).tasks.get(UUID(token))
    return bool(handler is not None and handler.has_state(LIVE))


def _undo(scope: Any, activity: str, inner: list[Entry] | None) -> Any:
    if inner is None:
        return begin(scope, scope.spec.task_specs[activity].compensated_by)
    return begin(scope, f"{activity}.Undo", **{UNDO: inner})
