"""SQL over reporting lines on one day: upwards, downwards, dotted, and over time.

Recursions unite ids without their depth, so that a loop in the data ends instead of running for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Date, String, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from workflows.people.facts import Rows, select_people_on, valid_on
from workflows.people.models import DottedLine, Person, PersonVersion


@cache
def line_above() -> Rows:
    """The people `ids`, everybody above them, and their HR partners on `day`: one statement for a whole case.

    Built once, since building it costs more than running it: execute it with the parameters `ids` and `day`.
    """
    ids, day = bindparam("ids", expanding=True, type_=String), bindparam("day", type_=Date)
    version, above = PersonVersion, aliased(PersonVersion)
    line = (
        select(version.person_id, version.manager_id)
        .where(version.person_id.in_(ids), valid_on(version, day))
        .cte("line", recursive=True)
    )
    line = line.union(
        select(above.person_id, above.manager_id)
        .join(line, above.person_id == line.c.manager_id)
        .where(above.valid_from <= day, or_(above.valid_to.is_(None), above.valid_to > day))
    )
    partners = select(version.hrbp_id).where(version.person_id.in_(ids), valid_on(version, day))
    return select_people_on(day).where(or_(Person.id.in_(select(line.c.person_id)), Person.id.in_(partners)))


def select_reports(manager_id: str, on: date) -> Rows:
    """The people who report straight to a manager, by name."""
    return select_people_on(on).where(PersonVersion.manager_id == manager_id).order_by(Person.name, Person.id)


def select_everybody_below(manager_id: str, on: date) -> Rows:
    """Everybody in the line below a manager, without the manager, by name."""
    version, below = PersonVersion, aliased(PersonVersion)
    line = (
        select(version.person_id)
        .where(version.manager_id == manager_id, valid_on(version, on))
        .cte("line", recursive=True)
    )
    line = line.union(
        select(below.person_id)
        .join(line, below.manager_id == line.c.person_id)
        .where(below.valid_from <= on, or_(below.valid_to.is_(None), below.valid_to > on))
    )
    return (
        select_people_on(on)
        .where(Person.id.in_(select(line.c.person_id)), Person.id != manager_id)
        .order_by(Person.name, Person.id)
    )


def select_dotted_managers(person_id: str, on: date) -> Rows:
    """The dotted-line managers of a person, by name."""
    managers = select(DottedLine.manager_id).where(DottedLine.person_id == person_id, valid_on(DottedLine, on))
    return select_people_on(on).where(Person.id.in_(managers)).order_by(Person.name, Person.id)


@dataclass(frozen=True, slots=True)
class ManagerPeriod:
    """Who managed somebody from `first` to `last`, both days included. No manager means the post was vacant."""

    manager_id: str | None
    first: date
    last: date

    @property
    def days(self) -> int:
        """The length in calendar days."""
        return (self.last - self.first).days + 1


# Built once, as it is asked for every hand-out.
_MANAGERS_BETWEEN = (
    select(PersonVersion.person_id, PersonVersion.manager_id, PersonVersion.valid_from, PersonVersion.valid_to)
    .where(PersonVersion.valid_from <= bindparam("last", type_=Date))
    .where(or_(PersonVersion.valid_to.is_(None), PersonVersion.valid_to > bindparam("first", type_=Date)))
    .order_by(PersonVersion.person_id, PersonVersion.valid_from)
)
_MANAGERS_OF_SOME = _MANAGERS_BETWEEN.where(PersonVersion.person_id.in_(bindparam("ids", expanding=True)))


def list_managers_between(
    session: Session, person_ids: Iterable[str] | None, first: date, last: date
) -> dict[str, list[ManagerPeriod]]:
    """The managers of each person between two days (both included), in order, one entry a manager in a row.

    People of whom nothing is known in that time are missing from the answer; None means everybody. One statement.
    """
    if person_ids is None:
        rows = session.execute(_MANAGERS_BETWEEN, {"first": first, "last": last})
    else:
        rows = session.execute(_MANAGERS_OF_SOME, {"ids": list(person_ids), "first": first, "last": last})
    periods: dict[str, list[ManagerPeriod]] = {}
    for person_id, manager_id, valid_from, valid_to in rows:
        begin = max(valid_from, first)
        end = last if valid_to is None else min(date.fromordinal(valid_to.toordinal() - 1), last)
        known = periods.setdefault(person_id, [])
        if known and known[-1].manager_id == manager_id and known[-1].last.toordinal() + 1 == begin.toordinal():
            begin = known.pop().first
        known.append(ManagerPeriod(manager_id, begin, end))
    return periods
