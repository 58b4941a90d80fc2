"""Looking for people of a day, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from workflows.people.facts import PersonOnDay, Rows, select_people_on, valid_on
from workflows.people.models import OrgUnitVersion, Person, PersonVersion
from workflows.people.plain import names_like


@dataclass(frozen=True)
class FoundPerson:
    """A person of the day with the names that a list shows; empty where the post is vacant or the unit unknown."""

    person: PersonOnDay
    manager: str
    unit: str


@dataclass(frozen=True)
class FoundPeople:
    """One page of people, and how many fit altogether."""

    rows: Sequence[FoundPerson]
    total: int


def search_people(
    session: Session, on: date, *, search: str = "", status: str = "", limit: int, offset: int = 0
) -> FoundPeople:
    """People of a day by name, whose name, address, id, title or unit contains `search`. Two statements.

    Neither case nor accents matter.
    """
    manager, unit = aliased(Person), aliased(OrgUnitVersion)
    statement: Select[Any] = (
        _narrow(select_people_on(on), status)
        .add_columns(manager.name, unit.name)
        .outerjoin(manager, manager.id == PersonVersion.manager_id)
        .outerjoin(unit, and_(unit.unit_id == PersonVersion.org_unit, valid_on(unit, on)))
    )
    for word in search.split():
        statement = statement.where(
            names_like(Person.name, word)
            | Person.email.icontains(word, autoescape=True)
            | (Person.id == word)
            | names_like(PersonVersion.job_title, word)
            | names_like(unit.name, word)
        )
    total = session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    rows = session.execute(statement.order_by(Person.name, Person.id).limit(limit).offset(offset))
    found = [FoundPerson(PersonOnDay(*row[:-2]), row[-2] or "", row[-1] or "") for row in rows]
    return FoundPeople(found, total)


def _narrow(statement: Rows, status: str) -> Rows:
    return statement.where(PersonVersion.status == status) if status else statement


def find_named(session: Session, named: Collection[str]) -> dict[str, str]:
    """Of what people are named by, their addresses or ids, the ids of those who are known. One statement."""
    address = func.lower(Person.email)
    rows = session.execute(
        select(Person.id, address).where(address.in_([one.lower() for one in named]) | Person.id.in_(named))
    )
    ids = {known: person_id for person_id, email in rows for known in (email, person_id)}
    return {one: ids.get(one) or ids[one.lower()] for one in named if one in ids or one.lower() in ids}


def name_people(session: Session, person_ids: Sequence[str]) -> dict[str, str]:
    """The names of these people by id. One statement."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return dict(rows.all())
