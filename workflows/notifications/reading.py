"""What a person was told, as that person reads it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from engine import UNFINISHED, Task
from workflows.notifications.models import CHANGED, EXTENDED, OF_OPEN_TASKS, TOLD_BY_THE_INBOX, Notification

LATEST = 50
MOST_ALIKE = 3
"""How many alike have a line each: under the bell those of a step of a cycle, in a mail those of a kind."""

TOGETHER = {
    CHANGED: "{count} tasks of yours have another deadline or form: “{name}”.",
    EXTENDED: "There is more time for {count} tasks of yours: “{name}”.",
}
"""What is told of many tasks in one line, because what brings it concerns many."""


@dataclass(frozen=True)
class Told:
    """A notification as its reader sees it: unread until they have read it, or until what it asks for is done.

    Where it stands for several that are alike, the text says how many.
    """

    id: int
    kind: str
    text: str
    created_at: datetime
    is_unread: bool


def list_notifications(session: Session, person_id: str, *, limit: int = LATEST) -> list[Told]:
    """The person's own notifications, the newest first, without what the inbox tells; one statement.

    Of many that are alike the newest stands for all of them.
    """
    about = aliased(Task)
    among_alike: dict[str, Any] = {"partition_by": (Notification.kind, about.root_id, about.step, is_unread())}
    newest = (Notification.created_at.desc(), Notification.id.desc())
    told = (
        select(
            Notification.id,
            Notification.kind,
            Notification.text,
            Notification.created_at,
            is_unread().label("is_unread"),
            about.name,
            func.count().over(**among_alike).label("alike"),
            func.row_number().over(**among_alike, order_by=newest).label("place"),
        )
        .outerjoin(about, about.id == Notification.task_id)
        .where(Notification.person_id == person_id, Notification.kind.not_in(TOLD_BY_THE_INBOX))
        .subquery()
    )
    stands_alone = told.c.kind.not_in(TOGETHER) | ~told.c.is_unread | (told.c.alike <= MOST_ALIKE)
    one = told.c
    rows = session.execute(
        select(one.id, one.kind, one.text, one.created_at, one.is_unread, one.name, one.alike, stands_alone)
        .where(stands_alone | (told.c.place == 1))
        .order_by(told.c.created_at.desc(), told.c.id.desc())
        .limit(limit)
    )
    return [
        Told(number, kind, text if alone else TOGETHER[kind].format(count=alike, name=name), created_at, bool(unread))
        for number, kind, text, created_at, unread, name, alike, alone in rows
    ]


def find_alike(session: Session, notification: Notification) -> list[int]:
    """The ids of all that one line tells together with a notification, that one too; none where it stands alone."""
    if notification.kind not in TOGETHER or notification.task_id is None:
        return []
    task = session.get_one(Task, notification.task_id)
    alike = select(Notification.id).join(Task, Task.id == Notification.task_id)
    ids = session.scalars(
        alike.where(
            Notification.person_id == notification.person_id,
            Notification.kind == notification.kind,
            Notification.read_at.is_(None),
            Task.root_id == task.root_id,
            Task.step == task.step,
        )
    ).all()
    return list(ids) if notification.id in ids and len(ids) > MOST_ALIKE else []


def is_unread() -> ColumnElement[bool]:
    """Whether a notification is unread: nobody has read it, and what it asks for is still to be done."""
    still_open = exists().where(Task.id == Notification.task_id, Task.state.in_(UNFINISHED))
    return Notification.read_at.is_(None) & (
        Notification.kind.not_in(OF_OPEN_TASKS) | Notification.task_id.is_(None) | still_open
    )


def has_unread(session: Session, person_id: str, task_id: int) -> bool:
    """Whether the person was told something of a task that they have not read; one statement."""
    return bool(session.scalar(select(exists().where(*_unread_of(person_id, task_id)))))


def mark_opened(session: Session, person_id: str, task_id: int, now: datetime) -> None:
    """Whoever opens a task has read what they were told about it; one statement."""
    session.execute(
        update(Notification)
        .where(*_unread_of(person_id, task_id))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def mark_read(session: Session, person_id: str, now: datetime, *, only: Collection[int] | None = None) -> None:
    """Mark some of the person's notifications as read, or all of them. Somebody else's are left as they are."""
    unread = update(Notification).where(Notification.person_id == person_id, Notification.read_at.is_(None))
    if only is not None:
        unread = unread.where(Notification.id.in_(only))
    session.execute(unread.values(read_at=now).execution_options(synchronize_session="fetch"))


def _unread_of(person_id: str, task_id: int) -> tuple[ColumnElement[bool], ...]:
    return Notification.task_id == task_id, Notification.person_id == person_id, Notification.read_at.is_(None)
