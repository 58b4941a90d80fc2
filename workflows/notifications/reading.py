"""What a person was told, as that person reads it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflows.notifications.models import Notification

LATEST = 50


def list_notifications(session: Session, person_id: str, *, limit: int = LATEST) -> Sequence[Notification]:
    """The person's own notifications, the newest first."""
    return session.scalars(
        select(Notification)
        .where(Notification.person_id == person_id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    ).all()


def mark_read(session: Session, person_id: str, now: datetime, *, notification_id: int | None = None) -> None:
    """Mark one of the person's notifications as read, or all of them. Somebody else's are left as they are."""
    unread = update(Notification).where(Notification.person_id == person_id, Notification.read_at.is_(None))
    if notification_id is not None:
        unread = unread.where(Notification.id == notification_id)
    session.execute(unread.values(read_at=now).execution_options(synchronize_session="fetch"))
