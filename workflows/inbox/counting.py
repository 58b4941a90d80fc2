"""How much waits for a person, and of what kind. Nothing is counted further than `WINDOW`: beyond, it says “more”."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, func, select, true, union_all
from sqlalchemy.orm import Session

from engine import Definition, Task
from workflows.cycles.models import Case, Cycle
from workflows.inbox.kinds import list_kinds
from workflows.inbox.reach import SEARCHING, Reach, reach_of
from workflows.inbox.waiting import KEPT, NOW, TODAY, Inbox, Narrowing, Parts
from workflows.people.facts import valid_on
from workflows.people.models import OrgUnitVersion, Person

WINDOW = 1000
UNITS = 300
"""How many units a large inbox offers to choose from."""

_WEEK_END: BindParameter[datetime] = bindparam("week_end")
_UNITS = (
    select(OrgUnitVersion.unit_id, OrgUnitVersion.name)
    .where(valid_on(OrgUnitVersion, TODAY))
    .order_by(OrgUnitVersion.name)
    .limit(UNITS)
)


@dataclass(frozen=True)
class Count:
    """A number of tasks; at least that many, where there are `more`."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True)
class Choice:
    """One value a filter offers, with how many tasks it would leave; None where that is not counted."""

    value: str
    label: str
    count: Count | None


@dataclass(frozen=True)
class Counts:
    """How many tasks the filters leave, by deadline, what else could be chosen, and where to read them from.

    `is_large` says that more than `WINDOW` tasks wait in the view, whatever the filters.
    """

    total: Count
    overdue: Count
    this_week: Count
    steps: list[Choice]
    cycles: list[Choice]
    units: list[Choice]
    is_large: bool
    reach: Reach

    def of_deadline(self, due: str) -> Count:
        """The count for a choice of deadline: `overdue`, `week`, or any."""
        return {"overdue": self.overdue, "week": self.this_week}.get(due, self.total)


def count_waiting(session: Session, inbox: Inbox, *, week_end: datetime) -> Counts:
    """Count what waits. The choices of a filter are counted with the other filters on.

    `total`, `overdue` and `this_week` follow all filters but the one on the deadline. Two statements; in a large inbox
    two more, which read no more rows than there are in a window.
    """
    if inbox.parts.is_empty:
        rows: Sequence[Any] = []
    elif _is_large(session, inbox):
        return _count_large(session, inbox, week_end)
    else:
        statement = _select_small(inbox.parts, Narrowing(name=bool(inbox.filters.name)))
        rows = session.execute(statement, {**inbox.values(), "week_end": week_end}).all()
    filters = inbox.filters
    fits_cycle = {id(row) for row in rows if filters.cycle in (None, row.root_id)}
    fits_step = {id(row) for row in rows if filters.step in ("", row.step)}
    fits_unit = {id(row) for row in rows if filters.unit in ("", row.unit)}

    def fitting(*wanted: set[int]) -> list[Any]:
        return [row for row in rows if all(id(row) in one for one in wanted)]

    chosen = fitting(fits_cycle, fits_step, fits_unit)
    return Counts(
        total=Count(sum(row.total for row in chosen)),
        overdue=Count(sum(row.overdue for row in chosen)),
        this_week=Count(sum(row.this_week for row in chosen)),
        steps=_choices((row.step, row.name, row.total) for row in fitting(fits_cycle, fits_unit)),
        cycles=_choices((str(row.root_id), row.cycle, row.total) for row in fitting(fits_step, fits_unit)),
        units=_choices((row.unit, row.unit_name, row.total) for row in fitting(fits_cycle, fits_step) if row.unit),
        is_large=False,
        reach=reach_of(session, inbox, is_large=False),
    )


def _is_large(session: Session, inbox: Inbox) -> bool:
    sizes = session.execute(_select_sizes(inbox.parts), inbox.values()).one()
    return bool(sum(sizes) > WINDOW)


@lru_cache(KEPT)
def _select_sizes(parts: Parts) -> Select[*tuple[Any, ...]]:
    first = [select(Task.id).where(one).limit(WINDOW + 1).subquery() for one in parts.conditions()]
    return select(*(select(func.count()).select_from(part).scalar_subquery() for part in first))


