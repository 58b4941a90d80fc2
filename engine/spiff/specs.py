"""Our own kinds of step inside SpiffWorkflow's task tree."""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.errors import StepFailed

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


def _predict(
    spec: Any, task: Any, seen: Any = None, looked_ahead: int = 0, mask: int = TaskState.PREDICTED_MASK
) -> None:
    """Put the tasks that may follow `task` into the tree: the next ones only."""
    if task.has_state(mask):
        spec._predict_hook(task)


def _update(spec: Any, task: Any) -> None:
    """Look whether `task` may run now; what may follow it is in the tree before it does."""
    if not task.children:
        spec._predict_hook(task)
    if spec._update_hook(task):
        task._ready()


# SpiffWorkflow predicts the whole way to the end of the diagram, by recursion, and again whenever a state is loaded:
# a step would cost more the longer the diagram is. Our joins do not look at what is predicted further ahead.
TaskSpec._predict = _predict
TaskSpec._update = _update


class PersonStep(UserTask):
    """A user or manual task: ready until a person completes it."""


class JobStep(UserTask):
    """A service or send task: ready until its job has run. `manual`, so that SpiffWorkflow leaves it alone."""


class FanOutStep(UserTask):
    """A step for several members, or one that calls another process: ready until they are done."""


class Start(BpmnSpecMixin):
    """One of several start events of a process: it has happened when a run begins there."""


class StartChoice(BpmnSpecMixin):
    """Leads to the start event at which the run begins."""

    def _predict_hook(self, my_task: Any) -> None:
        my_task._sync_children(self.outputs, state=TaskState.MAYBE)

    def _run_hook(self, my_task: Any) -> bool:
        begins_at = my_task.workflow.top_workflow.begins_at
        my_task._sync_children([self._wf_spec.task_specs[begins_at]], TaskState.FUTURE)
        return True


class LoopCheck(BpmnSpecMixin):
    """Behind the step of a loop: leads back to it for another round, or out.

    The rounds are counted in the task of the scope, which lives as long as the loop.
    """

    def __init__(
        self, wf_spec: Any, name: str, *, condition: str | None, maximum: int | None, before: bool, **more: Any
    ) -> None:
        super().__init__(wf_spec, name, **more)
        self.condition = condition
        self.maximum = maximum
        self.before = before

    def _predict_hook(self, my_task: Any) -> None:
        my_task._sync_children(self.outputs, state=TaskState.MAYBE)

    def _run_hook(self, my_task: Any) -> bool:
        workflow = my_task.workflow
        scope = workflow.parent_workflow.tasks[workflow.parent_task_id]
        rounds = scope.internal_data.get("rounds", 0 if self.before else 1)
        again = self._goes_on(my_task, rounds)
        scope._set_internal_data(rounds=rounds + 1)
        self._lead(my_task, out=not again)
        return True

    def leave(self, my_task: Any) -> None:
        """Lead out of the loop without asking."""
        self._lead(my_task, out=True)

    def _lead(self, my_task: Any, *, out: bool) -> None:
        chosen = [output for output in self.outputs if output.name.endswith(".end") is out]
        my_task._sync_children(chosen, TaskState.FUTURE)

    def _goes_on(self, task: Any, rounds: int) -> bool:
        if self.maximum is not None and rounds >= self.maximum:
            return False
        if self.condition is None:
            return True
        return as_truth(
            self.condition, task.workflow.script_engine.environment.value(self.condition, loopCounter=rounds)
        )


class RuleStep(BpmnSpecMixin):
    """A business rule task: asks a decision table of the package."""

    def _run_hook(self, my_task: Any) -> bool:
        my_task.workflow.top_workflow.program.decide(my_task.workflow.top_workflow, self.bpmn_id)
        return True


def as_truth(condition: str, value: Any) -> bool:
    """The value of a condition. Raises StepFailed when it is neither true nor false."""
    if value is True or value is False:
        return bool(value)
    raise StepFailed(f"The condition “{condition.strip()}” must give true or false; it gives {value!r}.")


