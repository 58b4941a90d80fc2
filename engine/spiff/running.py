"""One run of a process: from wait state to wait state."""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import NotWaiting, StepFailed
from engine.spiff import codec
from engine.spiff.expressions import ScriptEngine
from engine.spiff.program import Program
from engine.spiff.specs import LIVE, EventGateway, FanOutStep, JobStep, PersonStep, Timer

# SpiffWorkflow describes every state change for its log, expensively, unless its loggers are raised.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_STEPS = 10_000
COMPACT_EVERY = 50


@dataclass(frozen=True)
class Wait:
    """A place where a run waits: for a person, a job, a timer, a message, or the members of a population."""

    kind: str
    token: str
    step: str


@dataclass(frozen=True)
class Failure:
    """A step that could not be carried out; its token is blocked until it is retried."""

    token: str
    step: str
    problem: str


class _Workflow(BpmnWorkflow):
    """A workflow that knows its program, for the steps that need it."""

    def __init__(self, program: Program, process: str, engine: ScriptEngine, *, deserializing: bool) -> None:
        self.program = program
        super().__init__(program.specs[process], program.specs, script_engine=engine, deserializing=deserializing)
        self.script_engine = engine


class Run:
    """A run in memory. `variables` is shared with the caller and changed in place."""

    def __init__(self, program: Program, process: str, variables: dict[str, Any], now: datetime) -> None:
        self.program = program
        self.process = process
        self.variables = variables
        self.engine = ScriptEngine(variables, now, program.dictionary)
        self.blocked: set[str] = set()
        self.workflow: _Workflow

    def begin(self) -> list[Failure]:
        """Start at the start event and go on to the first wait states."""
        self.workflow = _Workflow(self.program, self.process, self.engine, deserializing=False)
        return self._advance()

    def restore(self, content: bytes) -> None:
        """Take up the state that `dump` wrote."""
        self.workflow = _Workflow(self.program, self.process, self.engine, deserializing=True)
        self.blocked = codec.load(self.workflow, content)

    def dump(self) -> bytes:
        """The state as bytes, compacted."""
        return codec.dump(self.workflow, self.blocked)

    @property
    def ended(self) -> bool:
        """Whether the process has come to its end."""
        return bool(self.workflow.completed)

    @property
    def consulted_variables(self) -> bool:
        """Whether anything so far depended on the variables; if not, other runs can share this state."""
        return self.engine.environment.consulted

    def complete(self, token: str) -> list[Failure]:
        """Finish the step that waits at `token` and go on. Raises NotWaiting when nothing waits there."""
        self._task(token, TaskState.READY).run()
        return self._advance()

    def trigger(self, token: str) -> list[Failure]:
        """Let the timer or message that waits at `token` happen and go on."""
        gateway, _, chosen = token.partition(":")
        task = self._task(gateway, TaskState.WAITING)
        if chosen:
            task.task_spec.choose(task, chosen)
        else:
            task._set_internal_data(event_fired=True)
        task.task_spec._update(task)
        return self._advance()

    def retry(self, token: str) -> list[Failure]:
        """Try the blocked step at `token` again."""
        self.blocked.discard(token)
        return self._advance()

    def waits(self) -> dict[str, Wait]:
        """Every place where this run waits, by token."""
        return {wait.token: wait for wait in self._waits() if wait.token not in self.blocked}

    def _waits(self) -> Iterator[Wait]:
        for task in self.workflow.get_tasks(state=TaskState.READY | TaskState.WAITING):
            spec, token = task.task_spec, task.id.hex
            if task.has_state(TaskState.READY):
                kind = _READY_KINDS.get(type(spec))
                if kind:
                    yield Wait(kind, token, spec.bpmn_id)
            elif isinstance(spec, EventGateway):
                for definition, child in zip(spec.event_definition.event_definitions, spec.outputs, strict=True):
                    yield Wait(_event_kind(definition), f"{token}:{child.bpmn_id}", child.bpmn_id)
            elif isinstance(spec, CatchingEvent):
                yield Wait(_event_kind(spec.event_definition), token, spec.bpmn_id)

    def _task(self, token: str, state: int) -> Task:
        """The task at `token`, in one of the states `state`. Raises NotWaiting."""
        task = self._find(token, state)
        if task is None:
            raise NotWaiting("This step is not waiting any more.")
        return task

    def _find(self, token: str, state: int) -> Task | None:
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            task = workflow.tasks.get(UUID(token))
            if task is not None and task.has_state(state):
                return task
        return None

    def _advance(self) -> list[Failure]:
        failures = self._run_automatic()
        self.blocked = {token for token in self.blocked if self._is_live(token)}
        return failures

    def _is_live(self, token: str) -> bool:
        return self._find(token.partition(":")[0], LIVE) is not None

    def _run_automatic(self) -> list[Failure]:
        """Run what needs nobody until only wait states are left."""
        failures: list[Failure] = []
        for count in range(1, MAX_STEPS + 1):
            task = self._next_automatic()
            if task is None:
                return failures
            try:
                task.run()
            except (StepFailed, SpiffWorkflowException) as error:
                failures.append(self._block(task, error))
            if count % COMPACT_EVERY == 0 and not self.ended:
                # SpiffWorkflow walks the whole tree after each step, and only 1,000 levels deep.
                self.restore(self.dump())
        if task := self._next_automatic():
            circle = StepFailed(f"The process made {MAX_STEPS} steps without a wait: it turns in a circle.")
            failures.append(self._block(task, circle))
        return failures

    def _next_automatic(self) -> Task | None:
        for task in self.workflow.get_tasks_iterator(state=TaskState.READY):
            if not task.task_spec.manual and task.id.hex not in self.blocked:
                return task
        return None

    def _block(self, task: Task, error: Exception) -> Failure:
        task._set_state(TaskState.READY)
        self.blocked.add(task.id.hex)
        step = getattr(task.task_spec, "bpmn_id", None) or task.task_spec.name
        return Failure(task.id.hex, step, str(error))


_READY_KINDS: dict[type, str] = {PersonStep: "person", JobStep: "job", FanOutStep: "fan_out"}


def _event_kind(definition: Any) -> str:
    if isinstance(definition, Timer):
        return "timer"
    if isinstance(definition, MessageEventDefinition):
        return "message"
    return "event"
