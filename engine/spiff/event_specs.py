"""Events as steps inside SpiffWorkflow's task tree: what waits for them, what throws them, what they lead into.

SpiffWorkflow hands an event to whatever seems to wait for it; who catches what is decided in `catching`, by the rules
of BPMN, and these steps only hold the tokens.
"""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, SubWorkflowTask
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.diagram import Step
from engine.spiff.specs import is_token

DONE = "done"
"""In the internal data of the root of a scope: what has been done in it and can be undone, oldest first."""
LEFT = "left"
"""In the internal data of a step that compensates: what it still has to undo, the next one last."""
RUNNING = "running"
"""Beside it: the token of what is being undone."""
HELD = "held"
"""In the internal data of a step that waits for a condition: whether it held when it was asked before."""
UNDO = "undo"
"""In the internal data of a sub-process that is started only to be undone: what had been done in it."""


class Event(EventDefinition):
    """What a step waits for or throws, of any kind. It has happened when we said so: a job, a message, a throw."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.event)
        self.kind = step.event or "message"
        self.reference = step.reference
        self.condition = step.condition

    def is_about(self, kind: str, reference: str | None) -> bool:
        """Whether an event of this kind and name, or code, is meant; one that names nothing means any."""
        return self.kind == kind and self.reference in (None, reference)

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task._get_internal_data("event_fired", False))


class Throw(BpmnSpecMixin):
    """A throwing event, in between or at an end. One that compensates waits until everything is undone."""

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Event, **attributes: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **attributes)
        self.event_definition = event_definition

    def _update_hook(self, task: Any) -> bool:
        return LEFT not in task.internal_data


class Compensation(BpmnTaskSpec):
    """Undoes what was done in a sub-process that has ended, where the diagram draws nothing for it."""

    def _update_hook(self, task: Any) -> bool:
        return LEFT not in task.internal_data


class Border(BpmnTaskSpec):
    """Comes after a step with events on its border: when the step is done, they are not waited for any more."""

    def _update_hook(self, task: Any) -> bool:
        step = task.parent
        if not isinstance(step.task_spec, BoundaryEvent) and step.parent is not None:
            for event in step.parent.children:
                if event.has_state(TaskState.WAITING) and isinstance(event.task_spec, BoundaryEvent):
                    event.cancel()
        return True


class Standby(IntermediateCatchEvent):
    """The start of an event sub-process, waited for as long as the scope it is drawn in runs.

    `sub_process` is the step to start when it happens; `cancel_activity` says whether everything else then ends.
    """

    def __init__(self, wf_spec: Any, sub_process: str, start: Step) -> None:
        super().__init__(wf_spec, f"{sub_process}.Standby", event_definition=Event(start))
        self.bpmn_id = start.id
        self.sub_process = sub_process
        self.cancel_activity = start.interrupts


class SubProcess(SubWorkflowTask):
    """An embedded sub-process, a transaction or an event sub-process; or one that is started only to be undone."""

    def start_workflow(self, my_task: Any) -> None:
        if UNDO not in my_task.internal_data:
            super().start_workflow(my_task)
            return
        scope = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        scope.completed_event.connect(self._on_subworkflow_completed, my_task)
        root = scope.task_tree
        root._drop_children()
        root._set_state(TaskState.COMPLETED)
        done = my_task.internal_data.pop(UNDO)
        if scope.spec.compensation is not None:
            root.internal_data[DONE] = done
            begin(scope, scope.spec.compensation)
            return
        rest = root._add_child(scope.spec.task_specs[f"{scope.spec.name}.Compensation"], TaskState.WAITING)
        rest.internal_data[LEFT] = done


class EventSubProcess(SubProcess):
    """A sub-process that an event starts beside the flow of its scope."""


def begin(scope: Any, name: str, **internal: Any) -> Any:
    """Put a new token before the step `name` of a scope, outside of its flow; returns it."""
    task = scope.task_tree._add_child(scope.spec.task_specs[name], TaskState.FUTURE)
    task.internal_data.update(internal)
    task.task_spec._update(task)
    return task


def _is_over(end: Any, task: Any) -> bool:
    """Whether no token is left in the scope of this end. Event sub-processes that nobody started do not count."""
    return not any(
        is_token(other) and other.task_spec is not end and not isinstance(other.task_spec, Standby)
        for other in task.workflow.tasks.values()
    )


def _end(end: Any, task: Any) -> bool:
    for other in task.workflow.get_tasks(state=TaskState.WAITING, skip_subprocesses=True):
        if isinstance(other.task_spec, Standby):
            other.cancel()
    return True


def _stand_by(start: Any, sub_process: EventSubProcess, scope: Any) -> None:
    """Wait, from the start of a scope on, for what starts an event sub-process in it."""
    outer = start._wf_spec
    sub_process.connect(outer.end)
    if scope.started_by.event == "compensate":
        outer.compensation = sub_process.name
        sub_process._connect_notify(start)
        return
    standby = Standby(outer, sub_process.name, scope.started_by)
    start.connect(standby)
    sub_process._connect_notify(standby)


# SpiffWorkflow's end of a scope walks the whole tree, and knows of no start that waits beside the flow.
_EndJoin._check_threshold_unstructured = _is_over
_EndJoin._run_hook = _end
BpmnStartTask.connect_or_add_trigger = _stand_by
