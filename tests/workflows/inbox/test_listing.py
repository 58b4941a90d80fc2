"""The inbox as a list: its order, its pages, whose tasks are in it, and what it costs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from engine.database import SessionFactory
from engine.errors import Rejection
from tests.workflows.inbox.desk import BEN, HUGO, Desk
from tests.workflows.people.cast import NOW
from tests.workflows.small_cycle import counted, empty_database
from workflows.inbox.listing import PAGE, Cursor, list_waiting
from workflows.inbox.waiting import Filters


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
    assert desk.count(HUGO).total == 1


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
    assert (everything.total, everything.overdue, everything.this_week) == (4, 1, 3)
    assert [(one.value, one.label, one.count) for one in everything.steps] == [
        ("approve", "Approval", 1),
        ("review", "Manager review", 3),
    ]
    # A filter on the step leaves its own choices as they are; a name narrows all of them.
    assert [one.count for one in desk.count(step="approve").steps] == [1, 3]
    assert (desk.count(step="approve").total, desk.count(name="carl").total) == (1, 1)
    assert [one.value for one in desk.count(name="carl").steps] == ["approve"]


@given(
    days=st.lists(st.none() | st.sampled_from([-3.0, 0.5, 1.0, 9.0]), max_size=3 * PAGE),
    groups=st.lists(st.none() | st.sampled_from([-1.0, 1.0]), max_size=PAGE),
)
def test_paging_shows_every_task_once_in_both_directions(days: list[float | None], groups: list[float | None]) -> None:
    with empty_database("sqlite://") as factory:
        desk = Desk(factory).move_in()
        if days:
            desk.put(*days, assignee="hugo")
        if groups:
            desk.put(*groups, group="hr")
        pages = [desk.page(HUGO)]
        while (at := pages[-1].next) is not None:
            pages.append(desk.page(HUGO, Cursor.parse(str(at))))
        forward = [row.id for page in pages for row in page.rows]
        assert sorted(forward) == desk.ids
        dues = [row.due_at for page in pages for row in page.rows]
        assert dues == sorted(dues, key=lambda due: (due is None, due or NOW))

        back = [pages[-1]]
        while (at := back[-1].previous) is not None:
            back.append(desk.page(HUGO, Cursor.parse(str(at))))
        assert [[row.id for row in page.rows] for page in reversed(back)] == [
            [row.id for row in page.rows] for page in pages
        ]
        assert desk.count(HUGO).total == len(desk.ids)


@pytest.mark.parametrize(
    "nonsense", ["x", "after~1", "after~a~", "sideways~1~", "after~1~2026-11-22T10:00:00", "a~b~c~d"]
)
def test_a_place_that_was_made_up_is_refused(nonsense: str) -> None:
    with pytest.raises(Rejection, match="Start again"):
        Cursor.parse(nonsense)


def test_list_and_counts_cost_one_statement_each(desk: Desk) -> None:
    desk.put(*range(60))
    for ask in (desk.page, desk.count):
        with counted(desk.factory) as sent:
            ask(HUGO, name="a")
        assert len([statement for statement in sent if not statement.startswith("BEGIN")]) == 1


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
    with factory() as session:
        list_waiting(session, HUGO, Filters(), None, NOW.date())
    sql, values = next((sql, values) for sql, values in asked if sql.startswith("SELECT task"))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # So few rows are read faster without an index; the question is whether it could be used.
            connection.exec_driver_sql("SET enable_seqscan = off")
        explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {sql}", values))
