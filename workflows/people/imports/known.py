"""What the database knows before an import, read in a few statements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows.people.facts import valid_on
from workflows.people.models import DottedLine, OrgUnitVersion, Person, PersonVersion
from workflows.people.outside import is_inside
from workflows.people.timeline import Timeline, Version

CHUNK = 500
"""How many ids one statement names."""

Row = dict[str, Any]
"""One row of a versions table, by column."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands on the day of the import."""

    manager_id: str | None
    status: str


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """Everybody the database knows: their fields, and where they stand on one day."""

    people: dict[str, Row]
    standing: dict[str, Standing]
    units: frozenset[str]


def load_known_people(session: Session, on: date) -> KnownPeople:
    """Read everybody's identity and standing on that day. Three statements."""
    identities = session.execute(select(Person.__table__).where(is_inside(Person.id))).mappings()
    people = {row["id"]: dict(row) for row in identities}
    version = PersonVersion
    standing = session.execute(
        select(version.person_id, version.manager_id, version.status).where(valid_on(version, on))
    )
    units = session.scalars(select(OrgUnitVersion.unit_id).where(valid_on(OrgUnitVersion, on)))
    return KnownPeople(
        people,
        {person_id: Standing(manager_id, status) for person_id, manager_id, status in standing},
        frozenset(units),
    )


def load_versions(
    session: Session, model: type[PersonVersion | OrgUnitVersion], ids: Iterable[str]
) -> dict[str, list[Row]]:
    """All versions of these people or units in order, one statement for every 500 of them."""
    table = model.__table__
    key = next(iter(table.primary_key))
    found: dict[str, list[Row]] = {}
    for some in chunks(sorted(ids)):
        rows = session.execute(select(table).where(key.in_(some)).order_by(key, table.c.valid_from))
        for row in rows.mappings():
            found.setdefault(row[key.name], []).append(dict(row))
    return found


def load_open_dotted_lines(session: Session, on: date) -> dict[str, dict[str, date]]:
    """For every person with dotted lines on that day or later: the managers, and since when. One statement."""
    lines: dict[str, dict[str, date]] = {}
    statement = select(DottedLine.person_id, DottedLine.manager_id, DottedLine.valid_from)
    not_over = or_(DottedLine.valid_to.is_(None), DottedLine.valid_to > on)
    for person_id, manager_id, since in session.execute(statement.where(not_over)):
        lines.setdefault(person_id, {})[manager_id] = since
    return lines


def as_timeline(rows: Sequence[Row], fields: Sequence[str]) -> Timeline:
    """The rows of one person or unit as a timeline of these fields."""
    return tuple(Version(row["valid_from"], {name: row[name] for name in fields}) for row in rows)


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in lists of at most 500."""
    remaining = iter(ids)
    while some := list(islice(remaining, CHUNK)):
        yield some