@lru_cache(KEPT)
def _select_small(parts: Parts, named: Narrowing) -> Select[*tuple[Any, ...]]:
    """What waits by kind: one row for each step, cycle and unit. Tasks about those `named` are counted."""
    subject = (Task.subject, Person.name.label("subject_name"))
    columns = (Task.step, Task.name, Task.root_id, Task.definition_id, Task.due_at, *subject)
    window = select(*columns).select_from(Task).outerjoin(Person, Person.id == Task.subject).limit(WINDOW)
    found = [window.where(condition).subquery() for condition in parts.conditions()]
    waiting = union_all(*(select(*part.c) for part in found)).subquery()
    task, unit = waiting.c, OrgUnitVersion
    counted = and_(true(), *named.of_name(task.subject_name))
    kinds = (task.step, task.name, task.root_id, func.coalesce(Cycle.name, Definition.name), Case.org_unit, unit.name)
    labels = ("step", "name", "root_id", "cycle", "unit", "unit_name")
    return (
        select(
            *(kind.label(label) for kind, label in zip(kinds, labels, strict=True)),
            func.count().filter(counted).label("total"),
            func.count().filter(counted, task.due_at < NOW).label("overdue"),
            func.count().filter(counted, task.due_at < _WEEK_END).label("this_week"),
        )
        .join(Definition, Definition.id == task.definition_id)
        .outerjoin(Cycle, Cycle.instance_id == task.root_id)
        .outerjoin(Case, and_(Case.root_id == task.root_id, Case.person_id == task.subject))
        .outerjoin(unit, and_(unit.unit_id == Case.org_unit, valid_on(unit, TODAY)))
        .group_by(*kinds)
    )


def _choices(counted: Iterable[tuple[str, str | None, int]]) -> list[Choice]:
    labels: dict[str, str] = {}
    counts: dict[str, int] = {}
    for value, label, count in counted:
        labels[value] = label or value
        counts[value] = counts.get(value, 0) + count
    found = [Choice(value, labels[value], Count(counts[value])) for value in labels if counts[value]]
    return sorted(found, key=lambda choice: choice.label)


def _count_large(session: Session, inbox: Inbox, week_end: datetime) -> Counts:
    kinds = list_kinds(session, inbox)
    reach = reach_of(session, inbox, is_large=True)
    total, overdue, this_week = _count_reach(session, inbox, reach, week_end)
    filters = inbox.filters
    return Counts(
        total=total,
        overdue=overdue,
        this_week=this_week,
        steps=_uncounted((kind.step, kind.name) for kind in kinds if filters.cycle in (None, kind.root_id)),
        cycles=_uncounted((str(kind.root_id), kind.cycle) for kind in kinds if filters.step in ("", kind.step)),
        units=_list_units(session, inbox),
        is_large=True,
        reach=reach,
    )


def _count_reach(session: Session, inbox: Inbox, reach: Reach, week_end: datetime) -> list[Count]:
    """All, overdue and due this week, each no further than the window: what is due first is read first."""
    values = {**inbox.values(), "people": reach.people, "week_end": week_end}
    row = session.execute(_select_counts(reach), values).one()
    searched = reach.way == SEARCHING
    return [Count(min(number, WINDOW), searched or number > WINDOW) for number in row]


@lru_cache(KEPT)
def _select_counts(reach: Reach) -> Select[*tuple[Any, ...]]:
    parts = reach.cut((Task.due_at, Task.id), _by_deadline, WINDOW + 1)
    due_at = union_all(*parts).subquery().c.due_at
    return select(func.count(), func.count().filter(due_at < NOW), func.count().filter(due_at < _WEEK_END))


def _by_deadline(columns: list[Any]) -> tuple[Any, Any]:
    due_at, task_id = columns
    return due_at.asc().nulls_last(), task_id.asc()


def _uncounted(found: Iterable[tuple[str, str]]) -> list[Choice]:
    return sorted((Choice(*one, None) for one in dict(found).items()), key=lambda choice: choice.label)


def _list_units(session: Session, inbox: Inbox) -> list[Choice]:
    return [Choice(unit_id, name, None) for unit_id, name in session.execute(_UNITS, inbox.values())]
