"""What is asked at a task, and what was answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime

OPEN, ANSWERED, WITHDRAWN = "open", "answered", "withdrawn"
"""`Inquiry.state`. An open one waits for nobody while its task is closed."""


class Inquiry(Base):
    """What `asked_by`, who had the task, wants to know of a colleague, and the answer; `due_at` is a wish."""

    __tablename__ = "inquiry"
    __table_args__ = (
        Index("ix_inquiry_task", "task_id"),
        Index(
            "ix_inquiry_open",
            "colleague",
            "due_at",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    colleague: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
