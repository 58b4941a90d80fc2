"""What a person was told, as that person reads it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from engine import UNFINISHED, Task
from workflows.notifications.models import OF_OPEN_TASKS, TOLD_BY_THE_INBOX, Notification

LATEST = 50


@dataclass(frozen=True)
class Told:
    """A notification as its reader sees it: unread until they have read it, or until what it asks for is done."""

    id: int
    kind: str
    text: str
    task_id: int | None
    case_id: int | None
    created_at: datetime
    is_unread: bool


def list_notifications(session: Session, person_id: str, *, limit: int = LATEST) -> list[Told]:
    """The person's own notifications, the newest first, without what the inbox tells; one statement."""
    rows = session.execute(
        select(
            Notification.id,
            Notification.kind,
            Notification.text,
            Notification.task_id,
            Notification.case_id,
            Notification.created_at,
            is_unread(),
        )
        .where(Notification.person_id == person_id, Notification.kind.not_in(TOLD_BY_THE_INBOX))
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    return [Told(*row) for row in rows]


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


def mark_read(session: Session, person_id: str, now: datetime, *, notification_id: int | None = None) -> None:
    """Mark one of the person's notifications as read, or all of them. Somebody else's are left as they are."""
    unread = update(Notification).where(Notification.person_id == person_id, Notification.read_at.is_(None))
    if notification_id is not None:
        unread = unread.where(Notification.id == notification_id)
    session.execute(unread.values(read_at=now).execution_options(synchronize_session="fetch"))


def _unread_of(person_id: str, task_id: int) -> tuple[ColumnElement[bool], ...]:
    return Notification.task_id == task_id, Notification.person_id == person_id, Notification.read_at.is_(None)
