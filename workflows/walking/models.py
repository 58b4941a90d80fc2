"""What is kept of a walk-through: what is walked, and every step with the stage as it was then."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime


class Walk(Base):
    """A process that somebody walks through, as `person_id`'s review: every step of it is played by `begun_by`.

    It is of a published definition, or of a draft as it was at `revision`.
    """

    __tablename__ = "walk"
    __table_args__ = (Index("ix_walk_begun_by", "begun_by", "moved_at"), Index("ix_walk_moved_at", "moved_at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    definition_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("definition.id"))
    design_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("design.id"))
    revision: Mapped[int | None]
    process: Mapped[str]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    begun_by: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WalkStep(Base):
    """A step of a walk: what was done, what came of it, the moment on the stage, and the stage itself as it is then.

    Steps count from 0, the launch. `image` is the packed database of the stage.
    """

    __tablename__ = "walk_step"

    walk_id: Mapped[int] = mapped_column(RowId, ForeignKey("walk.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text)
    happened: Mapped[list[Any]]
    image: Mapped[bytes] = mapped_column(deferred=True)
