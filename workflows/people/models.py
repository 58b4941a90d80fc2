"""People, units and their reporting lines.

`Person` and `OrgUnit` hold what identifies somebody or something and is true whatever day is asked. Everything a
rule asks "on that day" (manager, unit, grade, pay, leave) is a version, valid from its first day until the day
before `valid_to`; an open `valid_to` means "until further notice". Versions of one person never overlap.
A version names the import that wrote it, so that every fact can be traced to a file and a person.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, UtcDateTime
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

    Roles are `hr` and `admin`. Being an executive is no role here: it follows from the grade. `session_token` is what
    a browser session holds instead of the person's id, so that a new token ends every session.
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
