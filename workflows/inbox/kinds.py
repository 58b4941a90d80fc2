"""Which kinds of tasks there are in a large inbox, found without reading all of it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, select, union
from sqlalchemy.orm import Session

from engine import Definition, Instance, Task
from workflows.cycles.models import Cycle
from workflows.inbox.waiting import KEPT, Inbox, Parts


@dataclass(frozen=True)
class Kind:
    """A step of a cycle of which tasks are in the inbox."""

    root_id: int
    step: str
    name: str
    cycle: str


def list_kinds(session: Session, inbox: Inbox) -> list[Kind]:
    """The kinds of tasks in an inbox; one statement, which asks the index for one kind after the other.

    The parts are told apart by `Parts.keys` alone: any further condition would lead the database away from that index.
    So a kind of which everything is set aside is among them too.
    """
    return [Kind(*row) for row in session.execute(_select_kinds(inbox.parts), inbox.values())]


@lru_cache(KEPT)
def _select_kinds(parts: Parts) -> Select[*tuple[Any, ...]]:
    found = [_skip_through(condition, number) for number, condition in enumerate(parts.keys())]
    kind = union(*(select(*one.c).where(one.c.step.is_not(None)) for one in found)).subquery()
    return (
        select(kind.c.root_id, kind.c.step, kind.c.name, func.coalesce(Cycle.name, Definition.name))
        .select_from(kind)
        .join(Instance, Instance.id == kind.c.root_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Cycle, Cycle.instance_id == kind.c.root_id)
    )


def _skip_through(condition: ColumnElement[bool], number: int) -> CTE:
    """First every cycle, each found behind the one before it, then in the same way every step of each cycle."""
    least: Any = func.min
    roots = select(least(Task.root_id).label("root_id")).where(condition).cte(f"roots_{number}", recursive=True)
    following = select(least(Task.root_id)).where(condition, Task.root_id > roots.c.root_id).scalar_subquery()
    roots = roots.union_all(select(following).where(roots.c.root_id.is_not(None)))

    first = select(least(Task.step)).where(condition, Task.root_id == roots.c.root_id).scalar_subquery()
    steps = select(roots.c.root_id, first.label("step")).cte(f"steps_{number}", recursive=True)
    after = (
        select(least(Task.step))
        .where(condition, Task.root_id == steps.c.root_id, Task.step > steps.c.step)
        .scalar_subquery()
    )
    steps = steps.union_all(select(steps.c.root_id, after).where(steps.c.step.is_not(None)))
    name = select(Task.name).where(condition, Task.root_id == steps.c.root_id, Task.step == steps.c.step).limit(1)
    return select(steps.c.root_id, steps.c.step, name.scalar_subquery().label("name")).cte(f"kinds_{number}")
