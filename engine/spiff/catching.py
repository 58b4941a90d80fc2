"""Who catches an event, and what follows: the rules of BPMN 2.0, section 10.5.

An error or an escalation goes outwards from where it was thrown, through every scope around it, to the innermost event
that is about it: on the border of an activity, or the start of an event sub-process. A signal reaches everybody.
"""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from collections.abc import Iterable, Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from engine.spiff.event_specs import Event, EventSubProcess, Standby, begin
from engine.spiff.specs import EventGateway

Catcher = tuple[Any, str, Event]
"""A token that waits for an event, which it is of several (empty where it can be only one), and the event."""


def scopes(workflow: Any) -> list[Any]:
    """The process and every sub-process that runs in it."""
    return [workflow, *(sub for sub in workflow.subprocesses.values() if is_active(sub))]


def is_active(sub: Any) -> bool:
    """Whether a sub-process still runs."""
    host = host_of(sub)
    return bool(host is not None and host.has_state(TaskState.STARTED | TaskState.READY | TaskState.WAITING))


def host_of(scope: Any) -> Any:
    """The token of the step that a scope runs for; None for the process itself."""
    return None if scope.parent_task_id is None else scope.top_workflow.get_task_from_id(scope.parent_task_id)


def find_waiting(workflow: Any, kind: str) -> Iterator[Catcher]:
    """Everything in a run that waits for an event of this kind."""
    for scope in scopes(workflow):
        for task in list(scope.tasks.values()):
            if task.has_state(TaskState.WAITING):
                yield from (catcher for catcher in events_of(task) if catcher[2].kind == kind)


def events_of(task: Any) -> Iterator[Catcher]:
    """The events that a waiting token waits for."""
    spec = task.task_spec
    if isinstance(spec, EventGateway):
        for definition, child in zip(spec.event_definition.event_definitions, spec.outputs, strict=True):
            yield task, child.bpmn_id, definition
    elif isinstance(spec, CatchingEvent) and isinstance(spec.event_definition, Event):
        yield task, "", spec.event_definition


def find_catcher(thrower: Any, kind: str, reference: str | None) -> Any:
    """The innermost token that catches what `thrower` throws, one that names it before one that means any; or None."""
    place = thrower
    while place is not None:
        found = _choose(_on_border(place), kind, reference)
        if found is None and not isinstance(place.task_spec, EventSubProcess):
            found = _choose(_beside(place), kind, reference)
        if found is not None:
            return found
        place = host_of(place.workflow)
    return None


def _on_border(task: Any) -> Iterable[Any]:
    split = task.parent
    return split.children if split is not None and isinstance(split.task_spec, BoundaryEventSplit) else ()


def _beside(task: Any) -> Iterable[Any]:
    return (other for other in task.workflow.tasks.values() if isinstance(other.task_spec, Standby))


def _choose(tasks: Iterable[Any], kind: str, reference: str | None) -> Any:
    matching = [
        task
        for task in tasks
        if task.has_state(TaskState.WAITING)
        and isinstance(task.task_spec, BoundaryEvent | Standby)
        and task.task_spec.event_definition.is_about(kind, reference)
    ]
    return min(matching, key=lambda task: task.task_spec.event_definition.reference is None, default=None)


def catch(task: Any, chosen: str = "", *, stays: bool = False) -> None:
    """Let the event that waits at `task` happen; `chosen` says which one where several are waited for.

    One that does not interrupt is waited for again; a timer only if it `stays`.
    """
    spec = task.task_spec
    again = isinstance(spec, BoundaryEvent | Standby) and not spec.cancel_activity
    again = again and (stays or spec.event_definition.kind != "timer")
    if isinstance(spec, EventGateway):
        spec.choose(task, chosen)
        spec._update(task)
    elif isinstance(spec, Standby):
        if spec.cancel_activity:
            cancel_all(task.workflow, but=task)
        if not again:
            task._set_state(TaskState.COMPLETED)
        begin(task.workflow, spec.sub_process)
    else:
        if isinstance(spec, BoundaryEvent):
            task = _leave_by(task, again=again)
        task._set_internal_data(event_fired=True)
        spec._update(task)


def _leave_by(boundary: Any, *, again: bool) -> Any:
    """The token that leaves by an event on the border: a new one where it is waited for again."""
    if again:
        return boundary.workflow.task_tree._add_child(boundary.task_spec, TaskState.FUTURE)
    if boundary.task_spec.cancel_activity:
        for other in boundary.parent.children:
            if other is not boundary and not other.has_state(TaskState.FINISHED_MASK):
                other.cancel()
    return boundary


def cancel_all(scope: Any, *, but: Any) -> None:
    """End everything that still runs in a scope, except the token `but`."""
    for task in list(scope.tasks.values()):
        if task.id in scope.tasks and task is not but and not task.has_state(TaskState.FINISHED_MASK):
            if task.parent is but:
                continue
            task.cancel()
