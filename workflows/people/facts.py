"""What is known about a person or a unit on one day, as plain values that can be kept after the session."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from workflows.people.grades import is_executive
from workflows.people.models import (
    ACTIVE,
    ON_LEAVE,
    TERMINATED,
    CommitteeSeat,
    DottedLine,
    OrgUnitVersion,
    Person,
    PersonVersion,
)

Rows = Select[*tuple[Any, ...]]
"""A SELECT whose rows are the arguments of `PersonOnDay` or `UnitOnDay`, in order."""


@dataclass(frozen=True, slots=True)
class PersonOnDay:
    """A person with everything that is true of them on one day. Money is in `currency` a year, `fte` is 0 to 1."""

    id: str
    name: str
    email: str
    language: str
    time_zone: str
    hire_date: date
    birth_year: int | None
    gender: str
    manager_id: str | None
    org_unit: str
    site: str
    country: str
    works_council: bool
    job_title: str
    grade: str
    job_family: str
    employment_type: str
    status: str
    leave_from: date | None
    leave_to: date | None
    termination_date: date | None
    hrbp_id: str | None
    cost_centre: str
    fte: Decimal
    salary: Decimal
    currency: str
    band_min: Decimal | None
    band_mid: Decimal | None
    band_max: Decimal | None
    bonus_target_pct: Decimal
    last_promotion_date: date | None

    @property
    def is_active(self) -> bool:
        """At work: neither on leave nor gone."""
        return self.status == ACTIVE

    @property
    def is_on_leave(self) -> bool:
        """Employed, but away."""
        return self.status == ON_LEAVE

    @property
    def has_left(self) -> bool:
        """No longer employed."""
        return self.status == TERMINATED

    @property
    def is_executive(self) -> bool:
        """Of an executive grade on that day."""
        return is_executive(self.grade)


@dataclass(frozen=True, slots=True)
class UnitOnDay:
    """A unit of the organisation on one day."""

    id: str
    name: str
    parent_id: str | None
    head_id: str | None
    cost_centre: str


def _column(name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(Person, name, None) or getattr(PersonVersion, name)
    return column


PERSON_COLUMNS = [_column(field.name) for field in fields(PersonOnDay)]


def valid_on(
    version: type[PersonVersion | OrgUnitVersion | DottedLine | CommitteeSeat], on: date | BindParameter[date]
) -> ColumnElement[bool]:
    """The condition that a version is the one of the day `on`."""
    return (version.valid_from <= on) & or_(version.valid_to.is_(None), version.valid_to > on)


def select_people_on(on: date | BindParameter[date]) -> Rows:
    """A SELECT of every person known on that day, to be narrowed; its rows make `PersonOnDay(*row)`."""
    return (
        select(*PERSON_COLUMNS)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(valid_on(PersonVersion, on))
    )


def select_units_on(on: date) -> Rows:
    """A SELECT of every unit of that day; its rows make `UnitOnDay(*row)`."""
    version = OrgUnitVersion
    return select(version.unit_id, version.name, version.parent_id, version.head_id, version.cost_centre).where(
        valid_on(version, on)
    )
