"""Who takes part in a cycle: the rule, its preview, and what will be a problem."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from workflows.people.facts import PersonOnDay
from workflows.people.models import ACTIVE, ON_LEAVE, STATUSES
from workflows.people.organisation import Organisation, Selection
from workflows.people.snapshot import organisation_on
from workflows.routing.situations import EXCLUDE

NOBODY = frozenset({"nobody"})
"""Statuses that nobody has; an empty set would mean anybody."""
STANDARD = Selection(statuses=frozenset({ACTIVE, ON_LEAVE}), employment_types=frozenset({"employee"}))


@dataclass(frozen=True)
class Problem:
    """Something about a participant that HR should know before the launch."""

    person: PersonOnDay
    text: str


@dataclass(frozen=True)
class Preview:
    """What launching with a rule would mean today."""

    participants: list[PersonOnDay]
    left_out: dict[str, int]
    problems: list[Problem]
    by_unit: list[tuple[str, int]]
    by_country: list[tuple[str, int]]


def preview(session: Session, selection: Selection, on: date) -> Preview:
    """Who would take part on that day, who is left out and why, and what will need attention."""
    organisation = organisation_on(session, on)
    participants = organisation.select(selection)
    chosen = {person.id for person in participants}
    others = [person for person in organisation.everybody() if person.id not in chosen]
    names = {unit.id: unit.name for unit in organisation.units().values()}
    units = Counter(names.get(calibration_group(organisation, person), "No unit") for person in participants)
    return Preview(
        participants=participants,
        left_out=dict(Counter(_reason(person, selection) for person in others).most_common()),
        problems=[Problem(person, text) for person in participants for text in _problems(organisation, person)],
        by_unit=units.most_common(),
        by_country=Counter(person.country for person in participants).most_common(),
    )


def without_late_joiners(selection: Selection, choice: str, period: tuple[date, date]) -> Selection:
    """The rule of a population, narrowed to who is there for long enough of the period: a choice of R11."""
    first, last = period
    least = {"30 days": 30, "90 days": 90, "half": ((last - first).days + 1) // 2}.get(choice)
    if least is None:
        return selection
    too_late = last - timedelta(days=least - 2)
    return replace(selection, hired_before=min(selection.hired_before or too_late, too_late))


def without_those_on_leave(selection: Selection, choice: str) -> Selection:
    """The rule of a population, without who is on leave where the cycle leaves them out: a choice of R10."""
    if choice != EXCLUDE:
        return selection
    return replace(selection, statuses=(selection.statuses or frozenset(STATUSES)) - {ON_LEAVE} or NOBODY)


def _reason(person: PersonOnDay, selection: Selection) -> str:
    if person.has_left:
        return "Has left"
    if selection.statuses and person.status not in selection.statuses:
        return "On leave" if person.is_on_leave else "Not active"
    if selection.employment_types and person.employment_type not in selection.employment_types:
        return f"Works as {person.employment_type}"
    if selection.hired_before is not None and person.hire_date >= selection.hired_before:
        return "Joined too late"
    if selection.people and person.id not in selection.people:
        return "Not among those who are named"
    return "In another unit, grade or country"


def _problems(organisation: Organisation, person: PersonOnDay) -> list[str]:
    found = []
    manager = organisation.manager_of(person.id)
    if manager is None:
        found.append("has no manager: HR gets the manager's steps")
    elif manager.has_left:
        found.append(f"reports to {manager.name}, who has left: the next level up gets the manager's steps")
    elif manager.is_on_leave:
        found.append(f"reports to {manager.name}, who is on leave")
    if person.is_on_leave:
        found.append("is on leave now")
    return found


def calibration_group(organisation: Organisation, person: PersonOnDay) -> str:
    """The unit whose ratings a person's rating is compared with: the function below the top unit.

    Whoever heads a function is compared with the other heads, at the top.
    """
    path = organisation.unit_path(person.org_unit)
    if not path:
        return person.org_unit
    if len(path) == 1 or path[1].head_id == person.id:
        return path[0].id
    return path[1].id


def selection_to_json(selection: Selection) -> dict[str, Any]:
    """The rule as it is kept with the cycle."""
    values = {field.name: getattr(selection, field.name) for field in fields(selection)}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value.isoformat() if value else None
        for name, value in values.items()
    }


def selection_from_json(kept: Mapping[str, Any]) -> Selection:
    """The rule of a cycle, as `selection_to_json` has kept it."""
    sets = {name: frozenset(value) for name, value in kept.items() if isinstance(value, list)}
    hired_before = kept.get("hired_before")
    return Selection(**sets, hired_before=date.fromisoformat(hired_before) if hired_before else None)


def count_by_manager(participants: Sequence[PersonOnDay]) -> Counter[str | None]:
    """How many participants each manager will have to review."""
    return Counter(person.manager_id for person in participants)
