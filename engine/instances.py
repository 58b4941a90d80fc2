"""Starting, reading and ending instances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.changes import Changes, drop_incidents, tell_taken_away, withdraw_fan_outs
from engine.definitions import program_for, program_of
from engine.errors import Conflict, NotFound
from engine.members import called_definition
from engine.models import Definition, FanOut, Instance, Job, Subscription, Task
from engine.registry import Member
from engine.spiff import Failure, Program, Run
from engine.states import CANCELLED, INSTANCE, RUNNING, UNFINISHED, change
from engine.stepping import end, project, run_of


@dataclass(frozen=True)
class StartEvent:
    """A start event that has happened: its id, and what the instance runs for where only one at a time may."""

    step: str
    key: str | None = None


def start(
    session: Session,
    definition: Definition,
    *,
    name: str,
    by: str | None,
    now: datetime,
    subject: str | None = None,
    variables: dict[str, Any] | None = None,
    event: StartEvent | None = None,
) -> Instance:
    """Start an instance of `definition` and go on to its first wait states.

    It begins at the start `event` that has happened, or at the one that waits for nothing. Raises Conflict when there
    is none.
    """
    program = program_of(session, definition.id, definition.checksum)
    if event is None and program.plain_start is None:
        raise Conflict(f"“{definition.name}” starts by itself, when the message comes or the time that it waits for.")
    instance = Instance(
        definition_id=definition.id,
        process=program.diagram.key,
        name=name,
        subject=subject,
        initiator=by,
        state=RUNNING,
        variables=dict(variables or {}),
        blob=b"",
        started_at=now,
        started_for=None if event is None else event.key,
    )
    changes = Changes(now)
    _begin(session, changes, [instance], program, None if event is None else event.step)
    changes.write(session)
    session.flush()
    return instance


def start_members(
    session: Session, changes: Changes, parent: Instance, fan_out: FanOut, members: Sequence[Member]
) -> None:
    """Start one instance for each member of a fan-out of `parent`, all in a few statements.

    They know all that the parent knows; those of another process only what they are handed.
    """
    definition_id, process, known = parent.definition_id, fan_out.step, parent.variables
    program = program_for(session, definition_id)
    step = program.step(fan_out.step)
    if step.called is not None:
        definition = called_definition(session, step, parent)
        definition_id, process, known = definition.id, definition.key, {}
        program = program_of(session, definition.id, definition.checksum)
    instances = [
        Instance(
            definition_id=definition_id,
            process=process,
            parent_id=parent.id,
            parent_token=fan_out.token,
            root_id=parent.root_id,
            name=member.name,
            subject=member.subject,
            initiator=parent.initiator,
            state=RUNNING,
            variables={**known, **member.variables},
            blob=b"",
            started_at=changes.now,
            called_at=parent.called_at or (None if step.called is None else step.id),
        )
        for member in members
    ]
    _begin(session, changes, instances, program)


def _begin(
    session: Session, changes: Changes, instances: Sequence[Instance], program: Program, at: str | None = None
) -> None:
    """Store new instances at their first wait states.

    Where the way there depends on no variable, it is gone once and the others share its state.
    """
    runs: list[tuple[Instance, Run, list[Failure]]] = []
    shared: Run | None = None
    for instance in instances:
        run = shared or run_of(instance, program, dict(instance.variables), changes.now)
        failures = [] if shared else run.begin(at)
        if shared is None:
            instance.variables = run.variables
            content = run.dump()
        instance.blob = content
        runs.append((instance, run, failures))
        if not failures and not run.consulted_variables and not run.ended:
            shared = run
    session.add_all(instances)
    session.flush()
    for instance, run, failures in runs:
        _open_first(session, changes, instance, run, failures)


def _open_first(session: Session, changes: Changes, instance: Instance, run: Run, failures: list[Failure]) -> None:
    if instance.root_id is None:
        instance.root_id = instance.id
    changes.record(instance, "instance_started", None, instance.initiator)
    blocked = set(run.blocked)
    project(changes, instance, run, failures, known=set())
    if run.blocked:
        instance.blob = run.dump()
    # Where members share the run, what blocks this one says nothing about the next.
    run.blocked = blocked
    if run.ended:
        end(session, changes, instance, run.program, "complete")


def lock(session: Session, instance_id: int) -> tuple[Instance, Program]:
    """The instance, locked for change until the transaction ends, and its program. Raises NotFound.

    It is read again: what the session has read of it before may be old by now. What it has changed is written first.
    """
    session.flush()
    row = session.execute(
        select(Instance, Definition.checksum)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Instance.id == instance_id)
        .with_for_update(of=Instance, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such case.")
    return row[0], program_of(session, row[0].definition_id, row[1])


def set_variables(
    session: Session, instance_id: int, values: dict[str, Any], *, by: str | None, reason: str, now: datetime
) -> None:
    """Let an instance know something otherwise from now on, with the reason in its history. Raises NotFound."""
    instance, _ = lock(session, instance_id)
    old = {name: instance.variables.get(name) for name in values}
    instance.variables, instance.undo = {**instance.variables, **values}, None
    changes = Changes(now)
    changes.record(instance, "variables_changed", None, by, reason=reason, old=old, new=values)
    changes.write(session)


def cancel(session: Session, instance_id: int, *, by: str | None, reason: str, now: datetime) -> None:
    """End an instance before its time, with the reason in its history. Its members are cancelled by jobs."""
    instance, program = lock(session, instance_id)
    change(INSTANCE, instance.state, "cancel")
    changes = Changes(now)
    changes.record(instance, "cancel_asked", None, by, reason=reason)
    session.execute(delete(Job).where(Job.instance_id == instance.id))
    taken = session.execute(
        update(Task)
        .where(Task.instance_id == instance.id, Task.state.in_(UNFINISHED))
        .values(state=CANCELLED, closed_at=now)
        .returning(Task.id, Task.assignee)
        .execution_options(synchronize_session=False)
    )
    tell_taken_away(session, [(task_id, person) for task_id, person in taken], now)
    session.execute(delete(Subscription).where(Subscription.instance_id == instance.id))
    drop_incidents(session, instance.id, None, now=now)
    withdraw_fan_outs(session, changes, instance.id, by=by, reason=reason)
    end(session, changes, instance, program, "cancel")
    changes.write(session)
