"""Tokens as somebody puts them: taken away, put before a step, passed over a step.

What a diagram does by itself is in `running` and `specs`; this is what a person does to a run that cannot go on, and
what a new version of a diagram does to a run of the old one. None of it looks at whether the diagram would allow it:
that is for `engine.targets`.
"""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from collections.abc import Collection
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.spiff.event_specs import Standby, begin
from engine.spiff.specs import LIVE, EventGateway, LoopCheck, is_token
from engine.spiff.unfolding import drawn_id, is_within_loop


def put_before(workflow: Any, step: str) -> Task:
    """Put a new token before `step` of this process or sub-process, as if a flow had led it there.

    Raises Conflict when there is no such step in it.
    """
    token: Task = begin(workflow, _entry(workflow, step).name)
    return token


def _entry(workflow: Any, step: str) -> Any:
    """The spec where a token that comes to `step` begins: a step with events on its border begins before them."""
    spec = workflow.spec.task_specs.get(step)
    if spec is None or isinstance(spec, BoundaryEvent):
        raise Conflict("There is no such step in this part of the process.")
    for before in spec.inputs:
        if isinstance(before, BoundaryEventSplit):
            return before
    return spec


def take_away(task: Task) -> None:
    """Take a token away, with the events on the border of its step and all that runs inside of it.

    What an event beside the step has set going already goes on: see `take_away_at`. A token of such an event is taken
    away alone.
    """
    split = task.parent
    if (
        split is None
        or not isinstance(split.task_spec, BoundaryEventSplit)
        or isinstance(task.task_spec, BoundaryEvent)
    ):
        task.cancel()
        return
    for sibling in split.children:
        if not sibling.has_state(TaskState.FINISHED_MASK):
            sibling.cancel()


def take_away_at(workflow: Any, steps: Collection[str]) -> set[str]:
    """Take away every token of a process or sub-process at one of these `steps`; returns those at which one was."""
    found = {task.id: drawn_id(task.task_spec.name) for task in workflow.tasks.values() if is_token(task)}
    taken = {token: step for token, step in found.items() if step in steps}
    for token in taken:
        # Its children go with a task.
        if token in workflow.tasks:
            workflow.tasks[token].cancel()
    return set(taken.values())


def whole(task: Task) -> Task:
    """The task that stands for the step of `task` as drawn: of a step in a loop, that of the loop."""
    while is_within_loop(task.task_spec.name) and task.workflow.parent_task_id is not None:
        task = task.workflow.parent_workflow.tasks[task.workflow.parent_task_id]
    return task


def around(task: Task, step: str) -> Task:
    """What `task` is a part of in the process or sub-process that `step` is drawn in: itself, or a sub-process."""
    task = whole(task)
    while step not in task.workflow.spec.task_specs and task.workflow.parent_task_id is not None:
        task = whole(task.workflow.parent_workflow.tasks[task.workflow.parent_task_id])
    return task


def take_away_all(workflow: Any, *, but: Task) -> None:
    """Take away every token of a process or sub-process except one. Event sub-processes still wait to be started."""
    for task in list(workflow.tasks.values()):
        # Its children go with a task, and those of the one that stays come after it.
        standing_by = isinstance(task.task_spec, Standby)
        if task.id in workflow.tasks and task.has_state(LIVE) and task is not but and not standing_by:
            task.cancel()


def empty(workflow: Any) -> None:
    """Let a process or sub-process that has not begun have begun without any token."""
    workflow.task_tree._drop_children()
    workflow.task_tree._set_state(TaskState.COMPLETED)


def settle(workflow: Any) -> None:
    """Let the joins of a process look again at what can still come to them, after a token was taken away."""
    workflow.update_waiting_tasks()


def begin_all(workflow: Any) -> None:
    """Let every token that was put before a step begin it."""
    for task in list(workflow.tasks.values()):
        if task.has_state(TaskState.FUTURE) and task.parent.state == TaskState.COMPLETED:
            task.task_spec._update(task)


def pass_over(task: Task, chosen: str | None) -> None:
    """Let a step be done that was not carried out; `chosen` is the step that follows where several may.

    An event on the border of a step is given up: the step goes on without it. Raises Conflict when it is not clear
    what follows.
    """
    spec = task.task_spec
    if isinstance(spec, EventGateway):
        if chosen is None:
            raise Conflict("Choose which of the events is to have happened.")
        spec.choose(task, chosen)
        spec._update(task)
    elif isinstance(spec, BoundaryEvent | Standby):
        task.cancel()
    elif isinstance(spec, CatchingEvent) and task.has_state(TaskState.WAITING):
        task._set_internal_data(event_fired=True)
        spec._update(task)
    else:
        if isinstance(spec, LoopCheck):
            spec.leave(task)
        else:
            _choose(task, chosen)
        task.complete()


def _choose(task: Task, chosen: str | None) -> None:
    outputs = task.task_spec.outputs
    if len(outputs) < 2:
        return
    if chosen is None:
        raise Conflict("Choose which way the process takes from here.")
    entry = _entry(task.workflow, chosen)
    if entry not in outputs:
        raise Conflict("No flow leads from this step to the chosen one.")
    task._sync_children([entry], TaskState.FUTURE)
