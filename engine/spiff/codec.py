"""The state of a run as bytes: the task tree without the specification, finished branches compacted.

Format 1 is JSON: `{"v": 1, "tasks": [...], "subs": {token: [...]}, "blocked": [...]}`; a task is
`[id, parent, state, spec, triggered, internal data]`, parents before children, the root first. Predicted tasks are
left out and predicted again on load. What has finished and decides nothing any more is spliced out, so that a case
that was sent back fifty times costs no more than a fresh one.
"""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.spiff.specs import LIVE

FORMAT = 1
KEPT = LIVE | TaskState.FINISHED_MASK


class UnknownFormat(EngineError):
    """The state was written by a newer version of the product."""


def dump(workflow: BpmnWorkflow, blocked: set[str]) -> bytes:
    """The compact state of `workflow`; `blocked` are the tokens that an incident holds."""
    subs = {
        token.hex: _dump_tree(sub)
        for token, sub in workflow.subprocesses.items()
        if sub.parent_workflow.tasks[token].has_state(LIVE)
    }
    return write_state({"tasks": _dump_tree(workflow), "subs": subs, "blocked": sorted(blocked)})


def write_state(state: dict[str, Any]) -> bytes:
    """The state as it is stored: see the top of this file."""
    return orjson.dumps({**state, "v": FORMAT})


def _dump_tree(workflow: Any) -> list[list[Any]]:
    keep = _kept(workflow)
    rows = []
    stack: list[tuple[Task, str | None]] = [(workflow.task_tree, None)]
    while stack:
        task, parent = stack.pop()
        if task.id in keep:
            rows.append([task.id.hex, parent, task.state, task.task_spec.name, task.triggered, task.internal_data])
            parent = task.id.hex
        stack.extend((child, parent) for child in reversed(task.children))
    return rows


def _kept(workflow: Any) -> set[UUID]:
    """The ids of the tasks that still decide something."""
    keep = {workflow.task_tree.id}
    for task in workflow.tasks.values():
        if not task.has_state(LIVE):
            continue
        keep.add(task.id)
        keep.update(child.id for child in task.children if child.has_state(KEPT))
        if isinstance(task.parent and task.parent.task_spec, BoundaryEventSplit):
            keep.add(task.parent.id)
            keep.update(sibling.id for sibling in task.parent.children)
    return keep


def load(workflow: BpmnWorkflow, content: bytes) -> set[str]:
    """Fill an empty `workflow` with the state in `content` and return the blocked tokens.

    Raises UnknownFormat when the state is of a format this version does not know.
    """
    state = read_state(content)
    _load_tree(workflow, state["tasks"])
    pending = dict(state["subs"])
    _load_subs(workflow, workflow, pending)
    return set(state["blocked"])


def read_state(content: bytes) -> dict[str, Any]:
    """What was stored, as data. Raises UnknownFormat."""
    state: dict[str, Any] = orjson.loads(content)
    if state["v"] != FORMAT:
        raise UnknownFormat(
            f"This case was saved in format {state['v']}; this version of Reviewflow reads up to {FORMAT}. Upgrade it."
        )
    return state


def _load_tree(workflow: Any, rows: list[list[Any]]) -> None:
    loaded = []
    for identifier, parent, state, name, triggered, internal in rows:
        spec = workflow.spec.task_specs[name]
        above = None if parent is None else workflow.tasks[UUID(parent)]
        task = Task(workflow, spec, above, state=state, id=UUID(identifier))
        task.triggered = triggered
        task.internal_data = internal
        loaded.append(task)
    workflow.task_tree = loaded[0]
    for task in loaded:
        if task.has_state(LIVE):
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)


def _load_subs(top: BpmnWorkflow, workflow: Any, pending: dict[str, list[list[Any]]]) -> None:
    for task in list(workflow.tasks.values()):
        rows = pending.pop(task.id.hex, None)
        if rows is None or not isinstance(task.task_spec, SubWorkflowTask):
            continue
        spec = top.subprocess_specs[task.task_spec.spec]
        sub = BpmnSubWorkflow(spec, task.id, top, deserializing=True)
        top.subprocesses[task.id] = sub
        _load_tree(sub, rows)
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        _load_subs(top, sub, pending)
