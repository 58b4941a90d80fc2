"""The rows around an instance follow its tokens to the new definition; what has lost its token is taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from engine.changes import Changes, Strike, drop_incidents, time_value, timer_due, withdraw
from engine.deadlines import parse_duration
from engine.diagram import Step
from engine.errors import StepFailed
from engine.migration.planning import Plan
from engine.migration.route import Route
from engine.migration.standing import Standing
from engine.models import FanOut, Incident, Instance, Job, Subscription, Task
from engine.states import FAILED, UNFINISHED
from engine.stepping import correlation_of


def carry(session: Session, route: Route, plan: Plan, changes: Changes) -> None:
    """Carry the instance and everything that is stored around it over to the new definition."""
    _rename_closed_tasks(session, route, plan.standing.instance)
    _carry_instance(route, plan)
    _take_back(session, plan, changes.now)
    for row in rows_of(plan.standing):
        row.token = plan.remapped.kept.get(row.token or "", row.token)
    for one in plan.tasks:
        one.task.definition_id, one.task.step, one.task.name = route.to_id, one.new.id, one.new.name
        one.task.revision += 1
    for fan_out in plan.standing.fan_outs:
        fan_out.step = route.mapping[fan_out.step]
    for incident in plan.standing.incidents:
        incident.step = route.mapping.get(incident.step or "", incident.step)
    _carry_jobs(session, route, plan, changes)
    for subscription in plan.standing.subscriptions:
        _carry_subscription(route, plan, subscription, changes.now)
    session.flush()


def rows_of(standing: Standing) -> Iterator[Task | Job | Subscription | FanOut | Incident]:
    """Everything around an instance that stands at a token."""
    yield from standing.tasks
    yield from standing.jobs
    yield from standing.subscriptions
    yield from standing.fan_outs
    yield from standing.incidents


def _rename_closed_tasks(session: Session, route: Route, instance: Instance) -> None:
    """The record of what was done follows the new ids, so that counts by step stay whole."""
    if renamed := route.renamed:
        session.execute(
            update(Task)
            .where(Task.instance_id == instance.id, Task.state.not_in(UNFINISHED), Task.step.in_(renamed))
            .where(Task.definition_id == route.from_id)
            .values(definition_id=route.to_id, step=case(renamed, value=Task.step))
            .execution_options(synchronize_session=False)
        )


def _carry_instance(route: Route, plan: Plan) -> None:
    instance = plan.standing.instance
    instance.definition_id = route.to_id
    instance.process = plan.process
    instance.blob = plan.remapped.content
    instance.remembered = instance.undo = None
    done_by = instance.variables.get("done_by")
    if isinstance(done_by, dict) and done_by.keys() & route.renamed.keys():
        renamed = {route.renamed.get(step, step): person for step, person in done_by.items()}
        instance.variables = {**instance.variables, "done_by": renamed}


def _take_back(session: Session, plan: Plan, now: datetime) -> None:
    """Take back what waits at tokens that are not there any more; it is no part of what stands around from here on."""
    standing = plan.standing
    lost = {row.token for row in rows_of(standing) if row.token and row.token not in plan.remapped.kept}
    if not lost:
        return
    withdraw(session, standing.instance.id, sorted(lost), people=bool(plan.closed), now=now)
    drop_incidents(session, standing.instance.id, lost, now=now)
    for subscription in standing.subscriptions:
        if subscription.token in lost:
            session.delete(subscription)
    standing.tasks = [row for row in standing.tasks if row.token not in lost]
    for job in standing.jobs:
        if job.token in lost:
            session.expunge(job)
    standing.jobs = [row for row in standing.jobs if row.token not in lost]
    standing.subscriptions = [row for row in standing.subscriptions if row.token not in lost]
    standing.incidents = [row for row in standing.incidents if row.token not in lost]


def _carry_jobs(session: Session, route: Route, plan: Plan, changes: Changes) -> None:
    """Let jobs know their steps by the new ids; a timer that is drawn with another time strikes by that one."""
    started = {one.task.token: one.task.created_at for one in plan.tasks}
    instance = plan.standing.instance
    for job in plan.standing.jobs:
        before = job.payload.get("step", "")
        if before not in route.mapping:
            continue
        old, new = route.old.step(before), route.new.step(route.mapping[before])
        job.payload = {**job.payload, "step": new.id}
        is_other = (old.timer, old.timer_kind, old.interrupts) != (new.timer, new.timer_kind, new.interrupts)
        if job.kind == "timer" and is_other and job.state != FAILED and job.token is not None:
            host = plan.remapped.borders.get(job.token, "")
            since = started.get(host) or _since(route, instance, job, old, changes.now)
            strike = timer_due(route.new, new, instance.variables, since, repeats=not new.interrupts)
            if host in started and old.interrupts and new.interrupts:
                strike = _with_extra(route, instance, job, old, since, strike)
            changes.timer(instance, job.token, new.id, strike, since=since)
            session.delete(job)


def _with_extra(  # noqa: PLR0917 - one timer, before and after
    route: Route, instance: Instance, job: Job, old: Step, since: datetime, strike: Strike
) -> Strike:
    """The strike of a timer that ends a step, later by the time that was given for it: see `engine.extending`."""
    try:
        was = timer_due(route.old, old, instance.variables, since)
    except StepFailed:
        return strike
    # Working days are counted in a calendar later on, which says nothing of what came on top of them.
    is_counted = was.working is None and strike.working is None
    return replace(strike, due=strike.due + max(job.due_at - was.due, timedelta())) if is_counted else strike


def _since(route: Route, instance: Instance, job: Job, old: Step, now: datetime) -> datetime:
    """When a timer began to run: its moment less its duration, as far as that can be told."""
    try:
        length = parse_duration(str(time_value(route.old, old.timer or "", instance.variables, now)))
    except StepFailed:
        length = None
    return now if length is None else min(now, job.due_at - length)


def _carry_subscription(route: Route, plan: Plan, subscription: Subscription, now: datetime) -> None:
    new = plan.waiting.get(subscription.token)
    if new is not None:
        subscription.message = new.reference or ""
        subscription.correlation = correlation_of(route.new, new, plan.standing.instance.variables, now)
