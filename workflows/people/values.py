"""The values that people of a day have: what a page offers to narrow a list or a population by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.people.facts import UnitOnDay, select_units_on, valid_on
from workflows.people.grades import rank_of
from workflows.people.models import TERMINATED, PersonVersion


@dataclass(frozen=True)
class Values:
    """What occurs among those who have not left, each in its natural order; `units` with their depth, as a tree."""

    employment_types: Sequence[str]
    countries: Sequence[str]
    grades: Sequence[str]
    units: Sequence[tuple[UnitOnDay, int]]


def list_values(session: Session, on: date) -> Values:
    """The values of a day. Two statements."""
    version = PersonVersion
    rows = session.execute(
        select(version.employment_type, version.country, version.grade)
        .where(valid_on(version, on), version.status != TERMINATED)
        .distinct()
    ).all()
    return Values(
        employment_types=sorted({row.employment_type for row in rows}, key=lambda kind: (kind != "employee", kind)),
        countries=sorted({row.country for row in rows}),
        grades=sorted({row.grade for row in rows}, key=lambda grade: (rank_of(grade) or 0, grade)),
        units=_as_tree([UnitOnDay(*row) for row in session.execute(select_units_on(on))]),
    )


def _by_number(name: str) -> list[tuple[int, str]]:
    """A name to be put in order by, with its numbers as numbers: “Team 2” before “Team 10”."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _as_tree(units: Sequence[UnitOnDay]) -> list[tuple[UnitOnDay, int]]:
    """Parents before children, siblings by name and number. A unit whose parent is unknown stands at the top."""
    known = {unit.id for unit in units}
    children: dict[str | None, list[UnitOnDay]] = {}
    for unit in sorted(units, key=lambda unit: (_by_number(unit.name), unit.id), reverse=True):
        children.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    tree: list[tuple[UnitOnDay, int]] = []
    waiting = [(unit, 0) for unit in children.get(None, [])]
    while waiting:
        unit, depth = waiting.pop()
        tree.append((unit, depth))
        waiting += [(child, depth + 1) for child in children.get(unit.id, [])]
    return tree
