"""One step of an instance: let something happen, advance to the next wait states, and project them into rows."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes, drop_incidents, timer_due, withdraw, withdraw_fan_outs
from engine.errors import StepFailed
from engine.models import FanOut, Instance, Subscription
from engine.spiff import Failure, Program, Run, Wait
from engine.spiff.expressions import evaluate

Act = Callable[[Run], list[Failure]]


def advance(
    session: Session, changes: Changes, instance: Instance, program: Program, act: Act, *, closed: str | None = None
) -> None:
    """Let `act` happen in `instance` and project the wait states that follow.

    `closed` is the token whose task the caller closes itself.
    """
    variables = dict(instance.variables)
    run = Run(program, instance.process, variables, changes.now)
    run.restore(instance.blob)
    before, held = run.waits(), set(run.blocked)
    failures = act(run)
    instance.variables = variables
    after = run.waits()
    gone = {token: wait for token, wait in before.items() if token not in after}
    project(changes, instance, run, failures, known=set(before))
    instance.blob = run.dump()
    _withdraw(session, changes, instance, gone, closed)
    if held - run.blocked:
        drop_incidents(session, instance.id, held - run.blocked, now=changes.now)
    if run.ended:
        end(session, changes, instance, program, "completed")


def project(changes: Changes, instance: Instance, run: Run, failures: list[Failure], *, known: set[str]) -> None:
    """Ask for the rows of every wait state that is not `known`."""
    for failure in failures:
        changes.incident(instance, failure.token, failure.step, failure.problem)
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
        changes.fan_outs.append(
            {"instance_id": instance.id, "token": wait.token, "step": step.id, "population": step.over or ""}
        )
        changes.job("gather", instance.id, wait.token, changes.now, step=step.id)
    else:
        try:
            _open_event(changes, instance, run.program, wait)
        except StepFailed as error:
            run.blocked.add(wait.token)
            changes.incident(instance, wait.token, wait.step, str(error))


def _open_event(changes: Changes, instance: Instance, program: Program, wait: Wait) -> None:
    step = program.step(wait.step)
    if wait.kind == "timer":
        due = timer_due(program, step, instance.variables, changes.now)
        changes.job("timer", instance.id, wait.token, due, step=step.id)
    else:
        text = step.settings.get("correlate")
        key = "" if text is None else str(program.evaluate(text, instance.variables, changes.now))
        changes.subscriptions.append(
            {"instance_id": instance.id, "token": wait.token, "message": step.message or "", "correlation": key}
        )


def _withdraw(
    session: Session, changes: Changes, instance: Instance, gone: dict[str, Wait], closed: str | None
) -> None:
    if not gone:
        return
    kinds = {wait.kind for token, wait in gone.items() if token != closed}
    withdraw(session, instance.id, list(gone), people="person" in kinds, now=changes.now)
    if "message" in kinds:
        session.execute(
            delete(Subscription).where(Subscription.instance_id == instance.id, Subscription.token.in_(gone))
        )
    if kinds & {"job", "fan_out"}:
        drop_incidents(session, instance.id, set(gone), now=changes.now)
    if "fan_out" in kinds:
        withdraw_fan_outs(session, changes, instance.id, list(gone))


def end(session: Session, changes: Changes, instance: Instance, program: Program, state: str) -> None:
    """Close an instance that has come to its end, and count it for its parent."""
    instance.state = state
    instance.ended_at = changes.now
    instance.blob = b""
    changes.record(instance, f"instance_{state}", None, None)
    registry.emit(session, "instance_ended", instance=instance, now=changes.now)
    if instance.parent_id is not None:
        count_member(session, changes, instance, program)


def count_member(session: Session, changes: Changes, instance: Instance, program: Program) -> None:
    """Count a member that ended for the fan-out it belongs to; ask for the parent to go on when it may.

    One that was cancelled is not waited for: there is one less of them.
    """
    count = {"done": FanOut.done + 1} if instance.state == "completed" else {"total": FanOut.total - 1}
    row = session.execute(
        update(FanOut)
        .where(FanOut.instance_id == instance.parent_id, FanOut.token == instance.parent_token)
        .where(FanOut.state == "open")
        .values(count)
        .returning(FanOut.done, FanOut.total, FanOut.step)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is not None and _may_go_on(program, row.step, row.done, row.total, changes.now):
        ask_to_go_on(changes, instance.parent_id, instance.parent_token)


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
    return evaluate(condition, {"done": done, "total": total}, now, None) is True


def ask_to_go_on(changes: Changes, parent_id: int | None, token: str | None) -> None:
    """Ask for the parent of a complete fan-out to go on, as a job of its own."""
    changes.job("fan_out_done", parent_id, token, changes.now)
