"""Moves arrive in the middle of a cycle: from their day on, and only from then."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.workflows.people.cast import TODAY, bring_moves, bring_people, cast, counted, told
from workflows.people.imports.report import Change
from workflows.people.organisation import Organisation

DAY = date(2026, 12, 1)


def test_a_new_manager_counts_from_the_day_of_the_move(company: Session) -> None:
    report = bring_moves(company, ("2026-12-01", "ann", "manager", "mara"))
    assert report.changes == [Change("ann", "manager_id", "ben", "mara", DAY)]
    for day, manager in ((date(2026, 11, 30), "ben"), (DAY, "mara")):
        found = Organisation(company, day).manager_of("ann")
        assert found is not None
        assert found.id == manager


def test_a_post_can_become_vacant(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "manager", ""))
    assert Organisation(company, DAY).manager_of("ann") is None


def test_a_leave_ends_after_its_last_day(company: Session) -> None:
    report = bring_moves(company, ("2026-12-01", "ann", "leave", "2027-01-31"))
    assert [(change.field, change.after) for change in report.changes] == [
        ("status", "leave"),
        ("leave_from", DAY),
        ("leave_to", date(2027, 1, 31)),
    ]
    days = (TODAY, DAY, date(2027, 1, 31), date(2027, 2, 1))
    assert [status_of(company, "ann", day) for day in days] == ["active", "leave", "leave", "active"]


def test_a_leave_until_the_last_day_there_is_has_no_end(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "leave", "9999-12-31"))
    assert [status_of(company, "ann", day) for day in (DAY, date(9999, 12, 31))] == ["leave", "leave"]


def test_a_longer_leave_keeps_its_first_day(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "leave", "2027-01-31"))
    bring_moves(company, ("2027-01-15", "ann", "leave", "2027-03-31"))
    ann = Organisation(company, date(2027, 2, 1)).person("ann")
    assert ann is not None
    assert (ann.status, ann.leave_from, ann.leave_to) == ("leave", DAY, date(2027, 3, 31))
    assert status_of(company, "ann", date(2027, 4, 1)) == "active"


def test_an_exit_ends_a_leave_for_good(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "leave", "2027-01-31"), ("2026-12-20", "ann", "terminated", ""))
    assert [status_of(company, "ann", day) for day in (DAY, date(2026, 12, 20), date(2027, 6, 1))] == [
        "leave",
        "terminated",
        "terminated",
    ]


def test_moves_count_in_order_of_their_days_not_of_their_lines(company: Session) -> None:
    bring_moves(company, ("2026-12-20", "ann", "manager", "olga"), ("2026-12-01", "ann", "manager", "mara"))
    managers = [Organisation(company, day).manager_of("ann") for day in (TODAY, DAY, date(2026, 12, 20))]
    assert [manager.id for manager in managers if manager] == ["ben", "mara", "olga"]


def test_a_move_of_somebody_who_has_left_by_then_is_ignored_with_a_note(company: Session) -> None:
    report = bring_moves(company, ("2026-12-01", "ann", "terminated", ""), ("2026-12-05", "ann", "leave", "2027-01-01"))
    assert [(note.line, note.problem) for note in report.notes] == [(3, "has left by then; ignored")]
    assert status_of(company, "ann", date(2026, 12, 5)) == "terminated"


def test_an_exit_names_the_reports_who_are_left_alone(company: Session) -> None:
    report = bring_moves(company, ("2026-12-01", "ben", "terminated", ""), ("2026-12-02", "hugo", "manager", "ben"))
    assert [(note.line, note.problem) for note in report.notes] == [
        (2, "leaves 2 direct reports without a manager"),
        (3, "manager has left by then"),
    ]


def test_a_preview_says_what_the_import_will_do_and_the_second_import_does_nothing(company: Session) -> None:
    moves = (
        ("2026-12-01", "ann", "manager", "mara"),
        ("2026-12-05", "ann", "leave", "2027-01-31"),
        ("2026-12-10", "carl", "terminated", ""),
    )
    preview = bring_moves(company, *moves, dry_run=True)
    assert status_of(company, "carl", date(2026, 12, 10)) == "active"
    applied = bring_moves(company, *moves)
    assert preview.changes == applied.changes
    assert preview.written == applied.written > 0
    again = bring_moves(company, *moves)
    assert (again.written, again.changes, again.unchanged, again.import_id) == (0, [], 3, None)


@pytest.mark.parametrize(
    ("move", "column", "problem"),
    [
        (("2026-12-01", "nobody", "manager", "mara"), "employee_id", "person does not exist"),
        (("2026-12-01", "ann", "manager", "nobody"), "value", "manager does not exist"),
        (("2026-12-01", "ann", "manager", "ann"), "value", "reports to self"),
        (("2026-12-01", "mara", "manager", "ann"), "value", "reporting loop of three (mara > ann > ben > mara)"),
        (("2026-12-01", "ann", "leave", "soon"), "value", "not a date"),
        (("2026-12-01", "ann", "leave", "2026-11-30"), "value", "before effective"),
        (("2026-12-01", "ann", "terminated", "yes"), "value", "an exit has no value"),
        (("2026-12-01", "ann", "promoted", "G5"), "change", "not one of manager, leave, terminated"),
        (("01.12.2026", "ann", "manager", "mara"), "effective", "not a date"),
        (("2019-12-01", "ann", "manager", "mara"), "effective", "before the hire date"),
    ],
)
def test_a_move_that_cannot_be_is_a_defect_and_keeps_all_out(
    company: Session, move: tuple[str, str, str, str], column: str, problem: str
) -> None:
    report = bring_moves(company, ("2026-12-01", "carl", "manager", "mara"), move)
    value = dict(zip(("effective", "employee_id", "change", "value"), move, strict=True))[column]
    assert told(report) == [(3, column, value, problem)]
    carl = Organisation(company, DAY).person("carl")
    assert carl is not None
    assert carl.manager_id == "ben"


def test_the_same_change_cannot_be_told_twice_for_a_day(company: Session) -> None:
    report = bring_moves(company, ("2026-12-01", "ann", "manager", "mara"), ("2026-12-01", "ann", "manager", "olga"))
    assert told(report) == [(3, "change", "manager", "same change of the same person and day as line 2")]


def test_two_may_change_places_on_one_day(company: Session) -> None:
    report = bring_moves(company, ("2026-12-01", "ben", "manager", "ann"), ("2026-12-01", "ann", "manager", "mara"))
    assert report.defects == []
    assert [above.id for above in Organisation(company, DAY).managers_up("ben")] == ["ann", "mara", "olga"]


def test_moves_before_anybody_is_known_are_defects(session: Session) -> None:
    assert [defect.problem for defect in bring_moves(session, ("2026-12-01", "ann", "terminated", "")).defects] == [
        "person does not exist"
    ]


def test_statements_do_not_grow_with_the_moves(company: Session) -> None:
    with counted(company) as few:
        bring_moves(company, ("2026-12-01", "ann", "manager", "mara"))
    with counted(company) as many:
        bring_moves(
            company, *((f"2026-12-{day:02}", "carl", "manager", ("mara", "ben")[day % 2]) for day in range(2, 30))
        )
    assert len(many) <= len(few) + 2 <= 14


def test_a_people_file_as_of_today_does_not_undo_moves_of_tomorrow(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "manager", "mara"), ("2026-12-10", "carl", "terminated", ""))
    assert bring_people(company, cast()).written == 0


def status_of(session: Session, who: str, day: date) -> str | None:
    found = Organisation(session, day).person(who)
    return found.status if found else None
