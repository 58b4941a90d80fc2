"""Approving many tasks at once: asked for now, done a little later, and until then taken back as a whole.

What a step sets in motion cannot be taken back, so it is not set in motion before the time to think again is over.
Then every task is approved by the same verb as one alone: the gate, the form, and the history. One that fails does not
stop the others; it comes back into the inbox and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine import (
    Batch,
    BatchItem,
    Changes,
    Conflict,
    Instance,
    Job,
    NotFound,
    Rejection,
    Task,
    batches,
    describe,
    registry,
)
from workflows.inbox.bulk_looking import Look, figures_of, fingerprint, look_again
from workflows.inbox.models import APPROVING, SetAside
from workflows.people.models import Person
from workflows.reviews.submitting import submit

KIND = "bulk_approval"
UNDONE = "undone"
TIME_TO_UNDO = timedelta(seconds=30)
TOGETHER = 50
"""How many are approved in one transaction."""

_ASIDE = timedelta(days=1)


def ask_to_approve(session: Session, seen: Mapping[int, str], *, confirmed: bool, by: str, now: datetime) -> Batch:
    """Ask for these tasks to be approved after `TIME_TO_UNDO`: ids, with the fingerprint of what the person has seen.

    Everything is looked at again; what has changed since is noted as failed at once, with the reason. Raises
    Rejection when nothing of it can be approved, or when what the forms want confirmed was not.
    """
    selection = look_again(session, list(seen), by=by, now=now)
    if selection.attestations and not confirmed:
        raise Rejection("Confirm what the forms ask for, or approve the tasks one by one.")
    same = [look for look in selection.fit if seen[look.task.id] == look.fingerprint]
    if not same:
        raise Rejection("Nothing of this can be approved together any more. Select again.")
    note = "It has changed while you looked at it. Nothing was approved."
    failed = [replace(look, reason=note) for look in selection.fit if seen[look.task.id] != look.fingerprint]
    failed += selection.dropped
    details = {"seen": {str(look.task.id): look.fingerprint for look in same}, "answers": _answers_by_step(same)}
    batch = Batch(
        kind=KIND,
        root_id=None,
        title=f"{len(same)} approvals",
        details=details,
        reason="",
        asked_by=by,
        asked_at=now,
    )
    session.add(batch)
    session.flush()
    _write(session, batch, same, failed, now)
    return batch


def _answers_by_step(looks: Sequence[Look]) -> dict[str, Any]:
    return {_place(look.task): look.answers for look in looks}


def _place(task: Task) -> str:
    return f"{task.definition_id}/{task.step}"


def _write(session: Session, batch: Batch, same: Sequence[Look], failed: Sequence[Look], now: datetime) -> None:
    items = [{**_item(batch, look), "state": batches.WAITING, "note": ""} for look in same]
    items += [{**_item(batch, look), "state": batches.FAILED, "note": look.reason, "done_at": now} for look in failed]
    connection = session.connection()
    for states in (items[: len(same)], items[len(same) :]):
        if states:
            connection.execute(insert(BatchItem), states)
    ids = [look.task.id for look in same]
    session.execute(delete(SetAside).where(SetAside.task_id.in_(ids), SetAside.person_id == batch.asked_by))
    aside = {"person_id": batch.asked_by, "until": now + TIME_TO_UNDO + _ASIDE, "reason": APPROVING}
    connection.execute(insert(SetAside), [{"task_id": task_id, **aside} for task_id in ids])
    _go_on(session, batch.id, now, now + TIME_TO_UNDO)


def _item(batch: Batch, look: Look) -> dict[str, Any]:
    return {"batch_id": batch.id, "target_id": look.task.id, "instance_id": look.task.instance_id}


def _go_on(session: Session, batch_id: int, now: datetime, at: datetime) -> None:
    changes = Changes(now)
    changes.job(KIND, None, None, at, batch=batch_id)
    changes.write(session)


@registry.job_kind(KIND)
def approve_some(session: Session, job: Job, now: datetime) -> None:
    """Approve up to `TOGETHER` tasks of a batch, each for itself, and ask for the rest."""
    batch = session.get_one(Batch, job.payload["batch"])
    waiting = select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.state == batches.WAITING)
    items = session.scalars(waiting.order_by(BatchItem.id).limit(TOGETHER).with_for_update()).all()
    ids = [item.target_id for item in items]
    # Locked before the figures are compared, so that what is approved is what was seen; in one order for all workers.
    figures = (
        select(Task, Instance.variables)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.id.in_(ids))
        .order_by(Instance.id)
        .with_for_update(of=Instance, key_share=True)
    )
    found = {task.id: (task, variables) for task, variables in session.execute(figures)}
    every = [(item, *found[item.target_id]) for item in items]
    if not _approve_together(session, batch, every, now):
        for item, task, variables in every:
            item.state, item.note = _approve_alone(session, batch, task, variables, now)
    for item in items:
        item.done_at = now
    session.execute(delete(SetAside).where(SetAside.task_id.in_(ids), SetAside.person_id == batch.asked_by))
    if len(items) == TOGETHER:
        _go_on(session, batch.id, now, now)


_BUSY = (OperationalError, StaleDataError)
"""The database is busy: that is no answer, and the job is tried again."""


def _approve_together(
    session: Session, batch: Batch, every: Sequence[tuple[BatchItem, Task, Mapping[str, Any]]], now: datetime
) -> bool:
    """Approve them with one savepoint around all, which is quicker. False, and nothing done, when one of them fails."""
    try:
        with session.begin_nested():
            for _, task, variables in every:
                _approve(session, batch, task, variables, now)
    except _BUSY:
        raise
    except Exception:  # noqa: BLE001 - which one it is and why is found out by approving each alone
        return False
    for item, *_ in every:
        item.state = batches.DONE
    return True


def _approve_alone(
    session: Session, batch: Batch, task: Task, variables: Mapping[str, Any], now: datetime
) -> tuple[str, str]:
    """Approve one with a savepoint of its own; the state it is in then, and why it failed."""
    try:
        with session.begin_nested():
            _approve(session, batch, task, variables, now)
    except _BUSY:
        raise
    except Exception as error:  # noqa: BLE001 - one that fails does not stop the others
        return batches.FAILED, describe(error)
    return batches.DONE, ""


def _approve(session: Session, batch: Batch, task: Task, variables: Mapping[str, Any], now: datetime) -> None:
    if fingerprint(task, figures_of(variables)) != batch.details["seen"][str(task.id)]:
        raise Conflict("It has changed since you approved it. Nothing was approved: look at it again.")
    answers = batch.details["answers"][_place(task)]
    submit(session, task.id, answers, by=batch.asked_by, now=now, revision=task.revision)
    session.flush()


def undo(session: Session, batch_id: int, *, by: str, now: datetime) -> int:
    """Take back what has not been approved yet; returns how many tasks that was.

    Raises NotFound for a batch of somebody else, Conflict when all of it has been approved.
    """
    batch = find_approvals(session, batch_id, by=by)
    waiting = select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.state == batches.WAITING)
    items = session.scalars(waiting.order_by(BatchItem.id).with_for_update()).all()
    if not items:
        raise Conflict("It is too late to undo this: everything has been approved already.")
    for item in items:
        item.state, item.done_at = UNDONE, now
    ids = [item.target_id for item in items]
    session.execute(delete(SetAside).where(SetAside.task_id.in_(ids), SetAside.person_id == by))
    session.flush()
    return len(items)


def find_approvals(session: Session, batch_id: int, *, by: str) -> Batch:
    """The batch of approvals that `by` has asked for. Raises NotFound."""
    batch = batches.get(session, batch_id)
    if batch.kind != KIND or batch.asked_by != by:
        raise NotFound("There are no such approvals of yours.")
    return batch


_WAITING_APPROVALS = (
    select(Batch.id, func.count())
    .join(BatchItem, BatchItem.batch_id == Batch.id)
    .where(Batch.asked_by == bindparam("person"), Batch.kind == KIND, Batch.asked_at > bindparam("since"))
    .where(BatchItem.state == batches.WAITING)
    .group_by(Batch.id)
    .order_by(Batch.id.desc())
    .limit(1)
)


def waiting_approvals(session: Session, person_id: str, now: datetime) -> tuple[int, int] | None:
    """The newest batch of this person that has not been approved as a whole, and how many tasks wait in it."""
    row = session.execute(_WAITING_APPROVALS, {"person": person_id, "since": now - _ASIDE}).one_or_none()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True)
class Approval:
    """What became of one task of a batch: `state` is waiting, done, failed or undone; the note says why."""

    task_id: int
    step: str
    subject: str
    state: str
    note: str


def list_approvals(session: Session, batch: Batch) -> list[Approval]:
    """The tasks of a batch, those that failed first; one statement."""
    rows = session.execute(
        select(Task.id, Task.name, Person.name, BatchItem.state, BatchItem.note)
        .join(Task, Task.id == BatchItem.target_id)
        .outerjoin(Person, Person.id == Task.subject)
        .where(BatchItem.batch_id == batch.id)
        .order_by(BatchItem.state != batches.FAILED, Person.name, Task.id)
    )
    return [Approval(task_id, step, subject or "The whole cycle", *rest) for task_id, step, subject, *rest in rows]
