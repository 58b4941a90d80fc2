"""People, units and their reporting lines.

`Person` and `OrgUnit` hold what identifies somebody or something and is true whatever day is asked. Everything a
rule asks "on that day" (manager, unit, grade, pay, leave) is a version, valid from its first day until the day
before `valid_to`; an open `valid_to` means "until further notice". Versions of one person never overlap.
A version names the import that wrote it, so that every fact can be traced to a file and a person.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from engine import Base, RowId, UtcDateTime
from workflows.people.decimals import ExactDecimal

ACTIVE = "active"
ON_LEAVE = "leave"
TERMINATED = "terminated"
STATUSES = (ACTIVE, ON_LEAVE, TERMINATED)

MONEY = ExactDecimal(16, 2)


class Import(Base):
    """One file that was applied: who brought it, when, and what it changed."""

    __tablename__ = "people_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    imported_by: Mapped[str] = mapped_column(String(40))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective: Mapped[date]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]


class ImportMemory(Base):
    """What was there before the newest import: the rows it changed, the tasks it moved, and the people it is about.

    `batch_id` is the batch that moves its tasks, where they are many.
    """

    __tablename__ = "people_import_memory"

    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id", ondelete="CASCADE"), primary_key=True)
    rows: Mapped[list[Any]]
    tasks: Mapped[list[Any]]
    people: Mapped[list[str]]
    batch_id: Mapped[int | None] = mapped_column(RowId)


class Person(Base):
    """Somebody the organisation knows, under the employee id of its HR system."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10))
    time_zone: Mapped[str] = mapped_column(String(40))
    hire_date: Mapped[date] = mapped_column(index=True)
    birth_year: Mapped[int | None]
    gender: Mapped[str] = mapped_column(String(20), default="")

    __table_args__ = (Index("uq_person_email_lower", func.lower(email), unique=True),)


class PersonVersion(Base):
    """What is true of a person from `valid_from` until the day before `valid_to`."""

    __tablename__ = "person_version"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    org_unit: Mapped[str] = mapped_column(String(40))
    site: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    works_council: Mapped[bool]
    job_title: Mapped[str] = mapped_column(String(200))
    grade: Mapped[str] = mapped_column(String(10))
    job_family: Mapped[str] = mapped_column(String(80))
    employment_type: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    leave_from: Mapped[date | None]
    leave_to: Mapped[date | None]
    termination_date: Mapped[date | None]
    hrbp_id: Mapped[str | None] = mapped_column(String(40))
    cost_centre: Mapped[str] = mapped_column(String(40))
    fte: Mapped[Decimal] = mapped_column(ExactDecimal(4, 3))
    salary: Mapped[Decimal] = mapped_column(MONEY)
    currency: Mapped[str] = mapped_column(String(3))
    band_min: Mapped[Decimal | None] = mapped_column(MONEY)
    band_mid: Mapped[Decimal | None] = mapped_column(MONEY)
    band_max: Mapped[Decimal | None] = mapped_column(MONEY)
    bonus_target_pct: Mapped[Decimal] = mapped_column(ExactDecimal(6, 2))
    last_promotion_date: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("people_import.id"))

    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        Index("ix_person_version_manager", "manager_id", "valid_from"),
        Index("ix_person_version_org_unit", "org_unit", "valid_from"),
    )


class DottedLine(Base):
    """A second, dotted reporting line from a person to another manager, for a while."""

    __tablename__ = "dotted_line"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    manager_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("people_import.id"))

    __table_args__ = (Index("ix_dotted_line_manager", "manager_id", "valid_from"),)


class ProjectMembership(Base):
    """Somebody in a project, beside the line, from `valid_from` until the day before `valid_to`."""

    __tablename__ = "project_membership"

    project: Mapped[str] = mapped_column(String(80), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    is_lead: Mapped[bool]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("people_import.id"))

    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),)


class Absence(Base):
    """Out of office from `first_day` to `last_day`, both included; without a last day, until further notice.

    It ends early, or never begins, with `ended_at`. `changed_at` is the moment of the latest change to it or to its
    substitutes. Leave that the HR system knows is in `PersonVersion`.
    """

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Substitute(Base):
    """Who stands in during an absence: the lowest `position` first. An empty `process` means every process."""

    __tablename__ = "substitute"

    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    process: Mapped[str] = mapped_column(String(200), default="")


class Committee(Base):
    """People who decide together: its seats say who they are.

    One that is a level of another (`part_of`) decides there on what is no higher than `up_to`, a grade or a number.
    """

    __tablename__ = "committee"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    part_of: Mapped[str | None] = mapped_column(ForeignKey("committee.id", ondelete="CASCADE"), index=True)
    up_to: Mapped[str | None] = mapped_column(String(20))


class CommitteeSeat(Base):
    """A seat of a committee from `valid_from` until the day before `valid_to`.

    `role` is chair, member, or reserve: who is called where a member must not vote. `weight` is how much the vote
    counts; with `has_veto` it is enough to reject.
    """

    __tablename__ = "committee_seat"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[str] = mapped_column(ForeignKey("committee.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    weight: Mapped[int] = mapped_column(default=1)
    has_veto: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Holiday(Base):
    """A day that is not worked: everywhere in a country, or at one of its sites. Both empty: everywhere."""

    __tablename__ = "holiday"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    site: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class OrgUnit(Base):
    """A unit of the organisation, under the code of its HR system."""

    __tablename__ = "org_unit"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)


class OrgUnitVersion(Base):
    """What is true of a unit from `valid_from` until the day before `valid_to`."""

    __tablename__ = "org_unit_version"

    unit_id: Mapped[str] = mapped_column(ForeignKey("org_unit.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    head_id: Mapped[str | None] = mapped_column(String(40), index=True)
    cost_centre: Mapped[str] = mapped_column(String(40))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("people_import.id"))

    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),)


class Account(Base):
    """The sign-in of a person, under the person's e-mail address.

    Roles are some of `accounts.ROLES`. Being an executive is no role here: it follows from the grade. `session_token`
    is what a browser session holds instead of the person's id, so that a new token ends every session.
    """

    __tablename__ = "account"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    session_token: Mapped[str] = mapped_column(String(64), unique=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
