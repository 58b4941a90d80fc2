"""What a migration would do, without doing any of it: thousands of instances, grouped by what becomes of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.migration.carrying import rows_of
from engine.migration.passing import Passing
from engine.migration.planning import Plan, plan
from engine.migration.route import Route
from engine.migration.running import select_running
from engine.migration.standing import standing_of
from engine.models import Instance

CHUNK = 500
EXAMPLES = 5


@dataclass
class Group:
    """Instances that fare alike. `reason` says why they stay, and is empty for those that move; `moves` are pairs of
    names of steps; `examples` some instances, by id and name.
    """

    reason: str
    moves: tuple[tuple[str, str], ...]
    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Preview:
    """The whole of a migration beforehand: how many move and stay, in groups, the largest first.

    `tasks` counts by pair of step ids the open tasks that are kept; of them `handed_on` may change hands, `retimed` get
    other deadlines or reminders; `closed` are open tasks that nobody has to do any more, by the name of their step.
    `passed` counts by the name of a step that is new the instances that move and are past it already.
    """

    moving: int = 0
    staying: int = 0
    groups: list[Group] = field(default_factory=list)
    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    handed_on: int = 0
    retimed: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)


def preview(
    session: Session,
    route: Route,
    now: datetime,
    *,
    root_id: int | None = None,
    see: Callable[[Plan], None] = lambda _plan: None,
) -> Preview:
    """Look at every running instance of the old version; six statements for each five hundred of them.

    `see` is shown the plan of each that moves.
    """
    found, passing = Preview(), Passing(route)
    groups: dict[tuple[str, Any], Group] = {}
    staying: dict[int, str] = {}
    for one in plans(session, route, now, root_id=root_id):
        instance = one.standing.instance
        reason = " ".join(one.problems) or _follow_parent(route, instance, staying)
        if reason:
            staying[instance.id] = instance.name
        moves = () if reason else tuple(sorted({(a.name, b.name) for a, b in one.moves}))
        group = groups.setdefault((reason, moves), Group(reason, moves))
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append((instance.id, instance.name))
        _count(found, one, moves=not reason)
        if not reason:
            found.passed.update(step.name for step in passing.passed(one))
            see(one)
    found.groups = sorted(groups.values(), key=lambda group: (not group.reason, -group.count, group.moves))
    return found


def plans(session: Session, route: Route, now: datetime, *, root_id: int | None = None) -> Iterator[Plan]:
    """What would become of each running instance, parents before members, read in chunks and not kept."""
    ids: Sequence[int] = session.scalars(select_running(route.from_id, root_id)).all()
    for first in range(0, len(ids), CHUNK):
        chunk = select(Instance).where(Instance.id.in_(ids[first : first + CHUNK])).order_by(Instance.id)
        for standing in standing_of(session, session.scalars(chunk).all()):
            yield plan(route, standing, now)
            for row in (standing.instance, *rows_of(standing)):
                session.expunge(row)


def _follow_parent(route: Route, instance: Instance, staying: dict[int, str]) -> str:
    """Why a member stays with its parent; empty when it need not."""
    if instance.parent_id not in staying or instance.process == route.old.diagram.key:
        return ""
    return f"It is part of “{staying[instance.parent_id]}”, which stays as it is."


def _count(found: Preview, one: Plan, *, moves: bool) -> None:
    if not moves:
        found.staying += 1
        return
    found.moving += 1
    found.closed.update(task.name for task in one.closed)
    for task in one.tasks:
        found.tasks[task.old.id, task.new.id] += 1
        found.handed_on += task.changes_who
        found.retimed += task.changes_time
