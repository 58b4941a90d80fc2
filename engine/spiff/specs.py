"""Our own kinds of step inside SpiffWorkflow's task tree."""

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import UserTask
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.errors import StepFailed


class PersonStep(UserTask):
    """A user or manual task: ready until a person completes it."""


class JobStep(UserTask):
    """A service or send task: ready until its job has run. `manual`, so that SpiffWorkflow leaves it alone."""


class FanOutStep(UserTask):
    """A multi-instance sub-process over a population: ready until its members are done."""


class RuleStep(BpmnSpecMixin):
    """A business rule task: asks a decision table of the package."""

    def _run_hook(self, my_task: Any) -> bool:
        my_task.workflow.top_workflow.program.decide(my_task.workflow.top_workflow, self.bpmn_id)
        return True


class Timer(TimerEventDefinition):
    """A timer on our clock: it has fired when its job said so."""

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task._get_internal_data("event_fired", False))


class ConditionalFlow:
    """A condition on a sequence flow; anything but true or false stops the step."""

    def __init__(self, expression: str) -> None:
        self.args = [expression]

    def _matches(self, task: Any) -> bool:
        value = task.workflow.script_engine.evaluate(task, self.args[0])
        if value is True or value is False:
            return bool(value)
        raise StepFailed(f"The condition “{self.args[0].strip()}” must give true or false; it gives {value!r}.")


class ConditionsMixin:
    """Gateways that build our conditions instead of SpiffWorkflow's."""

    def connect_outgoing_if(self: Any, condition: str | None, taskspec: Any) -> None:
        if condition is None:
            self.connect(taskspec)
        else:
            self.connect_if(ConditionalFlow(condition), taskspec)


def with_conditions(base: type) -> type:
    """A gateway class whose flows carry our conditions."""
    return type(base.__name__, (ConditionsMixin, base), {})


__all__ = ["FanOutStep", "JobStep", "PersonStep", "RuleStep", "Timer", "with_conditions"]
