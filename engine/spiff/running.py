"""One run of a process: from wait state to wait state."""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import NotWaiting, StepFailed
from engine.spiff import codec, moving
from engine.spiff.catching import Catcher, catch, events_of, find_catcher, find_waiting
from engine.spiff.compensating import remember, undo_next
from engine.spiff.event_specs import HELD, Throw
from engine.spiff.expressions import NotSetYet, ScriptEngine
from engine.spiff.program import Program
from engine.spiff.specs import LIVE, FanOutStep, JobStep, PersonStep
from engine.spiff.throwing import Thrown, broadcast, throw, throw_outwards

# SpiffWorkflow describes every state change for its log, expensively, unless its loggers are raised.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_STEPS = 10_000
COMPACT_EVERY = 50


@dataclass(frozen=True)
class Wait:
    """A place where a run waits: for a person, a job, the members of a population, a timer, message or signal, or for
    a condition to hold.
    """

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
        self.begins_at: str | None = None
        super().__init__(program.specs[process], program.specs, script_engine=engine, deserializing=deserializing)
        self.script_engine = engine


class Run:
    """A run in memory. `variables` is shared with the caller and changed in place.

    `nested` says that it is part of another one, which what nobody catches here is handed to. `thrown` is what was
    thrown, in order, since it was taken up.
    """

    def __init__(
        self, program: Program, process: str, variables: dict[str, Any], now: datetime, *, nested: bool = False
    ) -> None:
        self.program = program
        self.process = process
        self.variables = variables
        self.engine = ScriptEngine(variables, now, program.dictionary)
        self.nested = nested
        self.blocked: set[str] = set()
        self.thrown: list[Thrown] = []
        self.workflow: _Workflow

    def begin(self, at: str | None = None) -> list[Failure]:
        """Start at the start event `at`, or the one that waits for nothing, and go on to the first wait states."""
        self.workflow = _Workflow(self.program, self.process, self.engine, deserializing=False)
        self.workflow.begins_at = at or self.program.plain_start
        return self._advance()

    def begin_before(self, step: str) -> list[Failure]:
        """Start before `step` instead of at a start event, and go on. Raises Conflict when there is no such step."""
        self.workflow = _Workflow(self.program, self.process, self.engine, deserializing=False)
        moving.empty(self.workflow)
        moving.put_before(self.workflow, step)
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
        self._carry_out(self._task(token, TaskState.READY))
        return self._advance()

    def trigger(self, token: str, *, stays: bool = False) -> list[Failure]:
        """Let the event that waits at `token` happen and go on. Raises NotWaiting.

        A timer beside a step may stay and strike again.
        """
        waiting, _, chosen = token.partition(":")
        catch(self._task(waiting, TaskState.WAITING), chosen, stays=stays)
        return self._advance()

    def throw(
        self, token: str, kind: str, code: str | None, message: str, payload: dict[str, Any] | None = None
    ) -> list[Failure]:
        """Let the step that waits at `token` throw an error or escalation, and go on. Raises NotWaiting."""
        task = self._task(token, TaskState.READY)
        try:
            throw_outwards(self, task, kind, code, message=message, payload=payload)
        except StepFailed as error:
            return [self._block(task, error)]
        return self._advance()

    def catches(self, token: str, kind: str, code: str | None) -> bool:
        """Whether anything here catches what the step that waits at `token` would throw. Raises NotWaiting."""
        return find_catcher(self._task(token, TaskState.READY), kind, code) is not None

    def signal(self, name: str, payload: dict[str, Any]) -> list[Failure]:
        """Give a signal to everything here that waits for it, and go on. Raises NotWaiting when nothing does."""
        if not broadcast(self, name, payload):
            raise NotWaiting("This case does not wait for the signal any more.")
        return self._advance()

    def retry(self, token: str) -> list[Failure]:
        """Try the blocked step at `token` again."""
        self.blocked.discard(token)
        return self._advance()

    def skip(self, token: str, *, chosen: str | None = None) -> list[Failure]:
        """Pass over the step at `token` as if it were done and go on; `chosen` is what follows where several may.

        Raises NotWaiting, or Conflict when it is not clear what follows.
        """
        gateway, _, event = token.partition(":")
        moving.pass_over(self._task(gateway, LIVE), event or chosen)
        self.blocked.discard(token)
        return self._advance()

    def move(self, token: str, step: str) -> list[Failure]:
        """Take the token away where it is, put it before `step` of the same process or sub-process, and go on.

        Before a step around its sub-process, all of that is taken away with it. What waits there is not waited for any
        more. An empty token stands for all of a process that stands still.
        Raises NotWaiting, or Conflict when there is no such step.
        """
        task = moving.around(self._task(token.partition(":")[0], LIVE), step) if token else None
        workflow = self.workflow if task is None else task.workflow
        # The new one comes first: a process without a token would have come to its end.
        new = moving.put_before(workflow, step)
        if task is None:
            moving.take_away_all(workflow, but=new)
        else:
            moving.take_away(task)
        moving.settle(workflow)
        return self._advance()

    def look_again(self) -> list[Failure]:
        """Let everything that stands before a step begin it, and every join look again, and go on.

        What a state that was written by somebody else than `dump` needs.
        """
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            moving.begin_all(workflow)
            moving.settle(workflow)
        return self._advance()

    def take_away(self, token: str) -> None:
        """Take the token away, with all that runs inside of its step. Raises NotWaiting."""
        moving.take_away(moving.whole(self._task(token.partition(":")[0], LIVE)))

    def take_away_at(self, steps: Collection[str]) -> set[str]:
        """Take away every token at one of these `steps`, before another is moved; returns those at which one was."""
        scopes = (self.workflow, *self.workflow.subprocesses.values())
        return set().union(*(moving.take_away_at(workflow, steps) for workflow in scopes))

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
                continue
            for _, chosen, event in events_of(task):
                if event.kind in _EVENT_KINDS:
                    name = f"{token}:{chosen}" if chosen else token
                    yield Wait(_EVENT_KINDS[event.kind], name, chosen or spec.bpmn_id)

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
                if undo_next(self.workflow) or self._ask_conditions(failures):
                    continue
                return failures
            try:
                self._carry_out(task)
            except (StepFailed, SpiffWorkflowException) as error:
                failures.append(self._block(task, error))
            if count % COMPACT_EVERY == 0 and not self.ended:
                # SpiffWorkflow walks the whole tree after each step, and only 1,000 levels deep.
                self.restore(self.dump())
        if task := self._next_automatic():
            circle = StepFailed(f"The process made {MAX_STEPS} steps without a wait: it turns in a circle.")
            failures.append(self._block(task, circle))
        return failures

    def _carry_out(self, task: Task) -> None:
        """Finish a step that is ready; what is undone first, or cannot be caught, stays where it is."""
        if isinstance(task.task_spec, Throw) and not throw(self, task):
            return
        if task.has_state(TaskState.READY):
            task.run()
            remember(task)

    def _ask_conditions(self, failures: list[Failure]) -> bool:
        """Let the first awaited condition that has come to hold happen; whether there was one."""
        for catcher in find_waiting(self.workflow, "conditional"):
            task, chosen, _ = catcher
            token = f"{task.id.hex}:{chosen}" if chosen else task.id.hex
            if token in self.blocked:
                continue
            try:
                if self._has_come_to_hold(catcher):
                    catch(task, chosen)
                    return True
            except StepFailed as error:
                self.blocked.add(token)
                failures.append(Failure(token, chosen or task.task_spec.bpmn_id, str(error)))
        return False

    def _has_come_to_hold(self, catcher: Catcher) -> bool:
        """Whether a condition holds that did not when it was asked before.

        So it happens once each time, where it does not interrupt. Over a variable that is not set it does not hold.
        """
        task, chosen, event = catcher
        try:
            value = self.engine.environment.evaluate(event.condition or "", {})
        except NotSetYet:
            value = None
        if not isinstance(value, bool | None):
            raise StepFailed(f"The condition “{event.condition}” must give true or false; it gives {value!r}.")
        before = bool(task.internal_data.get(HELD))
        if not chosen:
            task._set_internal_data(**{HELD: bool(value)})
        return bool(value) and not before

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


_EVENT_KINDS = {"timer": "timer", "message": "message", "signal": "signal", "conditional": "condition"}
"""The kinds of event that something outside of the run, or a change of its variables, brings about."""
