"""What each kind of job does. Every function works inside the job's own transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import OVERDUE, Changes, withdraw_fan_outs
from engine.definitions import program_for
from engine.errors import Conflict, NotWaiting, StepFailed
from engine.instances import cancel, lock, start_members
from engine.models import FanOut, Instance, Job, Task
from engine.registry import Member, ServiceCall
from engine.stepping import advance, ask_to_go_on, is_satisfied

MEMBERS_PER_JOB = 50


def run_service(session: Session, job: Job, now: datetime) -> None:
    """Call the handler behind a service step, merge what it returns, and go on."""
    instance, program = lock(session, _instance_id(job))
    token = _token(job)
    step = program.step(job.payload["step"])
    handler = registry.handlers.get(step.settings.get("handler", ""))
    if handler is None:
        raise StepFailed(f"There is no handler “{step.settings.get('handler', '')}” for the step “{step.name}”.")
    variables = dict(instance.variables)
    parameters = {name: program.evaluate(text, variables, now) for name, text in step.parameters}
    result = handler(session, ServiceCall(instance, step, parameters, variables, now))
    instance.variables = {**instance.variables, **(result or {})}
    changes = Changes(now)
    changes.record(instance, "service_done", step.id, None)
    advance(session, changes, instance, program, lambda run: run.complete(token), closed=token)
    changes.write(session)


def fire_timer(session: Session, job: Job, now: datetime) -> None:
    """Let a drawn timer strike."""
    instance, program = lock(session, _instance_id(job))
    token = _token(job)
    changes = Changes(now)
    changes.record(instance, "timer_fired", job.payload.get("step"), None)
    advance(session, changes, instance, program, lambda run: run.trigger(token))
    changes.write(session)


def strike_clock(session: Session, job: Job, now: datetime) -> None:
    """Remind of a task, or tell that it is overdue, and wind the clock for its next stage."""
    task = session.scalar(
        select(Task).where(Task.instance_id == job.instance_id, Task.token == job.token, Task.state == "open")
    )
    if task is None or task.due_at is None:
        return
    step = program_for(session, task.definition_id).step(task.step)
    changes = Changes(now)
    if job.payload["stage"] == OVERDUE:
        registry.emit(session, "task_overdue", task=task, step=step, now=now)
    else:
        registry.emit(session, "task_reminder", task=task, now=now)
    changes.wind_clock(job.instance_id, job.token, step, task.due_at, after=job.due_at)
    changes.write(session)


def gather(session: Session, job: Job, now: datetime) -> None:
    """List the members of a fan-out and ask for their start, some in each job."""
    fan_out = session.scalar(select(FanOut).where(FanOut.instance_id == job.instance_id, FanOut.token == job.token))
    if fan_out is None or fan_out.state != "gathering":
        return
    parent = session.get_one(Instance, fan_out.instance_id)
    population = registry.populations.get(fan_out.population)
    if population is None:
        raise StepFailed(f"There is no population “{fan_out.population}”.")
    members = population(session, parent, now)
    fan_out.total = len(members)
    fan_out.state = "open"
    changes = Changes(now)
    for first in range(0, len(members), MEMBERS_PER_JOB):
        chunk = [[m.name, m.subject, m.variables] for m in members[first : first + MEMBERS_PER_JOB]]
        changes.job("members", None, None, now, fan_out=fan_out.id, members=chunk, key=f"members:{fan_out.id}:{first}")
    if not members:
        ask_to_go_on(changes, fan_out.instance_id, fan_out.token)
    changes.write(session)


def begin_members(session: Session, job: Job, now: datetime) -> None:
    """Start some members of a fan-out."""
    # Whoever closes the fan-out waits for this lock and then cancels these members too, or has closed it already.
    fan_out = session.get_one(FanOut, job.payload["fan_out"], with_for_update=True)
    if fan_out.state != "open":
        return
    parent = session.get_one(Instance, fan_out.instance_id)
    members = [Member(name, subject, variables) for name, subject, variables in job.payload["members"]]
    session.execute(
        update(FanOut)
        .where(FanOut.id == fan_out.id)
        .values(started=FanOut.started + len(members))
        .execution_options(synchronize_session=False)
    )
    changes = Changes(now)
    start_members(session, changes, parent, fan_out, members)
    changes.write(session)


def finish_fan_out(session: Session, job: Job, now: datetime) -> None:
    """Let the parent of a complete fan-out go on; members that still run are cancelled."""
    instance, program = lock(session, _instance_id(job))
    token = _token(job)
    fan_out = session.scalars(
        select(FanOut).where(FanOut.instance_id == instance.id, FanOut.token == token).with_for_update()
    ).one()
    if fan_out.state == "closed" or not is_satisfied(program, fan_out.step, fan_out.done, fan_out.total, now):
        return
    changes = Changes(now)
    changes.record(instance, "members_done", fan_out.step, None, done=fan_out.done, total=fan_out.total)
    if fan_out.done < fan_out.total:
        withdraw_fan_outs(session, changes, instance.id, [token])
    fan_out.state = "closed"
    advance(session, changes, instance, program, lambda run: run.complete(token), closed=token)
    changes.write(session)


def cancel_members(session: Session, job: Job, now: datetime) -> None:
    """Cancel what still runs of a closed fan-out, each member in a job of its own."""
    fan_out = session.get_one(FanOut, job.payload["fan_out"])
    running = select(Instance.id).where(
        Instance.parent_id == fan_out.instance_id, Instance.parent_token == fan_out.token, Instance.state == "running"
    )
    changes = Changes(now)
    for member in session.scalars(running):
        changes.job("cancel", member, None, now, by=job.payload["by"], reason=job.payload["reason"])
    changes.write(session)


def cancel_one(session: Session, job: Job, now: datetime) -> None:
    """Cancel one instance, unless it has ended meanwhile."""
    try:
        cancel(session, _instance_id(job), by=job.payload["by"], reason=job.payload["reason"], now=now)
    except Conflict:
        return


def _instance_id(job: Job) -> int:
    if job.instance_id is None:
        raise NotWaiting("This job belongs to no case.")
    return job.instance_id


def _token(job: Job) -> str:
    if job.token is None:
        raise NotWaiting("This job belongs to no step.")
    return job.token


KINDS: dict[str, Callable[[Session, Job, datetime], None]] = {
    "service": run_service,
    "timer": fire_timer,
    "clock": strike_clock,
    "gather": gather,
    "members": begin_members,
    "fan_out_done": finish_fan_out,
    "cancel_members": cancel_members,
    "cancel": cancel_one,
}
