"""The inbox, page by page, in the order somebody chose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from engine import Definition, Task
from workflows.cycles.models import Case, Cycle
from workflows.inbox.disclosing import readable_rating
from workflows.inbox.models import SetAside
from workflows.inbox.ordering import Cursor, Order, Place
from workflows.inbox.reach import Reach
from workflows.inbox.waiting import KEPT, PERSON, TODAY, Inbox
from workflows.people.facts import valid_on
from workflows.people.models import OrgUnitVersion, Person, PersonVersion
from workflows.reviews.models import DRAFT, Submission

PAGE = 25


@dataclass(frozen=True)
class Listed:
    """One task as a list shows it. `group` is set while nobody of that group has taken it.

    `follow_up` is the moment at which a snoozed task came back or will come back, `has_draft` says that the reader has
    begun to write. `rating` is None where there is none or the reader may not read it.
    """

    id: int
    revision: int
    root_id: int
    definition_id: int
    step: str
    name: str
    due_at: datetime | None
    priority: int
    created_at: datetime
    closed_at: datetime | None
    assignee: str | None
    group: str | None
    subject_id: str | None
    subject: str | None
    job_title: str | None
    unit: str | None
    cycle: str
    case_id: int | None
    follow_up: datetime | None
    has_draft: bool
    rating: int | None


@dataclass(frozen=True)
class Page:
    """Up to `PAGE` tasks, with the places where the pages before and after begin, if there are any."""

    rows: list[Listed]
    previous: Cursor | None
    next: Cursor | None


def list_waiting(session: Session, inbox: Inbox, reach: Reach, order: Order, cursor: Cursor | None) -> Page:
    """One page of what waits, read from `reach`; one statement. Job titles and units are those of today."""
    if reach.parts.is_empty:
        return Page([], None, None)
    statement = _select_page(reach, order, cursor.place if cursor else None)
    values = {**inbox.values(), "people": reach.people, **(cursor.values() if cursor else {})}
    rows = session.execute(statement, values).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        rows = rows[::-1]
    if not rows:
        return Page([], None, None)
    size = len(order.columns)
    has_previous = more if backwards else cursor is not None
    return Page(
        [_listed(session, inbox, row[:-size]) for row in rows],
        Cursor(tuple(rows[0][-size:]), backwards=True) if has_previous else None,
        Cursor(tuple(rows[-1][-size:])) if backwards or more else None,
    )


def list_first(session: Session, inbox: Inbox, limit: int) -> list[int]:
    """The ids of what fits the filters, what is due first; one statement."""
    if inbox.parts.is_empty:
        return []
    narrowing = inbox.filters.narrowing
    narrow = [*narrowing.of_task(), *narrowing.of_subject(), *narrowing.of_deadline()]
    found = select(Task.id).outerjoin(Person, Person.id == Task.subject).where(or_(*inbox.parts.conditions()), *narrow)
    first = found.order_by(Task.due_at.asc().nulls_last(), Task.id).limit(limit)
    return list(session.scalars(first, inbox.values()))


def _listed(session: Session, inbox: Inbox, row: Sequence[Any]) -> Listed:
    task = Listed(*row)
    may_read = task.rating is None or readable_rating(session, inbox.holder, task)
    return task if may_read else replace(task, rating=None)


@lru_cache(KEPT)
def _select_page(reach: Reach, order: Order, place: Place | None) -> Select[*tuple[Any, ...]]:
    """The columns of `Listed` for the tasks of a page and one more, then those they are ordered by."""
    backwards = place is not None and place.backwards
    further = [*reach.narrowing.of_deadline(), *([place.condition(order)] if place else [])]
    keys = [column.expression.label(f"key_{number}") for number, column in enumerate(order.columns)]

    def ordered(columns: Sequence[Any]) -> list[Any]:
        keyed = zip(order.columns, columns[1:], strict=True)
        return [column.order(expression, backwards=backwards) for column, expression in keyed]

    found = union_all(*reach.cut((Task.id.label("task_id"), *keys), ordered, PAGE + 1, *further)).subquery()
    page = select(*found.c).order_by(*ordered(list(found.c))).limit(PAGE + 1).subquery()
    return _select_listed(page).add_columns(*list(page.c)[1:]).order_by(*ordered(list(page.c)))


def _select_listed(page: Any) -> Select[*tuple[Any, ...]]:
    """The columns of `Listed`, in order, for the tasks of a page.

    What is of other tables is looked up for each row, not joined: to think through the orders of nine joins takes the
    database ten times as long as to run them.
    """
    version, unit = PersonVersion, OrgUnitVersion
    of_today = version.person_id == Task.subject, valid_on(version, TODAY)
    case_of = Case.root_id == Task.root_id, Case.person_id == Task.subject
    own_draft = Submission.task_id == Task.id, Submission.state == DRAFT, Submission.author == PERSON
    cycle = _look_up(Cycle.name, Cycle.instance_id == Task.root_id)
    return select(
        Task.id,
        Task.revision,
        Task.root_id,
        Task.definition_id,
        Task.step,
        Task.name,
        Task.due_at,
        Task.priority,
        Task.created_at,
        Task.closed_at,
        Task.assignee,
        case((Task.assignee.is_(None), Task.group)),
        Task.subject,
        _look_up(Person.name, Person.id == Task.subject),
        _look_up(version.job_title, *of_today),
        _look_up(unit.name, *of_today, unit.unit_id == version.org_unit, valid_on(unit, TODAY)),
        func.coalesce(cycle, _look_up(Definition.name, Definition.id == Task.definition_id)),
        _look_up(Case.id, *case_of),
        _look_up(SetAside.until, SetAside.task_id == Task.id, SetAside.person_id == PERSON),
        exists().where(*own_draft),
        _look_up(func.coalesce(Case.calibrated_rating, Case.rating), *case_of),
    ).join(page, page.c.task_id == Task.id)


def _look_up(column: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(column).where(*conditions).scalar_subquery()
