"""Machine work: claim what is due, do it in one transaction, retry with back-off, end as an incident.

The database is the queue. A job is locked, does its work and is deleted in the same commit; a worker that dies
leaves the job as it was. Jobs of one instance follow each other through the lock on its row.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import engine.batch_kinds
import engine.job_kinds
import engine.migration.running  # noqa: F401 - these three register what the engine's own jobs do
from engine import clock
from engine.database import SessionFactory, reading, transaction
from engine.definitions import program_for
from engine.errors import BusinessError, EngineError, NotWaiting, StepFailed, describe
from engine.history import note
from engine.models import Incident, Instance, Job
from engine.registry import WHILE_SUSPENDED, Effect, job_kinds
from engine.retrying import AT_ONCE, BACK_OFF, EXPRESSIONS, rule_of
from engine.states import JOB, SUSPENDED, WAITING, change

log = logging.getLogger(__name__)

CANDIDATES = 20


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
    effect: Effect | None = None
    try:
        with transaction(factory) as session:
            found = _claim(session, now)
            if found is None:
                return False
            job, state = found
            claimed.append(job.id)
            if state == SUSPENDED and job.kind not in WHILE_SUSPENDED:
                job.state = change(JOB, job.state, "hold")
            else:
                effect = _work(session, job, now)
    except BusinessError as error:
        _throw(factory, claimed, error, now)
    except (EngineError, StaleDataError, OperationalError) as error:
        _postpone(factory, claimed, error, now)
    except Exception as error:  # any fault of a handler must end as an incident, never stop the worker
        log.exception("job %s failed", claimed)
        _postpone(factory, claimed, error, now)
    if effect is not None:
        _have(factory, effect, claimed)
    return True


def _claim(session: Session, now: datetime) -> tuple[Job, str | None] | None:
    """Lock the first due job nobody works on, and with it its instance, whose state comes along.

    Both locks are taken at once and never waited for: whoever completes a task locks the instance first and then
    withdraws its jobs, and must never meet a worker that holds the job and waits for the instance.
    """
    candidates = session.execute(
        select(Job.id, Job.instance_id)
        .where(Job.due_at <= now, Job.state == WAITING)
        .order_by(Job.due_at, Job.id)
        .limit(CANDIDATES)
    )
    for job_id, instance_id in candidates.all():
        statement = select(Job, Instance.state).outerjoin(Instance, Instance.id == Job.instance_id)
        statement = statement.where(Job.id == job_id, Job.state == WAITING)
        if instance_id is None:
            statement = statement.with_for_update(of=Job, skip_locked=True)
        else:
            statement = statement.where(Instance.id == instance_id)
            statement = statement.with_for_update(of=(Job, Instance), skip_locked=True, key_share=True)
        row = session.execute(statement).one_or_none()
        if row is not None:
            return row[0], row[1]
    return None


def _have(factory: SessionFactory, effect: Effect, claimed: list[int]) -> None:
    try:
        effect(factory)
    except Exception:  # the job is done; whoever asked for the effect has kept that it began
        log.exception("what job %s wanted done outside has failed", claimed)


def _work(session: Session, job: Job, now: datetime) -> Effect | None:
    session.delete(job)
    session.flush()
    try:
        return _do(session, job, now)
    except NotWaiting:
        log.info("job %s (%s) is not needed any more", job.id, job.kind)
        return None


def _do(session: Session, job: Job, now: datetime) -> Effect | None:
    kind = job_kinds.get(job.kind)
    if kind is None:
        raise StepFailed(f"Nothing here knows how to do “{job.kind}”. Is this worker of an older version?")
    return kind(session, job, now)


def _throw(factory: SessionFactory, claimed: list[int], error: BusinessError, now: datetime) -> None:
    """Let the step of a job throw what its handler reported, instead of the job being tried again."""
    with transaction(factory) as session:
        job = session.get(Job, claimed[0], with_for_update=True)
        if job is None:
            return
        thrown: dict[str, Any] = {
            "thrown": "error",
            "code": error.code,
            "message": str(error),
            "payload": {},
            "member": None,
        }
        job.kind, job.payload, job.attempts, job.due_at = "throw", {**job.payload, **thrown}, 0, now


def _postpone(factory: SessionFactory, claimed: list[int], error: Exception, now: datetime) -> None:
    """Try a failed job again later, or open an incident after the last attempt."""
    if not claimed:
        raise error
    with transaction(factory) as session:
        job = session.get(Job, claimed[0], with_for_update=True)
        if job is None:
            return
        job.attempts += 1
        rule = _rule(session, job)
        if job.attempts <= len(rule):
            job.due_at = now + rule[job.attempts - 1]
        else:
            job.state = change(JOB, job.state, "fail")
            _open_incident(session, job, describe(error), now)


def _rule(session: Session, job: Job) -> Sequence[timedelta]:
    """After how long the step that the job belongs to is tried again."""
    default = AT_ONCE if job.kind in EXPRESSIONS else BACK_OFF
    instance = None if job.instance_id is None else session.get(Instance, job.instance_id)
    if instance is None or "step" not in job.payload:
        return default
    return rule_of(program_for(session, instance.definition_id).diagram.steps.get(job.payload["step"]), default)


def _open_incident(session: Session, job: Job, problem: str, now: datetime) -> None:
    step = job.payload.get("step")
    incident = Incident(
        instance_id=job.instance_id,
        job_id=job.id,
        token=job.token,
        step=step,
        problem=problem,
        attempts=job.attempts,
        opened_at=now,
    )
    session.add(incident)
    if job.instance_id is not None:
        instance = session.get_one(Instance, job.instance_id)
        note(session, instance, "incident_opened", step, None, now, {"problem": problem})


def count_due(session: Session, now: datetime) -> int:
    """How many jobs are due and wait for a worker."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.due_at <= now, Job.state == WAITING)) or 0


def is_any_due(factory: SessionFactory, now: datetime) -> bool:
    """Whether a job is due. Takes no write lock, so that an idle worker is in nobody's way."""
    with reading(factory) as session:
        upcoming = next_due(session)
    return upcoming is not None and upcoming <= now


def next_due(session: Session) -> datetime | None:
    """When the next job is due, if any waits."""
    return session.scalar(select(func.min(Job.due_at)).where(Job.state == WAITING))
