"""What cannot go on: listing it, and trying it again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.changes import Changes
from engine.errors import Conflict, NotFound
from engine.instances import lock
from engine.models import Incident, Instance, Job
from engine.stepping import advance


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


def retry(session: Session, incident_id: int, *, by: str, now: datetime) -> None:
    """Try again what stopped: the job becomes due, or the blocked step is run once more.

    Raises NotFound, or Conflict when the incident has been resolved already. If the step fails again, a new
    incident says so.
    """
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise NotFound("There is no such incident.")
    if incident.resolved_at is not None:
        raise Conflict("This incident has been resolved already.")
    incident.resolved_at = now
    incident.resolved_by = by
    incident.resolution = "retried"
    if incident.job_id is not None:
        _retry_job(session, incident.job_id, now)
    elif incident.instance_id is not None and incident.token is not None:
        _retry_step(session, incident.instance_id, incident.token, by, now)
    session.flush()


def _retry_job(session: Session, job_id: int, now: datetime) -> None:
    job = session.get(Job, job_id, with_for_update=True)
    if job is not None:
        job.failed_at = None
        job.attempts = 0
        job.due_at = now


def _retry_step(session: Session, instance_id: int, token: str, by: str, now: datetime) -> None:
    instance, program = lock(session, instance_id)
    if instance.state != "running":
        return
    changes = Changes(now)
    changes.record(instance, "step_retried", None, by)
    advance(session, changes, instance, program, lambda run: run.retry(token))
    changes.write(session)
