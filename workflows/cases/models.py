"""What people who work on a case say to each other about it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime


class Comment(Base):
    """A remark about a case, for those who work on it; never for its subject. `task_id` is where it was written."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("review_case.id"))
    task_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("task.id"))
    author: Mapped[str] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
