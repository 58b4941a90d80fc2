"""One step of an instance: let something happen, advance to the next wait states, and project them into rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, Strike, drop_incidents, timer_due, withdraw, withdraw_fan_outs
from engine.deadlines import Calendar, count_working_days, late_start_of, next_strike
from engine.definitions import program_for
from engine.diagram import Step
from engine.errors import StepFailed
from engine.members import drawn_members
from engine.models import FanOut, Instance, Subscription, Task
from engine.outgoing import send_out
from engine.remembering import let_stay
from engine.spiff import Failure, Program, Run, Wait
from engine.spiff.expressions import evaluate
from engine.states import COMPLETED, INSTANCE, change
from engine.variables import counts

Act = Callable[[Run], list[Failure]]
SUBSCRIBED = {"message", "signal"}


@dataclass(frozen=True)
class Before:
    """How an instance stood before the task `task_id` was completed."""

    task_id: int
    blob: bytes
    variables: dict[str, Any]
    remembered: dict[str, Any] | None


def run_of(instance: Instance, program: Program, variables: dict[str, Any], now: datetime) -> Run:
    """A run of an instance over `variables`, which it changes in place; it stands nowhere yet."""
    return Run(program, instance.process, variables, now, nested=instance.parent_id is not None)


def waits_of(instance: Instance, program: Program, blob: bytes, now: datetime) -> dict[str, Wait]:
    """Every place where an instance waits, by token, in a state `blob` of it. No statement."""
    run = run_of(instance, program, dict(instance.variables), now)
    run.restore(blob)
    return run.waits()


def advance(
    session: Session,
    changes: Changes,
    instance: Instance,
    program: Program,
    act: Act,
    *,
    closed: str | None = None,
    before: Before | None = None,
) -> dict[str, Wait]:
    """Let `act` happen in `instance` and project the wait states that follow; returns all there are then, by token.

    `closed` is the token whose task the caller closes itself. With `before`, it can be taken back until something else
    happens.
    """
    old = instance.blob, instance.variables
    variables = dict(instance.variables)
    run = run_of(instance, program, variables, changes.now)
    run.restore(instance.blob)
    standing, held = run.waits(), set(run.blocked)
    failures = act(run)
    stays, more = let_stay(session, changes, instance, run, known=standing)
    failures += more
    instance.variables = variables
    after = run.waits()
    gone = {token: wait for token, wait in standing.items() if token not in after}
    project(changes, instance, run, failures, known=set(standing))
    instance.blob = run.dump()
    new = {wait.kind for token, wait in after.items() if token not in standing}
    kinds = new | {wait.kind for wait in gone.values()}
    can_be_undone = run.blocked == held and "fan_out" not in kinds and not run.thrown
    if before is not None and can_be_undone:
        instance.undo = _undo(before, instance)
    elif (instance.blob, instance.variables) != old:
        instance.undo = None
    take_back(session, changes, instance, gone, closed)
    if released := held - run.blocked:
        withdraw(session, instance.id, list(released), people=False, now=changes.now)
        drop_incidents(session, instance.id, released, now=changes.now)
    for stay in stays:
        registry.emit(session, "step_stays", stay=stay, now=changes.now)
    if run.ended:
        end(session, changes, instance, program, "complete")
    return after


def _undo(before: Before, instance: Instance) -> bytes:
    """What leads back to how the instance stood, as bytes: the state, and the variables that are others now."""
    now = instance.variables
    old = {name: value for name, value in before.variables.items() if name not in now or now[name] != value}
    new = [name for name in now if name not in before.variables]
    kept = {"old": old, "new": new, "remembered": before.remembered}
    return orjson.dumps({"task": before.task_id, "blob": before.blob.decode(), **kept})


def project(changes: Changes, instance: Instance, run: Run, failures: list[Failure], *, known: set[str]) -> None:
    """Ask for the rows of every wait state that is not `known`."""
    send_out(changes, instance, run)
    for failure in failures:
        changes.stop(instance, run.program, failure.token, failure.step, failure.problem)
    waits = run.waits()
    for token, wait in waits.items():
        if token not in known:
            _open(changes, instance, run, wait)
    if not (waits or run.blocked or run.ended):
        # No diagram that passed the checks should come here; if one does, it must not fall silent.
        changes.incident(instance, "", None, "The process stands still: no step waits, and its end was not reached.")


def _open(changes: Changes, instance: Instance, run: Run, wait: Wait) -> None:
    step = run.program.step(wait.step)
    if wait.kind == "person":
        changes.people.append((instance, wait.token, step, run.program))
    elif wait.kind == "job":
        changes.job("service", instance.id, wait.token, changes.now, step=step.id)
    elif wait.kind == "fan_out":
        _or_block(changes, instance, run, wait, _open_fan_out)
    else:
        _or_block(changes, instance, run, wait, _open_event)


def _or_block(
    changes: Changes,
    instance: Instance,
    run: Run,
    wait: Wait,
    open_: Callable[[Changes, Instance, Program, Wait], None],
) -> None:
    """Open a wait state, or block its token when what it waits for cannot be worked out."""
    try:
        open_(changes, instance, run.program, wait)
    except StepFailed as error:
        run.blocked.add(wait.token)
        changes.stop(instance, run.program, wait.token, wait.step, str(error))


def _open_fan_out(changes: Changes, instance: Instance, program: Program, wait: Wait) -> None:
    step = program.step(wait.step)
    members = drawn_members(program, instance, step, changes.now)
    changes.fan_outs.append(
        {
            "instance_id": instance.id,
            "token": wait.token,
            "step": step.id,
            "population": step.over or "",
            "sequential": step.repetition is not None and step.repetition.kind == "sequential",
        }
    )
    listed = {} if members is None else {"members": [[m.name, m.subject, m.variables] for m in members]}
    changes.job("gather", instance.id, wait.token, changes.now, step=step.id, **listed)


def _open_event(changes: Changes, instance: Instance, program: Program, wait: Wait) -> None:
    open_event(changes, instance, program, wait, since=changes.now)


def open_event(
    changes: Changes,
    instance: Instance,
    program: Program,
    wait: Wait,
    *,
    since: datetime,
    struck_until: datetime | None = None,
) -> None:
    """Ask for the rows of an event that is waited for; a timer counts from `since`. Raises StepFailed.

    One that comes again goes on behind the times until `struck_until` at which it has struck.
    """
    step = program.step(wait.step)
    if wait.kind == "timer":
        strike = timer_due(program, step, instance.variables, since, repeats=not step.interrupts)
        if strike.cycle is not None and struck_until is not None and strike.due <= struck_until:
            again = next_strike(strike.cycle, strike.due, struck_until)
            strike = strike if again is None else Strike(*again)
        days = late_start_of(instance.variables)
        if days is not None and strike.due <= since:
            # One day after the task that it ends, whose deadline is moved by the same rule.
            strike = Strike(count_working_days(days + 1, since, Calendar()), working=days + 1)
        changes.timer(instance, wait.token, step.id, strike, since=since)
    elif wait.kind in SUBSCRIBED:
        key = correlation_of(program, step, instance.variables, changes.now)
        subscription = {"instance_id": instance.id, "token": wait.token, "kind": wait.kind, "correlation": key}
        changes.subscriptions.append({**subscription, "message": step.reference or ""})


def correlation_of(program: Program, step: Step, variables: dict[str, Any], now: datetime) -> str:
    """The key by which a message finds this instance. Raises StepFailed."""
    text = step.settings.get("correlate")
    return "" if text is None else str(program.evaluate(text, variables, now))


def open_again(
    changes: Changes, instance: Instance, program: Program, waits: list[Wait], *, task: Task, done_at: datetime
) -> None:
    """Ask for the rows of wait states that are back, with those of `task`; what is beside it counts from its hand-out.

    What had struck, or was told to be late, when the task was done (`done_at`) does not do so again. Raises StepFailed.
    """
    step = program.step(task.step)
    for wait in waits:
        drawn = program.step(wait.step)
        if wait.kind == "person":
            changes.people.append((instance, wait.token, drawn, program))
        elif wait.kind == "job":
            changes.job("service", instance.id, wait.token, changes.now, step=drawn.id)
        else:
            beside = drawn.attached_to == step.id
            since = task.created_at if beside else changes.now
            open_event(changes, instance, program, wait, since=since, struck_until=done_at if beside else None)
    if task.due_at is not None:
        changes.wind_clock(instance.id, task.token, step, task.due_at, after=done_at)


def take_back(
    session: Session, changes: Changes, instance: Instance, gone: dict[str, Wait], closed: str | None = None
) -> None:
    """Take back the rows of wait states that are `gone`, but for the task at `closed`."""
    if not gone:
        return
    kinds = {wait.kind for token, wait in gone.items() if token != closed}
    withdraw(session, instance.id, list(gone), people="person" in kinds, now=changes.now)
    if kinds & SUBSCRIBED:
        session.execute(
            delete(Subscription).where(Subscription.instance_id == instance.id, Subscription.token.in_(gone))
        )
    if "fan_out" in kinds:
        withdraw_fan_outs(session, changes, instance.id, list(gone))


def end(session: Session, changes: Changes, instance: Instance, program: Program, event: str) -> None:
    """Close an instance that has come to its end (`event`: complete, or cancel), and count it for its parent."""
    instance.state = change(INSTANCE, instance.state, event)
    instance.suspended_at = instance.suspended_with = None
    instance.ended_at = changes.now
    instance.blob = b""
    if event == "cancel":
        instance.undo = None
    changes.record(instance, f"instance_{instance.state}", None, None)
    registry.emit(session, "instance_ended", instance=instance, now=changes.now)
    if instance.parent_id is not None:
        count_member(session, changes, instance, program)


_DEFINITION_OF_PARENT = (
    select(Instance.definition_id).where(Instance.id == FanOut.instance_id).scalar_subquery().label("definition_id")
)
_COUNT = (
    update(FanOut)
    .where(FanOut.instance_id == bindparam("parent"), FanOut.token == bindparam("parent_token"), FanOut.state == "open")
    .values(done=FanOut.done + bindparam("more_done"), total=FanOut.total - bindparam("less_total"))
    .returning(FanOut.id, FanOut.done, FanOut.total, FanOut.step, FanOut.sequential, _DEFINITION_OF_PARENT)
)


def count_member(session: Session, changes: Changes, instance: Instance, program: Program) -> None:
    """Count a member that ended for the fan-out it belongs to; ask for the parent to go on when it may.

    One that was cancelled is not waited for: there is one less of them.
    """
    more, less = (1, 0) if instance.state == COMPLETED else (0, 1)
    place = {"parent": instance.parent_id, "parent_token": instance.parent_token}
    row = session.connection().execute(_COUNT, {**place, "more_done": more, "less_total": less}).one_or_none()
    if row is None:
        return
    if row.definition_id != instance.definition_id:
        # A member of a call activity, or one that was not migrated with its parent, runs another program.
        program = program_for(session, row.definition_id)
    if _may_go_on(program, row.step, row.done, row.total, changes.now):
        ask_to_go_on(changes, instance.parent_id, instance.parent_token, row.step)
    elif row.sequential:
        changes.job("members", None, None, changes.now, fan_out=row.id)


def _may_go_on(program: Program, step: str, done: int, total: int, now: datetime) -> bool:
    try:
        return is_satisfied(program, step, done, total, now)
    except StepFailed:
        # The parent's job meets the same error, and it becomes the parent's incident, not this member's.
        return True


def is_satisfied(program: Program, step: str, done: int, total: int, now: datetime) -> bool:
    """Whether a fan-out is complete: all its members are done, or its completion condition holds."""
    condition = program.step(step).completion
    if done >= total or condition is None:
        return done >= total
    return evaluate(condition, counts(done, total), now, None) is True


def ask_to_go_on(changes: Changes, parent_id: int | None, token: str | None, step: str) -> None:
    """Ask for the parent of a complete fan-out to go on, as a job of its own."""
    changes.job("fan_out_done", parent_id, token, changes.now, step=step)
