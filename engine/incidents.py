"""What cannot go on: listing it, and resolving it.

An incident is resolved by trying again, by changing the data and trying again, by passing over the step as if it were
done, or by putting the token before another step. Each is recorded with who did it and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes
from engine.diagram import Step
from engine.errors import Conflict, NotFound, Rejection
from engine.graph import Graph
from engine.instances import lock
from engine.models import Incident, Instance, Job
from engine.spiff import Failure, Program, Run
from engine.states import JOB, change
from engine.stepping import advance
from engine.suspending import refuse_suspended
from engine.targets import begun_beside, following, legal_targets
from engine.variables import read_values

RETRY, CHANGE, SKIP, MOVE = "retry", "change", "skip", "move"
RESOLVED = {RETRY: "retried", CHANGE: "changed", SKIP: "skipped", MOVE: "moved"}
"""The ways to resolve an incident, and what is noted of each."""

BESIDE = {"clock", "deadline"}
"""The kinds of job beside an open task: passed over, the task stays as it is, without reminder or deadline."""


@dataclass(frozen=True)
class Resolution:
    """How an incident is resolved.

    `values` are the texts of variables to change before (any way but plain retry), `chosen` the step that follows the
    one passed over where several may, `target` the step before which the token is put.
    """

    way: str
    values: dict[str, str] = field(default_factory=dict)
    chosen: str | None = None
    target: str | None = None


def list_open(session: Session, *, root_id: int | None = None, limit: int = 200) -> Sequence[tuple[Incident, Instance]]:
    """Open incidents with their instances, newest first; only those of one cycle if `root_id` is given."""
    statement = (
        select(Incident, Instance)
        .join(Instance, Instance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.opened_at.desc(), Incident.id.desc())
        .limit(limit)
    )
    if root_id is not None:
        statement = statement.where(Instance.root_id == root_id)
    return [(incident, instance) for incident, instance in session.execute(statement)]


def count_open(session: Session, *, root_id: int | None = None) -> int:
    """How many incidents are open, those of no instance too; only those of one cycle if `root_id` is given."""
    statement = select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))
    if root_id is not None:
        statement = statement.join(Instance, Instance.id == Incident.instance_id).where(Instance.root_id == root_id)
    return session.scalar(statement) or 0


def retry(session: Session, incident_id: int, *, by: str, now: datetime, reason: str = "") -> None:
    """Try again what stopped: the job becomes due, or the blocked step is run once more.

    Raises NotFound, or Conflict when the incident has been resolved already or its instance is suspended. If the step
    fails again, a new incident says so.
    """
    resolve(session, incident_id, Resolution(RETRY), by=by, reason=reason, now=now)


def resolve(
    session: Session, incident_id: int, resolution: Resolution, *, by: str, reason: str, now: datetime
) -> Incident:
    """Resolve an incident in one of the ways; the process goes on from there.

    Raises NotFound; Conflict when it has been resolved already, its instance is suspended, or the way is none for it;
    Rejection when a reason is missing or a value is not of its type.
    """
    if resolution.way != RETRY and not reason.strip():
        raise Rejection("Say why: the reason stays on record.")
    stopped = _take(session, incident_id)
    incident = stopped.incident
    incident.resolved_at, incident.resolved_by = now, by
    incident.resolution, incident.reason = RESOLVED[resolution.way], reason or None
    if stopped.place is None:
        _resolve_job(session, stopped.job, resolution, now)
    else:
        _resolve_in(session, stopped, *stopped.place, resolution=resolution, by=by, reason=reason, now=now)
    session.flush()
    registry.emit(session, "incident_resolved", incident=incident, now=now)
    return incident


@dataclass(frozen=True)
class Stopped:
    """An open incident with its locked instance and program, and the job that failed, where there are any."""

    incident: Incident
    place: tuple[Instance, Program] | None
    job: Job | None

    @property
    def token(self) -> str | None:
        """The token that the way of the process is blocked at; None where only work beside it failed."""
        if self.job is not None and (self.job.token is None or self.job.kind in BESIDE):
            return None
        return self.incident.token


def _take(session: Session, incident_id: int) -> Stopped:
    """Lock an incident, after its instance: whoever lets an instance go on resolves what it does not need any more."""
    instance_id = session.execute(select(Incident.instance_id).where(Incident.id == incident_id)).one_or_none()
    if instance_id is None:
        raise NotFound("There is no such incident.")
    place = None if instance_id[0] is None else lock(session, instance_id[0])
    incident = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
    if incident.resolved_at is not None:
        raise Conflict("This incident has been resolved already.")
    if place is not None:
        refuse_suspended(place[0])
    job = None if incident.job_id is None else session.get(Job, incident.job_id, with_for_update=True)
    return Stopped(incident, place, job)


def _resolve_job(session: Session, job: Job | None, resolution: Resolution, now: datetime) -> None:
    """Do failed work again, or leave it undone."""
    if job is None:
        return
    if resolution.way in (RETRY, CHANGE):
        job.state = change(JOB, job.state, "retry")
        job.attempts = 0
        job.due_at = now
    elif resolution.way == SKIP:
        session.delete(job)
    else:
        raise Conflict("Nothing of the process waits for this: it cannot go on elsewhere.")


def _resolve_in(
    session: Session,
    stopped: Stopped,
    instance: Instance,
    program: Program,
    *,
    resolution: Resolution,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    changes = Changes(now)
    _change_values(changes, instance, program, resolution, by=by, reason=reason)
    step = stopped.incident.step
    if resolution.way == MOVE:
        check_target(program, instance, stopped.incident, resolution.target)
        changes.record(instance, "token_moved", step, by, reason=reason, to=resolution.target)
    elif resolution.way == SKIP:
        changes.record(instance, "step_skipped", step, by, reason=reason, chosen=resolution.chosen)
    else:
        changes.record(instance, "step_retried", step, by, reason=reason)
    is_work = stopped.job is not None and resolution.way in (RETRY, CHANGE)
    if is_work or (stopped.token is None and resolution.way != MOVE):
        _resolve_job(session, stopped.job, resolution, now)
    else:
        incident = stopped.incident
        advance(session, changes, instance, program, lambda run: act(run, incident, resolution))
    changes.write(session)


def act(run: Run, incident: Incident, resolution: Resolution) -> list[Failure]:
    """What a resolution does with the token that is blocked, or that waits for a job."""
    token, target = incident.token or "", resolution.target or ""
    if resolution.way == MOVE:
        run.take_away_at(_begun_again(run, incident.step, target))
        return run.move(token, target)
    if resolution.way == SKIP:
        if not token:
            raise Conflict("Nothing waits that could be passed over. Choose where the process goes on.")
        return run.skip(token, chosen=resolution.chosen)
    return run.retry(token)


def _begun_again(run: Run, step: str | None, target: str) -> set[str]:
    """The steps of side branches that end because what has begun them is done again: `target` is before `step`."""
    graph = Graph(run.program.diagram)
    if step is None or step not in following(graph, target) or target in following(graph, step):
        return set()
    return set().union(*begun_beside(graph, target, step))


def _change_values(
    changes: Changes, instance: Instance, program: Program, resolution: Resolution, *, by: str, reason: str
) -> None:
    if resolution.way == CHANGE and not resolution.values:
        raise Rejection("Choose what is changed, and what it becomes.")
    values = read_values(program.dictionary, resolution.values)
    if values:
        old = {name: instance.variables.get(name) for name in values}
        instance.variables, instance.undo = {**instance.variables, **values}, None
        changes.record(instance, "variables_changed", None, by, reason=reason, old=old, new=values)


def targets_of(program: Program, instance: Instance, incident: Incident) -> list[Step]:
    """The steps before which the token of an incident may be put."""
    if incident.token is None or (incident.step is None and incident.token):
        return []
    return legal_targets(program.diagram, incident.step, process=instance.process)


def check_target(program: Program, instance: Instance, incident: Incident, target: str | None) -> None:
    """Raise Conflict unless the token of an incident may be put before the step `target`."""
    if target not in {step.id for step in targets_of(program, instance, incident)}:
        raise Conflict("The process cannot go on there: branches would wait for each other for ever, or run twice.")
