"""What each kind of job does. Every function works inside the job's own transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from engine import batches, messages, registry
from engine.changes import OVERDUE, Changes, Strike, deadline_of, withdraw_fan_outs
from engine.deadlines import Cycle, next_strike
from engine.definitions import program_for
from engine.diagram import Step
from engine.errors import Conflict, NotWaiting, StepFailed
from engine.instances import cancel, lock, start_members
from engine.members import called_definition, results_of
from engine.models import FanOut, Instance, Job, Task
from engine.outgoing import ask_to_deliver
from engine.registry import Member, ServiceCall
from engine.spiff.throwing import Thrown
from engine.starting import start_by_job
from engine.states import LIVE, OPEN, RUNNING, SUSPENDED, UNFINISHED
from engine.stepping import advance, ask_to_go_on, is_satisfied
from engine.suspending import resume_member, suspend_member
from engine.thrown import receive_signal, send_message, spread_signal, throw_at

MEMBERS_PER_JOB = 50


def run_service(session: Session, job: Job, now: datetime) -> None:
    """Call the handler behind a service step and merge what it returns, or send the message of a send task; go on."""
    instance, program = lock(session, _instance_id(job))
    token = _token(job)
    step = program.step(job.payload["step"])
    changes, variables = Changes(now), dict(instance.variables)
    parameters = {name: program.evaluate(text, variables, now) for name, text in step.parameters}
    if step.message is not None:
        key = step.settings.get("correlate")
        key = "" if key is None else str(program.evaluate(key, variables, now))
        ask_to_deliver(changes, instance, Thrown("message", step.id, token, step.message, key=key, payload=parameters))
    else:
        result = _handler(step)(session, ServiceCall(instance, step, parameters, variables, now))
        instance.variables = {**instance.variables, **(result or {})}
    changes.record(instance, "service_done", step.id, None)
    advance(session, changes, instance, program, lambda run: run.complete(token), closed=token)
    changes.write(session)


def _handler(step: Step) -> registry.Handler:
    name = step.settings.get("handler", "")
    handler = registry.handlers.get(name)
    if handler is None:
        raise StepFailed(f"There is no handler “{name}” for the step “{step.name}”.")
    return handler


def fire_timer(session: Session, job: Job, now: datetime) -> None:
    """Let a drawn timer strike, and wind it again where it comes again."""
    instance, program = lock(session, _instance_id(job))
    token, step = _token(job), job.payload["step"]
    again = _again(job, now)
    changes = Changes(now)
    changes.record(instance, "timer_fired", step, None)
    waits = advance(session, changes, instance, program, lambda run: run.trigger(token, stays=again is not None))
    if again is not None and token in waits:
        changes.timer(instance, token, step, Strike(*again))
    changes.write(session)


def _again(job: Job, now: datetime) -> tuple[datetime, Cycle] | None:
    """When a timer strikes after this time. Not counted from `due_at`, which moves when a job is tried again."""
    if "every" not in job.payload:
        return None
    cycle = Cycle(job.payload["times"], None, job.payload["every"])
    return next_strike(cycle, datetime.fromisoformat(job.payload["due"]), now)


def strike_clock(session: Session, job: Job, now: datetime) -> None:
    """Remind of a task, or tell that it is overdue, and wind the clock for its next stage.

    People who share a step have one clock: each of them is reminded, and told when it is overdue for them.
    """
    is_over = job.payload["stage"] == OVERDUE
    found = _tasks_at(session, job, Task.state == OPEN, Task.due_at <= now if is_over else Task.due_at.is_not(None))
    if not found:
        return
    step = program_for(session, found[0].definition_id).step(found[0].step)
    changes = Changes(now)
    for task in found:
        if is_over:
            registry.emit(session, "task_overdue", task=task, step=step, now=now)
        else:
            registry.emit(session, "task_reminder", task=task, now=now)
    if (due := found[0].due_at) is not None and not is_over:
        # Not counted from `due_at`, which moves when a job is tried again: reminders that have passed are skipped.
        changes.wind_clock(job.instance_id, job.token, step, due, after=None)
    changes.write(session)


def _tasks_at(session: Session, job: Job, *which: ColumnElement[bool]) -> Sequence[Task]:
    statement = select(Task).where(Task.instance_id == job.instance_id, Task.token == job.token, *which)
    return session.scalars(statement.order_by(Task.id)).all()


def set_deadline(session: Session, job: Job, now: datetime) -> None:
    """Work out again when a task is due whose deadline could not be, counted from its hand-out."""
    found = _tasks_at(session, job, Task.state.in_(UNFINISHED), Task.due_at.is_(None))
    if not found:
        return
    task = found[0]
    instance = session.get_one(Instance, task.instance_id)
    program = program_for(session, task.definition_id)
    step = program.step(task.step)
    try:
        due = deadline_of(
            session, instance, program, step, start=task.created_at, zone=job.payload["zone"], assignee=task.assignee
        )
    except StepFailed as error:
        raise StepFailed(f"The deadline cannot be worked out: {error}") from error
    changes = Changes(now)
    for one in found:
        one.due_at = due
    if due is not None:
        changes.wind_clock(job.instance_id, job.token, step, due, after=None)
    changes.write(session)


def retry_step(session: Session, job: Job, now: datetime) -> None:
    """Try a blocked step again, by its rule."""
    instance, program = lock(session, _instance_id(job))
    token = _token(job)
    changes = Changes(now)
    changes.attempts[token] = job.payload["attempts"]
    advance(session, changes, instance, program, lambda run: run.retry(token))
    changes.write(session)


def gather(session: Session, job: Job, now: datetime) -> None:
    """List the members of a fan-out and ask for their start, some in each job."""
    fan_out = session.scalar(select(FanOut).where(FanOut.instance_id == job.instance_id, FanOut.token == job.token))
    if fan_out is None or fan_out.state != "gathering":
        return
    parent = session.get_one(Instance, fan_out.instance_id)
    members = _list_members(session, job, fan_out, parent, now)
    fan_out.total = len(members)
    fan_out.state = "open"
    changes = Changes(now)
    if not members:
        ask_to_go_on(changes, fan_out.instance_id, fan_out.token, fan_out.step)
    elif fan_out.sequential:
        fan_out.waiting = members
        changes.job("members", None, None, now, fan_out=fan_out.id)
    else:
        _ask_for_members(changes, fan_out, members)
    changes.write(session)


def _list_members(session: Session, job: Job, fan_out: FanOut, parent: Instance, now: datetime) -> list[Any]:
    """The members as they are kept in jobs: name, subject, variables."""
    listed = job.payload.get("members")
    if listed is None:
        population = registry.populations.get(fan_out.population)
        if population is None:
            raise StepFailed(f"There is no population “{fan_out.population}”.")
        return [[member.name, member.subject, member.variables] for member in population(session, parent, now)]
    step = program_for(session, parent.definition_id).step(fan_out.step)
    if step.called is not None:
        # A process that cannot be called is an incident here, where the call is drawn.
        called_definition(session, step, parent)
    return list(listed)


def _ask_for_members(changes: Changes, fan_out: FanOut, members: list[Any]) -> None:
    for first in range(0, len(members), MEMBERS_PER_JOB):
        chunk = members[first : first + MEMBERS_PER_JOB]
        key = f"members:{fan_out.id}:{first}"
        changes.job("members", None, None, changes.now, fan_out=fan_out.id, members=chunk, key=key)


def begin_members(session: Session, job: Job, now: datetime) -> None:
    """Start some members of a fan-out; one by one, the next of them."""
    # Whoever closes the fan-out waits for this lock and then cancels these members too, or has closed it already.
    fan_out = session.get_one(FanOut, job.payload["fan_out"], with_for_update=True)
    if fan_out.state != "open":
        return
    parent = session.get_one(Instance, fan_out.instance_id)
    if parent.state == SUSPENDED:
        # It waits as a job of the parent, and goes on with it.
        changes = Changes(now)
        changes.job(job.kind, parent.id, None, now, key=job.key, **job.payload)
        changes.write(session)
        return
    listed = job.payload.get("members") or (fan_out.waiting or [])[fan_out.started : fan_out.started + 1]
    members = [Member(name, subject, variables) for name, subject, variables in listed]
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
    results = results_of(session, program, program.step(fan_out.step), fan_out, now)
    instance.variables = {**instance.variables, **results}
    advance(session, changes, instance, program, lambda run: run.complete(token), closed=token)
    changes.write(session)


def cancel_members(session: Session, job: Job, now: datetime) -> None:
    """Cancel what still runs of a closed fan-out, each member in a job of its own."""
    fan_out = session.get_one(FanOut, job.payload["fan_out"])
    running = select(Instance.id).where(
        Instance.parent_id == fan_out.instance_id, Instance.parent_token == fan_out.token, Instance.state.in_(LIVE)
    )
    changes = Changes(now)
    for member in session.scalars(running):
        changes.job("cancel", member, None, now, by=job.payload["by"], reason=job.payload["reason"])
    changes.write(session)


def suspend_members(session: Session, job: Job, now: datetime) -> None:
    """Suspend what still runs of a fan-out, each member in a job of its own."""
    # Whoever starts members holds this lock: they have been started, or their start will see that it has to wait.
    fan_out = session.get_one(FanOut, job.payload["fan_out"], with_for_update=True)
    running = select(Instance.id).where(
        Instance.parent_id == fan_out.instance_id, Instance.parent_token == fan_out.token, Instance.state == RUNNING
    )
    changes = Changes(now)
    details = {name: job.payload[name] for name in ("with_id", "by", "reason")}
    for member in session.scalars(running):
        changes.job("suspend", member, None, now, **details)
    changes.write(session)


def resume_members(session: Session, job: Job, now: datetime) -> None:
    """Let everything go on that was suspended with an instance, each in a job of its own."""
    suspended = select(Instance.id).where(Instance.suspended_with == job.payload["with_id"])
    changes = Changes(now)
    details = {name: job.payload[name] for name in ("with_id", "by", "reason", "shift")}
    for member in session.scalars(suspended):
        changes.job("resume", member, None, now, **details)
    changes.write(session)


def suspend_one(session: Session, job: Job, now: datetime) -> None:
    """Suspend one member with the instance it belongs to."""
    suspend_member(session, _instance_id(job), now=now, **job.payload)


def resume_one(session: Session, job: Job, now: datetime) -> None:
    """Let one member go on that was suspended with the instance it belongs to."""
    resume_member(session, _instance_id(job), now=now, **job.payload)


def receive_message(session: Session, job: Job, now: datetime) -> None:
    """Give a message to an instance that was suspended when it came."""
    messages.receive(session, _instance_id(job), _token(job), now=now, **job.payload)


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


registry.job_kinds |= {
    "service": run_service,
    "timer": fire_timer,
    "clock": strike_clock,
    "deadline": set_deadline,
    "retry": retry_step,
    "gather": gather,
    "members": begin_members,
    "fan_out_done": finish_fan_out,
    "cancel_members": cancel_members,
    "cancel": cancel_one,
    "start": start_by_job,
    "suspend_members": suspend_members,
    "suspend": suspend_one,
    "resume_members": resume_members,
    "resume": resume_one,
    "message": receive_message,
    "batch_item": batches.do_item,
    "throw": throw_at,
    "signal": spread_signal,
    "receive_signal": receive_signal,
    "send_message": send_message,
}
