"""The tables of designs: a package as it is drawn, with everything it was before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime


class Design(Base):
    """A process package that is worked on. Its name and key are those that its diagram gives to the process.

    `revision` grows with every change. `base_id` is the definition that it was begun from or last published as.
    """

    __tablename__ = "design"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    base_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("definition.id"))
    published_revision: Mapped[int | None]
    changed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DesignFile(Base):
    """What one file of a design was from revision `since` until, but not in, revision `until`; None: it still is.

    `revision` is that of its last change: a row is written over while one person goes on with one change.
    """

    __tablename__ = "design_file"
    __table_args__ = (
        UniqueConstraint("design_id", "path", "since"),
        Index(
            "ix_design_file_now",
            "design_id",
            "path",
            unique=True,
            postgresql_where=text("until IS NULL"),
            sqlite_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    design_id: Mapped[int] = mapped_column(RowId, ForeignKey("design.id"))
    path: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    since: Mapped[int]
    until: Mapped[int | None]
    revision: Mapped[int]


class DesignChange(Base):
    """One change of a design: what somebody did from revision `first` to `revision`, in words."""

    __tablename__ = "design_change"
    __table_args__ = (Index("ix_design_change_newest", "design_id", "revision", unique=True),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    design_id: Mapped[int] = mapped_column(RowId, ForeignKey("design.id"))
    first: Mapped[int]
    revision: Mapped[int]
    kind: Mapped[str]
    detail: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DesignPresence(Base):
    """Somebody who has a file of a design open, as of `seen_at`."""

    __tablename__ = "design_presence"

    design_id: Mapped[int] = mapped_column(RowId, ForeignKey("design.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    path: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
