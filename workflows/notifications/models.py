"""What a person was told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime
from engine.models import RowId

REMINDER = "reminder"
OVERDUE = "overdue"
ESCALATION = "escalation"
RELEASE = "release"


class Notification(Base):
    """One message to one person, with the task or the case it leads to. Unread until `read_at`."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_inbox", "person_id", "read_at", "id"),
        Index("ix_notification_task", "task_id", "kind", "person_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    task_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("task.id"))
    case_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("review_case.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
