"""The inbox, page by page: what is due first comes first, what has no deadline comes last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from engine.errors import Rejection
from engine.models import Definition, Task
from workflows.cycles.models import Cycle
from workflows.inbox.waiting import Filters, Holder
from workflows.people.facts import valid_on
from workflows.people.models import Person, PersonVersion

PAGE = 25
_TOO_LARGE = 2**63


@dataclass(frozen=True)
class Cursor:
    """A place between two tasks: behind the one with this deadline and id, or before it."""

    due_at: datetime | None
    task_id: int
    backwards: bool = False

    def __str__(self) -> str:
        due = self.due_at.isoformat() if self.due_at else ""
        return f"{'before' if self.backwards else 'after'}~{self.task_id}~{due}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor that was written as `text`; None for the first page. Raises Rejection for anything else."""
        if not text:
            return None
        try:
            direction, task_id, due = text.split("~")
            moment = datetime.fromisoformat(due) if due else None
            if (
                direction not in ("before", "after")
                or not 0 <= int(task_id) < _TOO_LARGE
                or (moment is not None and moment.tzinfo is None)
            ):
                raise ValueError(text)
            return cls(moment, int(task_id), backwards=direction == "before")
        except ValueError:
            raise Rejection("This page of the list does not exist. Start again from its beginning.") from None

    def condition(self) -> ColumnElement[bool]:
        """True of the tasks on the wanted side of this place."""
        due, task_id = Task.due_at, Task.id
        if self.backwards:
            if self.due_at is None:
                return due.is_not(None) | (task_id < self.task_id)
            return or_(due < self.due_at, and_(due == self.due_at, task_id < self.task_id))
        if self.due_at is None:
            return due.is_(None) & (task_id > self.task_id)
        return or_(due > self.due_at, and_(due == self.due_at, task_id > self.task_id), due.is_(None))


@dataclass(frozen=True)
class Row:
    """One task as the inbox shows it. `group` is set while nobody of that group has taken it."""

    id: int
    step: str
    name: str
    due_at: datetime | None
    group: str | None
    subject_id: str | None
    subject: str | None
    job_title: str | None
    cycle: str


@dataclass(frozen=True)
class Page:
    """Up to `PAGE` tasks, with the places where the pages before and after begin, if there are any."""

    rows: list[Row]
    previous: Cursor | None
    next: Cursor | None


def list_waiting(session: Session, holder: Holder, filters: Filters, cursor: Cursor | None, today: date) -> Page:
    """One page of what waits for `holder`; one statement. Job titles are those of `today`."""
    rows = [Row(*row) for row in session.execute(_select_rows(holder, filters, cursor, today))]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    has_previous = more if backwards else cursor is not None
    has_next = backwards or more
    return Page(
        rows,
        Cursor(rows[0].due_at, rows[0].id, backwards=True) if has_previous else None,
        Cursor(rows[-1].due_at, rows[-1].id) if has_next else None,
    )


def _select_rows(holder: Holder, filters: Filters, cursor: Cursor | None, today: date) -> Select[*tuple[Any, ...]]:
    # Each branch is read from its own index in order and cut there; only what is shown is joined.
    branches = [_cut(condition, filters, cursor).subquery() for condition in holder.conditions()]
    found = union_all(*(select(branch.c.id, branch.c.due_at) for branch in branches)).subquery()
    page = select(found.c.id).order_by(*_order(found.c.due_at, found.c.id, cursor)).limit(PAGE + 1).subquery()
    version = PersonVersion
    return (
        select(
            Task.id,
            Task.step,
            Task.name,
            Task.due_at,
            case((Task.assignee.is_(None), Task.group)),
            Task.subject,
            Person.name,
            version.job_title,
            func.coalesce(Cycle.name, Definition.name),
        )
        .join(page, page.c.id == Task.id)
        .join(Definition, Definition.id == Task.definition_id)
        .outerjoin(Cycle, Cycle.instance_id == Task.root_id)
        .outerjoin(Person, Person.id == Task.subject)
        .outerjoin(version, and_(version.person_id == Task.subject, valid_on(version, today)))
        .order_by(*_order(Task.due_at, Task.id, cursor))
    )


def _cut(condition: ColumnElement[bool], filters: Filters, cursor: Cursor | None) -> Select[*tuple[Any, ...]]:
    statement = filters.narrow(select(Task.id, Task.due_at).where(condition))
    if cursor is not None:
        statement = statement.where(cursor.condition())
    return statement.order_by(*_order(Task.due_at, Task.id, cursor)).limit(PAGE + 1)


def _order(due_at: Any, task_id: Any, cursor: Cursor | None) -> tuple[Any, Any]:
    if cursor is not None and cursor.backwards:
        return due_at.desc().nulls_first(), task_id.desc()
    return due_at.asc().nulls_last(), task_id.asc()