class ConditionalFlow:
    """A condition on a sequence flow; anything but true or false stops the step."""

    def __init__(self, expression: str) -> None:
        self.args = [expression]

    def _matches(self, task: Any) -> bool:
        return as_truth(self.args[0], task.workflow.script_engine.evaluate(task, self.args[0]))


class Conditions:
    """Gateways that build our conditions instead of SpiffWorkflow's."""

    def connect_outgoing_if(self: Any, condition: str | None, taskspec: Any) -> None:
        if condition is None:
            self.connect(taskspec)
        else:
            self.connect_if(ConditionalFlow(condition), taskspec)


class Exclusive(Conditions, ExclusiveGateway):
    """One way of several: the first whose condition holds, else the default flow."""


class Join:
    """What joins have in common: each token that arrives waits, and notes the flow it came by.

    SpiffWorkflow's own joins search the tree for where tokens came from and where they may still come from; they
    count tokens of an earlier round of a loop again, and drop branches that still run.
    """

    def _update_hook(self: Any, task: Any) -> bool:
        if "came_by" not in task.internal_data:
            task._set_internal_data(came_by=task.parent.task_spec.name)
        task._set_state(TaskState.WAITING)
        tokens = self._tokens(task)
        if not self._may_go_on(task.workflow, tokens):
            return False
        for token in tokens.values():
            if token is not task:
                token.cancel()
        return True

    def _tokens(self: Any, task: Any) -> dict[str, Any]:
        """The token that has waited longest on each flow; on its own flow that is `task`."""
        waiting = [other for other in task.workflow.tasks.values() if other.task_spec is self]
        tokens: dict[str, Any] = {task.internal_data["came_by"]: task}
        for token in waiting:
            if token.has_state(TaskState.WAITING) and "came_by" in token.internal_data:
                tokens.setdefault(token.internal_data["came_by"], token)
        return tokens


class Parallel(Join, ParallelGateway):
    """Goes on when a token has come by every flow, and takes one of each; further tokens wait for the next round."""

    def _may_go_on(self, workflow: Any, tokens: dict[str, Any]) -> bool:
        return tokens.keys() == set(self._inputs)

    def _run_hook(self, task: Any) -> bool:
        return True


class Inclusive(Conditions, Join, InclusiveGateway):
    """Goes on when no more token can come: BPMN 2.0, table 13.3.

    A token elsewhere is waited for if it can reach a flow that has no token yet, unless it can also reach one that has.
    """

    def _may_go_on(self, workflow: Any, tokens: dict[str, Any]) -> bool:
        arrived = self._upstream(tokens)
        missing = self._upstream(name for name in self._inputs if name not in tokens) - arrived
        return not any(task.task_spec.name in missing and is_token(task) for task in workflow.tasks.values())

    def _upstream(self, names: Iterable[str]) -> set[str]:
        """The names of the steps from which the steps `names` can be reached without coming through here."""
        seen: set[str] = {self.name}
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self._wf_spec.task_specs[name]._inputs)
        return seen - {self.name}

    def _run_hook(self, task: Any) -> bool:
        matches, defaults = self._get_matching_outputs(task)
        if not (matches or defaults):
            raise StepFailed("No condition of this gateway holds, and it has no default flow.")
        task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


def is_token(task: Any) -> bool:
    """Whether the process is at `task`, or just about to come to it."""
    return bool(task.has_state(LIVE) or (task.has_state(TaskState.FUTURE) and task.parent.state == TaskState.COMPLETED))


class EventGateway(EventBasedGateway):
    """Waits for several events and goes the way of the one that happens first."""

    def choose(self, task: Any, step: str) -> None:
        """Let the event of the following step `step` happen."""
        task._set_internal_data(chosen=step)

    def _update_hook(self, task: Any) -> bool:
        task._set_state(TaskState.WAITING)
        return "chosen" in task.internal_data

    def _run_hook(self, task: Any) -> bool:
        chosen = self._wf_spec.task_specs[task.internal_data["chosen"]]
        task._sync_children([chosen], TaskState.FUTURE)
        return True
