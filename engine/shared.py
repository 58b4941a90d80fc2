"""Steps that several people share: one token, and a task for each of them, as the router has named them.

The engine does not know when such a step is done. Whoever does, a vote for instance, closes the tasks one by one, asks
for more of them, and lets the step go on once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.changes import Changes, Given
from engine.definitions import program_for
from engine.diagram import Step
from engine.instances import lock
from engine.models import Instance, Task
from engine.registry import Assignment
from engine.remembering import digest_of, note_given
from engine.spiff import Program
from engine.stepping import advance, waits_of
from engine.suspending import refuse_suspended
from engine.tasks import OpenTask, close, completion_of, record, set_values


@dataclass(frozen=True)
class SharedStep:
    """A shared step that waits at a token of an instance, which is locked."""

    instance: Instance
    program: Program
    step: Step
    token: str


def lock_step(session: Session, task: Task) -> SharedStep:
    """The shared step that a task belongs to, with its instance locked; the task is read again."""
    instance, program = lock(session, task.instance_id)
    session.refresh(task)
    return SharedStep(instance, program, program.step(task.step), task.token)


def waits(session: Session, instance: Instance, token: str, now: datetime) -> bool:
    """Whether an instance waits at a token, as its state tells: for a step whose tasks are all done."""
    program = program_for(session, instance.definition_id)
    return token in waits_of(instance, program, instance.blob, now)


def contribute(session: Session, found: OpenTask, *, by: str, now: datetime) -> None:
    """Close one task of a shared step that was loaded with its lock; the step waits on. Raises Conflict while paused.

    The history notes who has done it, and nothing of what they said.
    """
    task = found.task
    close(task, "complete", by=by, now=now)
    # Whoever has done the step before cannot take it back any more.
    found.instance.undo = None
    record(session, found, "task_completed", by=by, now=now, values={}, **completion_of(task))


def withdraw_one(session: Session, at: SharedStep, task: Task, *, by: str | None, reason: str, now: datetime) -> None:
    """Take back one open task of a shared step; the step waits on. Raises Conflict when it is closed."""
    close(task, "withdraw", by=None, now=now)
    found = OpenTask(task, at.instance, at.program, at.step)
    record(session, found, "task_withdrawn", by=by, now=now, reason=reason)


def hand_out_more(
    session: Session,
    at: SharedStep,
    assignments: Sequence[Assignment],
    *,
    now: datetime,
    since: datetime,
    due: datetime | None = None,
) -> None:
    """Hand out more tasks of a shared step that began at `since`, due as the others (`due`) where that is to come."""
    session.flush()
    changes = Changes(now)
    changes.given.extend(Given(at.instance, at.token, at.step, at.program, one, due, since) for one in assignments)
    changes.write(session)


def go_on(
    session: Session, at: SharedStep, *, answers: Mapping[str, Any], done_by: Sequence[str], now: datetime
) -> dict[str, Any]:
    """Let a shared step go on, once; the tasks of it that are still open are withdrawn.

    `answers` is what its `rf:set` lines may ask for; `done_by` who has a part in it, the first of them before all
    others. Returns what was put into the variables. Raises Conflict while the instance is suspended, and StepFailed.
    """
    instance, program, step, token = at.instance, at.program, at.step, at.token
    refuse_suspended(instance)
    session.flush()
    values = set_values(program, step, instance.variables, dict(answers), now=now)
    people = {**instance.variables.get("done_by", {}), step.id: list(done_by)}
    instance.variables = {**instance.variables, **values, "done_by": people}
    changes = Changes(now)
    given = digest_of(answers)
    note_given(instance, step.id, given)
    settled = {"values": values, "given": given, "token": token, "by": list(done_by)}
    changes.record(instance, "step_settled", step.id, None, **settled)
    advance(session, changes, instance, program, lambda run: run.complete(token))
    changes.write(session)
    return values
