"""Looking for participants of a cycle, and for the open work in it.

Nobody sees through these lists how their own case goes: what an open step is called can tell a rating. The viewer's
own row has no step and no state, and tasks about the viewer are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from engine import IN_HAND, OPEN, Instance, Task
from workflows.cycles.models import Case, Cycle
from workflows.cycles.progress import PLACE
from workflows.people.models import Person
from workflows.people.plain import names_like

STATES = ("open", "closed", "late")

Row = TypeVar("Row")


@dataclass(frozen=True)
class WaitingTask:
    """An open task with the name of whom it waits for (a person, or the name of a group), and whom it is about."""

    task: Task
    holder: str
    subject: str


@dataclass(frozen=True)
class Participant:
    """A case with names. `waiting` are the open tasks about it; empty for the viewer's own case, which `is_own`."""

    case: Case
    name: str
    manager: str | None
    waiting: Sequence[WaitingTask]
    is_own: bool


@dataclass(frozen=True)
class Found(Generic[Row]):
    """One page of what was found, and how much there is altogether."""

    rows: Sequence[Row]
    total: int


def find_participants(
    session: Session,
    cycle: Cycle,
    *,
    viewer: str,
    now: datetime,
    search: str = "",
    state: str = "",
    limit: int,
    offset: int = 0,
) -> Found[Participant]:
    """Participants by name; three statements. `state` is "" for all, or one of STATES (late: a task is overdue)."""
    manager = aliased(Person)
    statement = (
        select(Case, Person.name, manager.name)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(manager, manager.id == Case.manager_id)
        .where(Case.cycle_id == cycle.id)
    )
    if search:
        wanted = names_like(Person.name, search) | (Case.person_id == search)
        statement = statement.where(wanted | names_like(manager.name, search))
    if state:
        statement = statement.where(Case.person_id != viewer)
    if state in ("open", "closed"):
        statement = statement.where(Case.state == state)
    if state == "late":
        overdue = exists().where(
            Task.root_id == Case.root_id, Task.subject == Case.person_id, Task.state == "open", Task.due_at < now
        )
        statement = statement.where(overdue)
    total = _count(session, statement)
    rows = session.execute(statement.order_by(Person.name, Person.id).limit(limit).offset(offset)).all()
    waiting = _waiting_for(session, cycle, [case.person_id for case, _, _ in rows if case.person_id != viewer])
    return Found(
        [Participant(c, name, above, waiting.get(c.person_id, ()), c.person_id == viewer) for c, name, above in rows],
        total,
    )


def _waiting_for(session: Session, cycle: Cycle, people: Sequence[str]) -> dict[str, list[WaitingTask]]:
    statement = _open_tasks(cycle).where(Task.subject.in_(people)).order_by(Task.id)
    found: dict[str, list[WaitingTask]] = {}
    for task, holder, subject in session.execute(statement):
        found.setdefault(str(task.subject), []).append(WaitingTask(task, holder, subject))
    return found


def find_open_tasks(
    session: Session,
    cycle: Cycle,
    *,
    viewer: str,
    step: str = "",
    overdue_at: datetime | None = None,
    limit: int,
    offset: int = 0,
) -> Found[WaitingTask]:
    """Open tasks, the one due first at the top; only those of one step, or overdue at a moment. Two statements."""
    statement = _open_tasks(cycle).where(Task.subject.is_(None) | (Task.subject != viewer))
    if step:
        statement = statement.join(Instance, Instance.id == Task.instance_id).where(PLACE.in_([step]))
    if overdue_at is not None:
        statement = statement.where(Task.state == OPEN, Task.due_at < overdue_at)
    total = _count(session, statement)
    rows = session.execute(statement.order_by(Task.due_at, Task.id).limit(limit).offset(offset))
    return Found([WaitingTask(task, holder, about) for task, holder, about in rows], total)


def _open_tasks(cycle: Cycle) -> Select[Task, str, str]:
    holder, subject = aliased(Person), aliased(Person)
    return (
        select(Task, func.coalesce(holder.name, Task.group, ""), func.coalesce(subject.name, ""))
        .outerjoin(holder, holder.id == Task.assignee)
        .outerjoin(subject, subject.id == Task.subject)
        .where(Task.root_id == cycle.instance_id, Task.state.in_(IN_HAND))
    )


def _count(session: Session, statement: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(statement.with_only_columns(func.count(), maintain_column_froms=True)) or 0
