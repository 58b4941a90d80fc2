"""What people do with their own inbox, beside what the process keeps of a task."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime

SNOOZED = "snoozed"
APPROVING = "approving"


class SetAside(Base):
    """A task that is not in somebody's inbox until a moment: snoozed by them, or about to be approved in bulk.

    After `until` the row says that the task came back on that day, its follow-up date. Others see the task as ever.
    """

    __tablename__ = "set_aside"
    __table_args__ = (Index("ix_set_aside_person", "person_id", "until"),)

    task_id: Mapped[int] = mapped_column(RowId, ForeignKey("task.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(20))


class SavedFilter(Base):
    """What somebody asks their inbox for, under a name: the words of an address, never what was found with it."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    asked: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FilterShare(Base):
    """Who else may use a saved filter: one person, or everybody in a group."""

    __tablename__ = "filter_share"
    __table_args__ = (Index("ix_filter_share_reader", "reader", "kind"),)

    filter_id: Mapped[int] = mapped_column(RowId, ForeignKey("saved_filter.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    reader: Mapped[str] = mapped_column(String(40), primary_key=True)
