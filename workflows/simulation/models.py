"""A dry run that somebody asked for: what was to be played, how far it is, and its report."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


class DryRun(Base):
    """One dry run. It is of a published definition, or of a draft as it was at `revision`.

    `settings` holds the key of the process, period, population and assumptions. While it runs, `heard_at` is when its
    process was last heard of, and `share`, `tasks_done` and `played_to` tell how far it is. `summary` has the key
    figures of `report`.
    """

    __tablename__ = "dry_run"
    __table_args__ = (Index("ix_dry_run_asked_at", "asked_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    definition_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("definition.id"))
    design_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("design.id"))
    revision: Mapped[int | None]
    process: Mapped[str]
    name: Mapped[str]
    settings: Mapped[dict[str, Any]]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default=WAITING)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    share: Mapped[float] = mapped_column(default=0.0)
    tasks_done: Mapped[int] = mapped_column(default=0)
    played_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
