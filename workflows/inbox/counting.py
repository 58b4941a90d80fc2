"""How much waits for a person, and of what kind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ScalarSelect, Select, exists, func, select, union_all
from sqlalchemy.orm import Session

from engine.models import Definition, Task
from workflows.cycles.models import Cycle
from workflows.inbox.waiting import Filters, Holder
from workflows.notifications.models import Notification
from workflows.people.facts import valid_on
from workflows.people.models import TERMINATED, PersonVersion


@dataclass(frozen=True)
class Choice:
    """One value a filter offers, with how many tasks it would leave."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Counts:
    """How many tasks the filters leave, by deadline, and what else could be chosen."""

    total: int
    overdue: int
    this_week: int
    steps: list[Choice]
    cycles: list[Choice]


def count_waiting(session: Session, holder: Holder, filters: Filters, *, now: datetime, week_end: datetime) -> Counts:
    """Count what waits for `holder`, one statement. The choices of a filter are counted with the other filters on.

    `total`, `overdue` and `this_week` follow all filters but the one on the deadline.
    """
    parts = [
        filters.narrow_by_name(select(Task.step, Task.name, Task.root_id, Task.definition_id, Task.due_at)).where(
            condition
        )
        for condition in holder.conditions()
    ]
    waiting = union_all(*parts).subquery()
    cycle = func.coalesce(Cycle.name, Definition.name)
    rows = session.execute(
        select(
            waiting.c.step,
            waiting.c.name,
            waiting.c.root_id,
            cycle,
            func.count(),
            func.count().filter(waiting.c.due_at < now),
            func.count().filter(waiting.c.due_at < week_end),
        )
        .join(Definition, Definition.id == waiting.c.definition_id)
        .outerjoin(Cycle, Cycle.instance_id == waiting.c.root_id)
        .group_by(waiting.c.step, waiting.c.name, waiting.c.root_id, cycle)
    ).all()
    of_cycle = [row for row in rows if filters.cycle in (None, row[2])]
    of_step = [row for row in rows if filters.step in ("", row[0])]
    chosen = [row for row in of_cycle if row in of_step]
    return Counts(
        total=sum(row[4] for row in chosen),
        overdue=sum(row[5] for row in chosen),
        this_week=sum(row[6] for row in chosen),
        steps=_choices((row[0], row[1], row[4]) for row in of_cycle),
        cycles=_choices((str(row[2]), row[3], row[4]) for row in of_step),
    )


def _choices(counted: Iterable[tuple[str, str, int]]) -> list[Choice]:
    labels, counts = {}, Counter[str]()
    for value, label, count in counted:
        labels[value] = label
        counts[value] += count
    return sorted((Choice(value, labels[value], counts[value]) for value in labels), key=lambda choice: choice.label)


COUNTED = 100
"""How far the standing counts: beyond that a badge says “99+”, and no page of a large group has to count it all."""


@dataclass(frozen=True)
class Standing:
    """What every page shows of a person: how much waits and is unread, up to `COUNTED`; whether they lead people."""

    waiting: int
    unread: int
    leads_people: bool


def standing_of(session: Session, holder: Holder, today: date) -> Standing:
    """How a person stands today; one statement."""
    version = PersonVersion
    waiting = [_count_up_to(select(Task.id).where(condition)) for condition in holder.conditions()]
    unread = _count_up_to(
        select(Notification.id).where(Notification.person_id == holder.person_id, Notification.read_at.is_(None))
    )
    reports = exists().where(
        version.manager_id == holder.person_id, version.status != TERMINATED, valid_on(version, today)
    )
    row = session.execute(select(*waiting, unread, reports)).one()
    return Standing(min(sum(row[: len(waiting)]), COUNTED), row[len(waiting)], bool(row[-1]))


def _count_up_to(statement: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(statement.limit(COUNTED).subquery()).scalar_subquery()
