"""Starting, reading and ending instances."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.changes import Changes, drop_incidents, withdraw_fan_outs
from engine.definitions import program_for, program_of
from engine.errors import Conflict, NotFound
from engine.models import Definition, FanOut, Instance, Job, Subscription, Task
from engine.registry import Member
from engine.spiff import Failure, Program, Run
from engine.stepping import end, project


def start(
    session: Session,
    definition: Definition,
    *,
    name: str,
    by: str | None,
    now: datetime,
    subject: str | None = None,
    variables: dict[str, Any] | None = None,
) -> Instance:
    """Start an instance of `definition` and go on to its first wait states."""
    program = program_of(session, definition.id, definition.checksum)
    instance = Instance(
        definition_id=definition.id,
        process=program.diagram.key,
        name=name,
        subject=subject,
        initiator=by,
        state="running",
        variables=dict(variables or {}),
        blob=b"",
        started_at=now,
    )
    changes = Changes(now)
    _begin(session, changes, [instance], program)
    changes.write(session)
    session.flush()
    return instance


def start_members(
    session: Session, changes: Changes, parent: Instance, fan_out: FanOut, members: Sequence[Member]
) -> None:
    """Start one instance for each member of a fan-out of `parent`, all in a few statements."""
    program = program_for(session, parent.definition_id)
    instances = [
        Instance(
            definition_id=parent.definition_id,
            process=fan_out.step,
            parent_id=parent.id,
            parent_token=fan_out.token,
            root_id=parent.root_id,
            name=member.name,
            subject=member.subject,
            initiator=parent.initiator,
            state="running",
            variables={**parent.variables, **member.variables},
            blob=b"",
            started_at=changes.now,
        )
        for member in members
    ]
    _begin(session, changes, instances, program)


def _begin(session: Session, changes: Changes, instances: Sequence[Instance], program: Program) -> None:
    """Store new instances at their first wait states.

    Where the way there depends on no variable, it is gone once and the others share its state.
    """
    runs: list[tuple[Instance, Run, list[Failure]]] = []
    shared: Run | None = None
    for instance in instances:
        run = shared or Run(program, instance.process, dict(instance.variables), changes.now)
        failures = [] if shared else run.begin()
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
    project(changes, instance, run, failures, known=set())
    if run.blocked:
        instance.blob = run.dump()
    if run.ended:
        end(session, changes, instance, run.program, "completed")


def lock(session: Session, instance_id: int) -> tuple[Instance, Program]:
    """The instance, locked for change until the transaction ends, and its program. Raises NotFound."""
    row = session.execute(
        select(Instance, Definition.checksum)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Instance.id == instance_id)
        .with_for_update(of=Instance, key_share=True)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such case.")
    return row[0], program_of(session, row[0].definition_id, row[1])


def cancel(session: Session, instance_id: int, *, by: str | None, reason: str, now: datetime) -> None:
    """End an instance before its time, with the reason in its history. Its members are cancelled by jobs."""
    instance, program = lock(session, instance_id)
    if instance.state != "running":
        raise Conflict("This case has ended already.")
    changes = Changes(now)
    changes.record(instance, "cancel_asked", None, by, reason=reason)
    session.execute(delete(Job).where(Job.instance_id == instance.id))
    session.execute(
        update(Task)
        .where(Task.instance_id == instance.id, Task.state == "open")
        .values(state="cancelled", closed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Subscription).where(Subscription.instance_id == instance.id))
    drop_incidents(session, instance.id, None, now=now)
    withdraw_fan_outs(session, changes, instance.id, by=by, reason=reason)
    end(session, changes, instance, program, "cancelled")
    changes.write(session)
