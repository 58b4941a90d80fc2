"""Who is above somebody, also where posts are vacant."""

from collections.abc import Iterator

from workflows.people.facts import PersonOnDay, UnitOnDay
from workflows.people.organisation import Organisation


def line_above(organisation: Organisation, person_id: str) -> Iterator[PersonOnDay]:
    """Everybody above a person, the nearest first.

    Where the data names no manager although somebody must be above, the heads of the units above stand in: a vacant
    post does not cut off the people below it. Units are only read when the line is walked to its end.
    """
    seen, last = {person_id}, organisation.person(person_id)
    for manager in organisation.managers_up(person_id):
        seen.add(manager.id)
        last = manager
        yield manager
    for _, head in heads_from(organisation, last.org_unit) if last else ():
        if head.id not in seen:
            seen.add(head.id)
            yield head


def heads_from(organisation: Organisation, unit_id: str) -> Iterator[tuple[UnitOnDay, PersonOnDay]]:
    """A unit and the units above it with their heads, the nearest first; vacant posts are left out."""
    organisation.fetch(unit.head_id for unit in organisation.units().values() if unit.head_id)
    for unit in reversed(organisation.unit_path(unit_id)):
        if unit.head_id and (head := organisation.person(unit.head_id)):
            yield unit, head
