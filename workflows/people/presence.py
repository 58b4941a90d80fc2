"""How much of a time somebody worked: employed, and not on leave."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows.people.models import ACTIVE, ON_LEAVE, Person, PersonVersion

PLACES = Decimal("0.0001")
ALL = Decimal(1)
_IDS_A_STATEMENT = 500


def shares_worked(session: Session, people: Collection[str], first: date, last: date) -> dict[str, Decimal]:
    """The share of the days from `first` to `last`, both included, that each of these people worked: 0 to 1.

    Rounded to four places; whoever worked all of it is missing. Leave and exits that are known to come count, and so
    do the days before somebody was hired. One statement for every 500 people.
    """
    absent: dict[str, set[date]] = {}
    ids = sorted(people)
    for begin in range(0, len(ids), _IDS_A_STATEMENT):
        rows = session.execute(
            select(Person.id, Person.hire_date, PersonVersion)
            .join(PersonVersion, PersonVersion.person_id == Person.id)
            .where(Person.id.in_(ids[begin : begin + _IDS_A_STATEMENT]), PersonVersion.valid_from <= last)
            .where(or_(PersonVersion.valid_to.is_(None), PersonVersion.valid_to > first))
            .where((PersonVersion.status != ACTIVE) | (Person.hire_date > first))
        )
        for person_id, hired, version in rows:
            days = absent.setdefault(person_id, set())
            days.update(_days(first, min(last, hired - timedelta(days=1))))
            if version.status != ACTIVE:
                days.update(_days(max(first, _first_day(version)), min(last, _last_day(version, last))))
    total = (last - first).days + 1
    worked = {person: Decimal(total - len(days)) / total for person, days in absent.items() if days}
    return {person: share.quantize(PLACES, ROUND_HALF_UP) for person, share in worked.items()}


def latest_leaves(session: Session, people: Collection[str], first: date, last: date) -> dict[str, date]:
    """The day on which the latest leave of each of these people began, as far as they were on leave in that time.

    Whoever was not is missing. One statement for every 500 people.
    """
    found: dict[str, date] = {}
    ids = sorted(people)
    for begin in range(0, len(ids), _IDS_A_STATEMENT):
        versions = session.scalars(
            select(PersonVersion)
            .where(PersonVersion.person_id.in_(ids[begin : begin + _IDS_A_STATEMENT]))
            .where(PersonVersion.status == ON_LEAVE, PersonVersion.valid_from <= last)
            .where(or_(PersonVersion.valid_to.is_(None), PersonVersion.valid_to > first))
            .order_by(PersonVersion.valid_from)
        )
        found.update((version.person_id, _first_day(version)) for version in versions)
    return found


def _first_day(version: PersonVersion) -> date:
    """When the leave or the exit began that a version tells of: before it, where it was known later."""
    since = version.leave_from if version.status == ON_LEAVE else version.termination_date
    return min(version.valid_from, since or version.valid_from)


def _last_day(version: PersonVersion, last: date) -> date:
    if version.valid_to is not None:
        return version.valid_to - timedelta(days=1)
    return (version.status == ON_LEAVE and version.leave_to) or last


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
