"""Machine work: claim what is due, do it in one transaction, retry with back-off, end as an incident.

The database is the queue. A job is locked, does its work and is deleted in the same commit; a worker that dies
leaves the job as it was. Jobs of one instance follow each other through the lock on its row.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine import clock, job_kinds
from engine.database import SessionFactory, reading, transaction
from engine.errors import EngineError, NotWaiting
from engine.models import HistoryEntry, Incident, Instance, Job

log = logging.getLogger(__name__)

CANDIDATES = 20
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


def drain(
    factory: SessionFactory,
    *,
    limit: int = 100,
    seconds: float = 2.0,
    now: Callable[[], datetime] = clock.now,
) -> int:
    """Do due jobs, at most `limit` and for about `seconds`. Returns how many were done or failed."""
    end = time.monotonic() + seconds
    count = 0
    while count < limit and time.monotonic() < end and work_one(factory, now()):
        count += 1
    return count


def work_one(factory: SessionFactory, now: datetime) -> bool:
    """Do the job that has been due longest and that nobody else works on. False when there is none."""
    claimed: list[int] = []
    try:
        with transaction(factory) as session:
            job = _claim(session, now)
            if job is None:
                return False
            claimed.append(job.id)
            _work(session, job, now)
    except (EngineError, StaleDataError, OperationalError) as error:
        _postpone(factory, claimed, error, now)
    except Exception as error:  # any fault of a handler must end as an incident, never stop the worker
        log.exception("job %s failed", claimed)
        _postpone(factory, claimed, error, now)
    return True


def _claim(session: Session, now: datetime) -> Job | None:
    """Lock the first due job nobody works on, and with it its instance.

    Both locks are taken at once and never waited for: whoever completes a task locks the instance first and then
    withdraws its jobs, and must never meet a worker that holds the job and waits for the instance.
    """
    candidates = session.execute(
        select(Job.id, Job.instance_id)
        .where(Job.due_at <= now, Job.failed_at.is_(None))
        .order_by(Job.due_at, Job.id)
        .limit(CANDIDATES)
    )
    for job_id, instance_id in candidates.all():
        statement = select(Job).where(Job.id == job_id, Job.failed_at.is_(None))
        if instance_id is None:
            statement = statement.with_for_update(of=Job, skip_locked=True)
        else:
            statement = statement.join(Instance, Instance.id == Job.instance_id)
            statement = statement.with_for_update(of=(Job, Instance), skip_locked=True, key_share=True)
        job = session.scalar(statement)
        if job is not None:
            return job
    return None


def _work(session: Session, job: Job, now: datetime) -> None:
    session.delete(job)
    session.flush()
    try:
        job_kinds.KINDS[job.kind](session, job, now)
    except NotWaiting:
        log.info("job %s (%s) is not needed any more", job.id, job.kind)


def _postpone(factory: SessionFactory, claimed: list[int], error: Exception, now: datetime) -> None:
    """Try a failed job again later, or open an incident after the last attempt."""
    if not claimed:
        raise error
    with transaction(factory) as session:
        job = session.get(Job, claimed[0], with_for_update=True)
        if job is None:
            return
        job.attempts += 1
        if job.attempts <= len(BACK_OFF):
            job.due_at = now + BACK_OFF[job.attempts - 1]
        else:
            job.failed_at = now
            _open_incident(session, job, _describe(error), now)


def _describe(error: Exception) -> str:
    if isinstance(error, EngineError):
        return str(error)
    return f"Something unexpected went wrong ({type(error).__name__}). The log of the worker has the details."


def _open_incident(session: Session, job: Job, problem: str, now: datetime) -> None:
    step = job.payload.get("step")
    session.add(
        Incident(instance_id=job.instance_id, job_id=job.id, token=job.token, step=step, problem=problem, opened_at=now)
    )
    if job.instance_id is not None:
        instance = session.get_one(Instance, job.instance_id)
        session.add(
            HistoryEntry(
                instance_id=instance.id,
                root_id=instance.root_id,
                at=now,
                kind="incident_opened",
                step=step,
                actor=None,
                detail={"problem": problem},
            )
        )


def count_due(session: Session, now: datetime) -> int:
    """How many jobs are due and wait for a worker."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.due_at <= now, Job.failed_at.is_(None))) or 0


def is_any_due(factory: SessionFactory, now: datetime) -> bool:
    """Whether a job is due. Takes no write lock, so that an idle worker is in nobody's way."""
    with reading(factory) as session:
        upcoming = next_due(session)
    return upcoming is not None and upcoming <= now


def next_due(session: Session) -> datetime | None:
    """When the next job is due, if any waits."""
    return session.scalar(select(func.min(Job.due_at)).where(Job.failed_at.is_(None)))
