"""The inbox, compared with one that is obviously right: every task read, and sorted out in Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine.database import transaction
from engine.models import Instance, Task
from tests.workflows.inbox.desk import WEEK_END, Desk
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import empty_database
from workflows.cycles.models import Case, Cycle
from workflows.inbox.counting import Counts, count_waiting
from workflows.inbox.following import list_delegated, list_done
from workflows.inbox.listing import PAGE, Page, list_first, list_waiting
from workflows.inbox.models import SNOOZED, SetAside
from workflows.inbox.ordering import CLOSED, GROUPINGS, SORTS, Cursor, Order
from workflows.inbox.reach import BY_PEOPLE, SEARCHING, WHOLE, Reach
from workflows.inbox.waiting import EVERYTHING, LATER, MINE, OF_GROUPS, VIEWS, Filters, Holder, Inbox
from workflows.people.models import Person

PEOPLE = ("ann", "ben", "carl", "hugo", "somebody who is not known any more")
UNITS = {"ann": "TEAM", "ben": "DIVISION", "carl": "TEAM", "hugo": "TOP"}
"""The unit of the launch day, of those who take part."""

TASKS = st.fixed_dictionaries(
    {
        "subject": st.none() | st.sampled_from(PEOPLE),
        "assignee": st.none() | st.sampled_from(("ben", "hugo")),
        "owner": st.none() | st.sampled_from(("ben", "hugo")),
        "group": st.none() | st.sampled_from(("hr", "executive")),
        "state": st.sampled_from(("open", "open", "open", "completed", "cancelled")),
        "step": st.sampled_from(("review", "approve")),
        "second_cycle": st.booleans(),
        "days": st.none() | st.sampled_from((-3.0, 0.5, 1.0, 9.0)),
        "priority": st.integers(0, 1),
        "aside": st.sampled_from(("", "", "", "ben", "hugo")),
        "back": st.booleans(),
    }
)
FILTERS = st.builds(
    Filters,
    step=st.sampled_from(("", "", "review", "nothing")),
    cycle=st.sampled_from((None, None, 1, 2)),
    due_before=st.sampled_from((None, None, NOW, WEEK_END)),
    name=st.sampled_from(("", "", "A", "nn", "%")),
    unit=st.sampled_from(("", "", "TEAM", "DIVISION")),
)
HOLDERS = st.sampled_from((Holder.of("ben", ()), Holder.of("hugo", ("hr",)), Holder.of("hugo", ("hr", "executive"))))


@dataclass
class Plain:
    """The same questions, asked of all tasks at once."""

    session: Session

    def __post_init__(self) -> None:
        self.tasks = list(self.session.scalars(select(Task)))
        self.names = {one.id: one.name for one in self.session.scalars(select(Person))}
        self.aside = {(one.task_id, one.person_id): one for one in self.session.scalars(select(SetAside))}
        cases = self.session.scalars(select(Case))
        self.units = {(case.root_id, case.person_id): case.org_unit for case in cases}

    def ids_in(self, inbox: Inbox, order: Order) -> list[int]:
        """The ids of what is in the inbox, in order."""
        found = [task for task in self.tasks if self._is_in(inbox, task) and self._fits(inbox.filters, task)]
        return [task.id for task in self.sort(found, order)]

    def sort(self, tasks: list[Task], order: Order) -> list[Task]:
        """Tasks in order, what has no value last."""
        keys: dict[str, tuple[Callable[[Task], Any], ...]] = {
            "due": (self._due, self._id),
            "priority": (lambda task: -task.priority, self._due, self._id),
            "newest": (lambda task: -task.id,),
            "name": (*self._person, self._due, self._id),
            "step": (lambda task: task.name, self._due, self._id),
            CLOSED: (lambda task: (task.closed_at is None, -_seconds(task.closed_at)), lambda task: -task.id),
        }
        together: dict[str, tuple[Callable[[Task], Any], ...]] = {
            "": (),
            "cycle": (lambda task: -task.root_id,),
            "subject": self._person,
        }
        wanted = (*together[order.grouping], *keys[order.sort])
        return sorted(tasks, key=lambda task: tuple(key(task) for key in wanted))

    def _is_in(self, inbox: Inbox, task: Task) -> bool:
        me = inbox.holder
        own = task.assignee == me.person_id
        of_group = task.assignee is None and task.group in me.groups and task.subject != me.person_id
        aside = self.aside.get((task.id, me.person_id))
        is_away = aside is not None and aside.until > inbox.now
        wanted = {EVERYTHING: own or of_group, MINE: own, OF_GROUPS: of_group, LATER: own or of_group}[inbox.view]
        return task.state == "open" and wanted and is_away == (inbox.view == LATER)

    def _fits(self, filters: Filters, task: Task) -> bool:
        name = self.names.get(task.subject or "", "")
        unit = self.units.get((task.root_id, task.subject or ""), "")
        return (
            filters.step in ("", task.step)
            and filters.cycle in (None, task.root_id)
            and (filters.due_before is None or (task.due_at is not None and task.due_at < filters.due_before))
            and (not filters.name or filters.name.lower() in name.lower())
            and filters.unit in ("", unit)
        )

    @property
    def _person(self) -> tuple[Callable[[Task], Any], ...]:
        return (
            lambda task: (task.subject not in self.names, self.names.get(task.subject or "", "")),
            lambda task: (task.subject is None, task.subject or ""),
        )

    @staticmethod
    def _due(task: Task) -> tuple[bool, float]:
        return task.due_at is None, _seconds(task.due_at)

    @staticmethod
    def _id(task: Task) -> int:
        return task.id


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """The cast, with two cycles in which some of them take part."""
    with empty_database("sqlite://") as factory:
        desk = Desk(factory).move_in()
        with transaction(factory) as session:
            first = session.get_one(Instance, desk.root)
            second = Instance(
                definition_id=first.definition_id, process="p", name="q", variables={}, blob=b"", started_at=NOW
            )
            session.add(second)
            session.flush()
            second.root_id = second.id
            for root in (first.id, second.id):
                _take_part(session, root)
        yield desk


def _take_part(session: Session, root: int) -> None:
    cycle = Cycle(
        name=f"Cycle {root}",
        definition_id=1,
        instance_id=root,
        period_from=date(2026, 1, 1),
        period_to=date(2026, 12, 31),
        population={},
        launched_by="hugo",
        launched_at=NOW,
    )
    session.add(cycle)
    session.flush()
    for person, unit in UNITS.items():
        case = Case(cycle_id=cycle.id, root_id=root, person_id=person, org_unit=unit, calibration_group="g")
        session.add(case)


def fill(desk: Desk, tasks: list[dict[str, Any]]) -> None:
    """Put exactly these tasks on the desks."""
    with transaction(desk.factory) as session:
        session.execute(delete(SetAside))
        session.execute(delete(Task))
    ids = desk.put_all([_row(desk, one) for one in tasks])
    aside = [
        {"task_id": task_id, "person_id": one["aside"], "until": desk.day(-1 if one["back"] else 1), "reason": SNOOZED}
        for task_id, one in zip(ids, tasks, strict=True)
        if one["aside"]
    ]
    if aside:
        with transaction(desk.factory) as session:
            session.execute(insert(SetAside), aside)


def _row(desk: Desk, one: dict[str, Any]) -> dict[str, Any]:
    values = {name: one[name] for name in ("subject", "assignee", "owner", "group", "state", "step", "priority")}
    root, is_open, day = desk.root + one["second_cycle"], one["state"] == "open", desk.day(one["days"])
    closed = {"closed_by": None if is_open else "ben", "closed_at": None if is_open else day}
    return {**values, **closed, "instance_id": root, "root_id": root, "name": one["step"].title(), "due_at": day}


Read = Callable[[Cursor | None], Page]


def read_all(read: Read) -> list[int]:
    """The ids on all pages, one page after the other."""
    pages = [read(None)]
    while (place := pages[-1].next) is not None:
        pages.append(read(place))
    return [row.id for page in pages for row in page.rows]


def says(counts: Counts) -> tuple[Any, ...]:
    """The numbers of an inbox."""
    choices = [{choice.value: str(choice.count) for choice in some} for some in (counts.steps, counts.cycles)]
    return *(str(one) for one in (counts.total, counts.overdue, counts.this_week)), *choices


def plainly(plain: Plain, inbox: Inbox) -> tuple[Any, ...]:
    """The same numbers, counted from the plain list."""

    def count(**changes: Any) -> int:
        filters = replace(inbox.filters, **{"due_before": None, **changes})
        return len(plain.ids_in(replace(inbox, filters=filters), Order()))

    deadlines = (count(), count(due_before=NOW), count(due_before=WEEK_END))
    steps = {step: count(step=step) for step in ("approve", "review")}
    cycles = {str(cycle): count(cycle=cycle) for cycle in (1, 2)}
    choices = [{value: f"{number}" for value, number in some.items() if number} for some in (steps, cycles)]
    return *(str(number) for number in deadlines), *choices


@given(
    tasks=st.lists(TASKS, max_size=PAGE + 10),
    holders=st.lists(HOLDERS, min_size=2, max_size=2),
    view=st.sampled_from(VIEWS),
    filters=FILTERS,
    sort=st.sampled_from([sort for sort in SORTS if sort != CLOSED]),
    grouping=st.sampled_from(sorted(GROUPINGS)),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_inbox_agrees_with_a_plain_one(
    desk: Desk,
    tasks: list[dict[str, Any]],
    holders: list[Holder],
    view: str,
    filters: Filters,
    sort: str,
    grouping: str,
) -> None:
    fill(desk, tasks)
    order = Order(sort, grouping)
    with desk.factory() as session:
        plain = Plain(session)
        # One after the other, so that what is kept for the first cannot be told to the second.
        for holder in holders:
            inbox = Inbox(holder, NOW, view, filters)
            wanted = plain.ids_in(inbox, order)
            counts = count_waiting(session, inbox, week_end=WEEK_END)
            assert says(counts) == plainly(plain, inbox)
            assert read_all(partial(list_waiting, session, inbox, counts.reach, order)) == wanted
            assert list_first(session, inbox, len(tasks) + 1) == plain.ids_in(inbox, Order())
            assert_every_way_agrees(session, inbox, plain)


def assert_every_way_agrees(session: Session, inbox: Inbox, plain: Plain) -> None:
    """However a large inbox would be read, it shows the same."""
    named = [one for one, name in plain.names.items() if inbox.filters.name.lower() in name.lower()]
    for way, people in ((WHOLE, []), (BY_PEOPLE, named), (SEARCHING, [])):
        if way == BY_PEOPLE and not (inbox.filters.name or inbox.filters.unit):
            continue
        reach = Reach(inbox.parts, inbox.filters.narrowing, way, tuple(people))
        found = read_all(partial(list_waiting, session, inbox, reach, Order()))
        assert found == plain.ids_in(inbox, Order()), way


@given(tasks=st.lists(TASKS, max_size=PAGE + 10), holders=st.permutations(("ben", "hugo")))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_done_and_delegated_agrees_with_a_plain_list(
    desk: Desk, tasks: list[dict[str, Any]], holders: list[str]
) -> None:
    fill(desk, tasks)
    with desk.factory() as session:
        plain = Plain(session)
        for person in holders:
            inbox = Inbox(Holder.of(person, ("hr",)), NOW)
            done = [task for task in plain.tasks if task.state == "completed" and task.closed_by == person]
            delegated = [
                task
                for task in plain.tasks
                if task.state == "open" and task.owner == person and task.assignee not in (None, person)
            ]
            for ask, tasks_wanted, order in (
                (list_done, done, Order(CLOSED)),
                (list_delegated, delegated, Order()),
            ):
                found = read_all(partial(ask, session, inbox))
                assert found == [task.id for task in plain.sort(tasks_wanted, order)]
