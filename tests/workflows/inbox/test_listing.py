"""The inbox as a list: its order, its pages, whose tasks are in it, and what it costs."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from engine.database import SessionFactory
from engine.errors import Rejection
from tests.workflows.inbox.desk import BEN, HUGO, WEEK_END, Desk
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import counted, empty_database
from workflows.inbox.counting import count_waiting
from workflows.inbox.listing import PAGE, list_waiting
from workflows.inbox.ordering import GROUPINGS, SORTS, Cursor, Order
from workflows.inbox.waiting import Inbox


def test_what_is_due_first_comes_first_and_what_has_no_deadline_last(desk: Desk) -> None:
    whenever, in_a_week, overdue, tomorrow, as_well = desk.put(None, 7, -2, 1, 1)
    assert desk.listed() == [overdue, tomorrow, as_well, in_a_week, whenever]


def test_a_row_tells_whom_it_is_about_and_of_which_process(desk: Desk) -> None:
    desk.put(3)
    (row,) = desk.page().rows
    assert (row.subject, row.job_title, row.cycle, row.name) == ("Ann", "Specialist", "Annual review", "Manager review")


def test_a_task_about_nobody_is_listed_too(desk: Desk) -> None:
    desk.put(3, subject=None)
    (row,) = desk.page().rows
    assert (row.subject_id, row.subject, row.job_title) == (None, None, None)


def test_a_group_sees_its_tasks_until_somebody_takes_them(desk: Desk) -> None:
    free, taken, own = (
        *desk.put(1, group="hr"),
        *desk.put(2, group="hr", assignee="rita"),
        *desk.put(3, assignee="hugo"),
    )
    claimed = desk.put(4, group="hr", assignee="hugo")
    rows = desk.page(HUGO).rows
    assert [row.id for row in rows] == [free, own, *claimed]
    assert [row.group for row in rows] == ["hr", None, None]
    assert desk.listed(BEN) == []
    assert taken not in desk.listed(HUGO)


def test_what_a_group_decides_about_a_person_is_not_in_that_persons_inbox(desk: Desk) -> None:
    desk.put(1, group="hr", subject="hugo")
    (own,) = desk.put(2, assignee="hugo", subject="hugo")
    assert desk.listed(HUGO) == [own]
    assert desk.count(HUGO).total.number == 1


def test_closed_tasks_are_gone(desk: Desk) -> None:
    desk.put(1, state="completed")
    desk.put(1, state="cancelled")
    assert desk.listed() == []


def test_the_list_is_narrowed_by_step_deadline_and_name(desk: Desk) -> None:
    late, later = desk.put(-1, 20)
    (other,) = desk.put(5, step="approve", name="Approval", subject="carl")
    assert desk.listed(step="approve") == [other]
    assert desk.listed(due_before=NOW) == [late]
    assert desk.listed(name="aNN") == [late, later]
    assert desk.listed(name="%") == []
    assert desk.listed(cycle=desk.root + 1) == []


def test_the_counts_follow_the_filters(desk: Desk) -> None:
    desk.put(-1, 3, 20)
    desk.put(5, step="approve", name="Approval", subject="carl")
    everything = desk.count()
    assert [str(one) for one in (everything.total, everything.overdue, everything.this_week)] == ["4", "1", "3"]
    assert [(one.value, one.label, str(one.count)) for one in everything.steps] == [
        ("approve", "Approval", "1"),
        ("review", "Manager review", "3"),
    ]
    # A filter on the step leaves its own choices as they are; a name narrows all of them.
    assert [str(one.count) for one in desk.count(step="approve").steps] == ["1", "3"]
    assert (str(desk.count(step="approve").total), str(desk.count(name="carl").total)) == ("1", "1")
    assert [one.value for one in desk.count(name="carl").steps] == ["approve"]


@given(
    days=st.lists(st.none() | st.sampled_from([-3.0, 0.5, 1.0, 9.0]), max_size=3 * PAGE),
    groups=st.lists(st.none() | st.sampled_from([-1.0, 1.0]), max_size=PAGE),
    sort=st.sampled_from(sorted(SORTS)),
    grouping=st.sampled_from(sorted(GROUPINGS)),
)
@settings(max_examples=30)
def test_paging_shows_every_task_once_in_both_directions(
    days: list[float | None], groups: list[float | None], sort: str, grouping: str
) -> None:
    with empty_database("sqlite://") as factory:
        desk = Desk(factory).move_in()
        order = Order(sort, grouping)
        for number, day in enumerate(days):
            subject = (None, "ann", "dora", "carl")[number % 4]
            desk.put(day, assignee="hugo", subject=subject, priority=number % 3, name=f"Step {number % 2}")
        if groups:
            desk.put(*groups, group="hr")
        pages = desk.pages(HUGO, order=order)
        forward = [row.id for page in pages for row in page.rows]
        assert sorted(forward) == desk.ids
        if order == Order():
            dues = [row.due_at for page in pages for row in page.rows]
            assert dues == sorted(dues, key=lambda due: (due is None, due or NOW))

        back = [pages[-1]]
        while (at := back[-1].previous) is not None:
            back.append(desk.page(HUGO, str(at), order=order))
        assert [[row.id for row in page.rows] for page in reversed(back)] == [
            [row.id for row in page.rows] for page in pages
        ]
        assert desk.count(HUGO).total.number == len(desk.ids)


@pytest.mark.parametrize(
    "nonsense", ["x", "W10", "WzFd", "W2ZhbHNlLDEsMl0", "W2ZhbHNlLCIyMDI2LTExLTIyVDEwOjAwOjAwIiwxXQ", "é"]
)
def test_a_place_that_was_made_up_is_refused(nonsense: str) -> None:
    with pytest.raises(Rejection, match="Start again"):
        Cursor.parse(nonsense, Order())


@pytest.mark.parametrize("order", [Order(sort, grouping) for sort in SORTS for grouping in GROUPINGS], ids=str)
def test_every_order_costs_three_statements_with_its_counts(desk: Desk, order: Order) -> None:
    desk.put(*range(60))
    with counted(desk.factory) as sent:
        desk.page(HUGO, name="a", unit="ENG", order=order)
    assert len([statement for statement in sent if not statement.startswith("BEGIN")]) == 3


def test_the_database_finds_the_page_by_its_index_of_open_tasks(database_url: str) -> None:
    with empty_database(database_url) as factory:
        desk = Desk(factory).move_in()
        desk.put(*range(60), assignee="hugo")
        desk.put(*range(60), group="hr")
        plan = explain_page(factory)
    assert "ix_task_assignee_open" in plan
    assert "ix_task_group_open" in plan
    assert "SCAN task" not in plan
    assert "Seq Scan on task" not in plan


def explain_page(factory: SessionFactory) -> str:
    """How the database reads the first page of Hugo's inbox."""
    asked: list[tuple[str, Any]] = []
    engine = factory.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda _c, _cu, sql, values, *_: asked.append((sql, values)))
    inbox = Inbox(HUGO, NOW)
    with factory() as session:
        reach = count_waiting(session, inbox, week_end=WEEK_END).reach
        list_waiting(session, inbox, reach, Order(), None)
    sql, values = next((sql, values) for sql, values in asked if sql.startswith("SELECT task"))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # So few rows are read faster without an index; the question is whether it could be used.
            connection.exec_driver_sql("SET enable_seqscan = off")
        explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {sql}", values))
