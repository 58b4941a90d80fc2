"""The same thing for many instances at once: asked for in one transaction, done in a job and a transaction for each.

One that fails does not stop the rest; it says why in the list of results. What can be asked for is registered by name.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine.changes import Changes
from engine.errors import EngineError, NotFound, describe
from engine.models import Batch, BatchItem, Instance, Job

log = logging.getLogger(__name__)

WAITING, DONE, FAILED, STOPPED = "waiting", "done", "failed", "stopped"


class NotYet(EngineError):
    """Another item of the batch has to be done before this one; it is tried again after the others."""


@dataclass(frozen=True)
class Asked:
    """One thing to do: in which batch, for which target, with which details, who asked for it and why."""

    batch_id: int
    target_id: int
    details: dict[str, Any]
    by: str
    reason: str
    now: datetime


@dataclass(frozen=True)
class Progress:
    """How far a batch is: items in all, and of those done, failed, and stopped before they were done."""

    total: int
    done: int
    failed: int
    stopped: int = 0

    @property
    def waiting(self) -> int:
        """How many are still to be done."""
        return self.total - self.done - self.failed - self.stopped


@dataclass(frozen=True)
class Result:
    """What became of one item: its state (waiting, done, failed, stopped), a note, and the instance it is about."""

    item: BatchItem
    instance: Instance | None


Act = Callable[[Session, Asked], str | None]
_acts: dict[str, Act] = {}


def act(kind: str) -> Callable[[Act], Act]:
    """Register what a batch of this kind does with one target. It may return a note for the list of results."""

    def register(function: Act) -> Act:
        _acts[kind] = function
        return function

    return register


def ask(
    session: Session,
    kind: str,
    targets: Iterable[tuple[int, int | None]],
    *,
    title: str,
    by: str,
    reason: str,
    now: datetime,
    root_id: int | None = None,
    **details: Any,
) -> Batch:
    """Ask for `kind` to be done with each target: pairs of its id and the id of the instance it belongs to.

    Five statements, whatever the number of targets.
    """
    batch = Batch(kind=kind, root_id=root_id, title=title, details=details, reason=reason, asked_by=by, asked_at=now)
    session.add(batch)
    session.flush()
    changes = Changes(now)
    add_items(session, changes, batch.id, targets)
    changes.write(session)
    return batch


def add_items(session: Session, changes: Changes, batch_id: int, targets: Iterable[tuple[int, int | None]]) -> None:
    """Add targets to a batch; one statement beside those of `changes`."""
    rows = [{"batch_id": batch_id, "target_id": target, "instance_id": about} for target, about in targets]
    if rows:
        session.connection().execute(insert(BatchItem), rows)
    for row in rows:
        changes.job("batch_item", None, None, changes.now, batch=batch_id, target=row["target_id"])


def do_item(session: Session, job: Job, now: datetime) -> None:
    """Do one item of a batch. What it refuses is noted, and nothing of it stays."""
    batch = session.get_one(Batch, job.payload["batch"])
    item = session.scalars(
        select(BatchItem)
        .where(BatchItem.batch_id == batch.id, BatchItem.target_id == job.payload["target"])
        .with_for_update()
    ).one()
    if item.state != WAITING:
        return
    asked = Asked(batch.id, item.target_id, batch.details, batch.asked_by, batch.reason, now)
    try:
        with session.begin_nested():
            note = _acts[batch.kind](session, asked)
            session.flush()
    except NotYet:
        changes = Changes(now)
        changes.job("batch_item", None, None, now, **job.payload)
        changes.write(session)
        return
    except (OperationalError, StaleDataError):
        # The database is busy: that is no answer, and the job is tried again.
        raise
    except Exception as error:
        log.info("item %s of batch %s failed", item.target_id, batch.id, exc_info=error)
        item.state, item.note = FAILED, describe(error)
    else:
        item.state, item.note = DONE, note or ""
    item.done_at = now


def progress_of(session: Session, batch_ids: Sequence[int]) -> dict[int, Progress]:
    """How far batches are, by id; one statement."""
    rows = session.execute(
        select(
            BatchItem.batch_id,
            func.count(),
            func.count().filter(BatchItem.state == DONE),
            func.count().filter(BatchItem.state == FAILED),
            func.count().filter(BatchItem.state == STOPPED),
        )
        .where(BatchItem.batch_id.in_(batch_ids))
        .group_by(BatchItem.batch_id)
    )
    found = {batch_id: Progress(*counts) for batch_id, *counts in rows}
    return {batch_id: found.get(batch_id, Progress(0, 0, 0)) for batch_id in batch_ids}


def stop(session: Session, batch_id: int, *, now: datetime) -> int:
    """Do no more of a batch; returns how many items are left undone. What has been done stays."""
    stopped = (
        update(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.state == WAITING)
        .values(state=STOPPED, done_at=now)
        .returning(BatchItem.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(stopped).all())


def latest(session: Session, *, kind: str, limit: int) -> Sequence[Batch]:
    """The batches of a kind, the newest first."""
    return session.scalars(select(Batch).where(Batch.kind == kind).order_by(Batch.id.desc()).limit(limit)).all()


def get(session: Session, batch_id: int) -> Batch:
    """The batch. Raises NotFound."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound("There is no such piece of work.")
    return batch


def results_of(session: Session, batch_id: int, *, limit: int, offset: int = 0) -> list[Result]:
    """What became of the items, the failed ones first; one statement."""
    first = BatchItem.state == FAILED
    rows = session.execute(
        select(BatchItem, Instance)
        .outerjoin(Instance, Instance.id == BatchItem.instance_id)
        .where(BatchItem.batch_id == batch_id)
        .order_by(first.desc(), BatchItem.id)
        .limit(limit)
        .offset(offset)
    )
    return [Result(item, instance) for item, instance in rows]
