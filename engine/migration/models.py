"""What became of the instances that were moved to another definition."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime
from engine.models import RowId


class Passage(Base):
    """One instance that a migration has moved; the migration itself is the batch `batch_id`.

    `before` is what is put back when it is undone, `after` how to tell that the instance has not gone on since.
    """

    __tablename__ = "passage"
    __table_args__ = (Index("ix_passage_instance", "instance_id"),)

    batch_id: Mapped[int] = mapped_column(RowId, ForeignKey("batch.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"), primary_key=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
