"""Submissions: the answers given to the form of one task."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime

DRAFT = "draft"
SUBMITTED = "submitted"
CALIBRATED = "calibrated"
RELEASED = "released"


class Submission(Base):
    """The answers to the form of a task: draft, submitted, calibrated, released.

    `subject` is the person it is about and `root_id` the engine instance of the cycle. `version` counts the saves, so
    that two windows cannot overwrite each other.
    """

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_case", "root_id", "subject", "submitted_at"),)

    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"), primary_key=True)
    root_id: Mapped[int] = mapped_column(RowId)
    definition_id: Mapped[int] = mapped_column(RowId)
    subject: Mapped[str | None]
    step: Mapped[str]
    form: Mapped[str]
    author: Mapped[str]
    state: Mapped[str] = mapped_column(default=DRAFT)
    answers: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
