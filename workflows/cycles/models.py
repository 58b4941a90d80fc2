"""A launched cycle, and one case for each of its participants."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime


class Cycle(Base):
    """A launched review cycle. `instance_id` is the engine instance of the whole cycle, the root of all its tasks."""

    __tablename__ = "cycle"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str]
    definition_id: Mapped[int] = mapped_column(RowId, ForeignKey("definition.id"))
    instance_id: Mapped[int] = mapped_column(RowId, ForeignKey("instance.id"), unique=True)
    period_from: Mapped[date]
    period_to: Mapped[date]
    population: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="running")
    launched_by: Mapped[str]
    launched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Case(Base):
    """One participant's whole file in a cycle.

    `manager_id`, `org_unit` and `calibration_group` are those of the launch day; `rating` is what the manager
    submitted, `calibrated_rating` what calibration made of it (None: no rating, narrative alone). `root_id` is the
    engine instance of the cycle, so that a task finds its case without a detour. `terms` are the variables by which it
    differs from its cycle: see `terms`.
    """

    __tablename__ = "review_case"
    __table_args__ = (
        UniqueConstraint("root_id", "person_id"),
        Index("ix_review_case_cycle", "cycle_id", "state"),
        Index("ix_review_case_group", "root_id", "calibration_group"),
        Index("ix_review_case_person", "person_id"),
        Index("ix_review_case_unit", "org_unit"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    cycle_id: Mapped[int] = mapped_column(RowId, ForeignKey("cycle.id"))
    root_id: Mapped[int] = mapped_column(RowId)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    manager_id: Mapped[str | None]
    org_unit: Mapped[str]
    calibration_group: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    rating: Mapped[int | None] = mapped_column(Integer)
    calibrated_rating: Mapped[int | None] = mapped_column(Integer)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    @property
    def final_rating(self) -> int | None:
        """The rating that counts: the calibrated one where there is one."""
        return self.rating if self.calibrated_rating is None else self.calibrated_rating


class ClosingReview(Base):
    """What a former manager was asked for when somebody got another one in the middle of a cycle.

    They managed the person from `served_from` to `served_to`, both included and within the period of the cycle. Without
    `instance_id` it has not begun yet; where it is `skipped`, it never does, and `note` says why. `days` is how long
    there is to write it, and `import_id` the import that brought the transfer.
    """

    __tablename__ = "closing_review"
    __table_args__ = (
        UniqueConstraint("person_id", "manager_id", "served_to"),
        Index("ix_closing_review_import", "import_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[int] = mapped_column(RowId, ForeignKey("review_case.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    manager_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    served_from: Mapped[date]
    served_to: Mapped[date]
    days: Mapped[int]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skipped: Mapped[bool]
    note: Mapped[str]
    import_id: Mapped[int | None]
    instance_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("instance.id"), unique=True)
