"""A people file arrives: what is refused, what is noted, what is written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import SessionFactory, transaction
from tests.workflows.people.cast import (
    NOW,
    TODAY,
    bring_moves,
    bring_people,
    bring_units,
    cast,
    changed,
    counted,
    people_file,
    person,
    told,
)
from workflows.people.imports.people import import_people
from workflows.people.imports.report import Change
from workflows.people.models import DottedLine, Import, Person, PersonVersion
from workflows.people.organisation import Organisation


def everything(session: Session) -> list[Any]:
    """All facts in the database, to see that nothing has changed."""
    tables = (Person.__table__, PersonVersion.__table__, DottedLine.__table__, Import.__table__)
    return [row for table in tables for row in session.execute(select(table).order_by(*table.primary_key))]


@pytest.mark.parametrize(
    ("who", "column", "value", "problem"),
    [
        ("ann", "manager_id", "nobody", "manager does not exist"),
        ("ann", "manager_id", "ann", "reports to self"),
        ("ann", "email", "not-an-address", "not an e-mail address"),
        ("ann", "email", "=cmd@company.example", "spreadsheet formula"),
        ("ann", "email", "Carl@company.example", "same address as another row"),
        ("ann", "hire_date", "31/02/2024", "not a date"),
        ("ann", "hire_date", "2024-02-31", "not a date"),
        ("ann", "hire_date", "20240228", "not a date"),
        ("ann", "name", "", "missing"),
        ("ann", "name", '=HYPERLINK("x")', "spreadsheet formula"),
        ("ann", "name", "Ann\nLee", "line break or control character inside"),
        ("ann", "job_title", "@SUM(A1)", "spreadsheet formula"),
        ("ann", "name", "x" * 201, "longer than 200 characters"),
        ("ann", "salary", "-5", "negative"),
        ("ann", "salary", "50,000", "not a number"),
        ("ann", "salary", "NaN", "not a number"),
        ("ann", "salary", "٣", "not a number"),
        ("ann", "salary", "1.005", "more than 2 decimal places"),
        ("ann", "salary", "1" + "0" * 14, "too large"),
        ("ann", "fte", "1.7", "above 1"),
        ("ann", "fte", "0", "not above 0"),
        ("ann", "currency", "EURO", "not an ISO 4217 code"),
        ("ann", "currency", "XXX", "not an ISO 4217 code"),
        ("ann", "country", "Brazil", "not an ISO 3166 code"),
        ("ann", "time_zone", "Mars/Olympus", "unknown time zone"),
        ("ann", "status", "retired", "not one of active, leave, terminated"),
        ("ann", "works_council", "maybe", "not one of yes, no"),
        ("ann", "birth_year", "85", "not a year"),
        ("ann", "leave_to", "2026-01-01", "before leave_from"),
        ("ann", "termination_date", "2019-01-01", "before hire_date"),
        ("ann", "band_mid", "100", "below band_min"),
    ],
)
def test_a_defect_is_named_by_line_column_value_and_reason(
    session: Session, who: str, column: str, value: str, problem: str
) -> None:
    rows = changed(cast(), who, leave_from="2026-02-01", **{column: value})
    report = bring_people(session, rows)
    assert told(report) == [(5, column, value, problem)]
    assert report.defects[0].remedy
    assert everything(session) == []


def test_an_id_that_is_given_twice_is_told_at_the_second_row(session: Session) -> None:
    report = bring_people(session, [*cast(), person("ann", "mara", email="other@company.example")])
    assert told(report) == [(8, "employee_id", "ann", "same id as another row")]


def test_a_shared_address_belongs_to_the_one_whose_name_it_spells(session: Session) -> None:
    rows = changed(cast(), "mara", email="carl@company.example")
    assert told(bring_people(session, rows)) == [(3, "email", "carl@company.example", "same address as another row")]


def test_an_address_of_somebody_who_is_not_in_the_file_is_taken(company: Session) -> None:
    rows = [person("dora", "ben", email="ANN@company.example")]
    assert told(bring_people(company, rows)) == [
        (2, "email", "ANN@company.example", "same address as ann, who is not in this file")
    ]


@pytest.mark.parametrize(
    ("managers", "problem"),
    [
        ({"ben": "ann"}, "reporting loop of two"),
        ({"mara": "ann"}, "reporting loop of three (mara > ann > ben > mara)"),
        ({"olga": "carl"}, "reporting loop of four (olga > carl > ben > mara > olga)"),
    ],
)
def test_a_reporting_loop_is_told_once_at_its_first_row(
    session: Session, managers: dict[str, str], problem: str
) -> None:
    rows = cast()
    for who, manager in managers.items():
        rows = changed(rows, who, manager_id=manager)
    report = bring_people(session, rows)
    assert [(defect.column, defect.problem) for defect in report.defects] == [("manager_id", problem)]


def test_a_loop_that_closes_in_the_database_is_found(company: Session) -> None:
    report = bring_people(company, [person("mara", "ann", grade="E1")])
    assert [defect.problem for defect in report.defects] == ["reporting loop of three (mara > ann > ben > mara)"]


def test_one_defect_keeps_everything_out(company: Session) -> None:
    before = everything(company)
    rows = changed(changed(cast(), "ann", job_title="Lead"), "carl", fte="2")
    report = bring_people(company, rows)
    assert not report.is_valid
    assert not report.was_applied
    assert everything(company) == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(company: Session) -> None:
    before = everything(company)
    rows = changed(cast(), "ann", manager_id="mara")
    preview = bring_people(company, rows, dry_run=True)
    assert everything(company) == before
    applied = bring_people(company, rows)
    assert (preview.changes, preview.changed, preview.written) == (applied.changes, ["ann"], applied.written)
    assert (preview.was_applied, applied.was_applied) == (False, True)
    assert everything(company) != before


def test_the_same_file_again_writes_nothing(company: Session) -> None:
    before = everything(company)
    report = bring_people(company, cast())
    assert (report.written, report.unchanged, report.changes, report.import_id) == (0, 6, [], None)
    assert everything(company) == before


def test_managers_who_are_only_in_the_database_exist(company: Session) -> None:
    report = bring_people(company, [person("dora", "ben")])
    assert (report.defects, report.added) == ([], ["dora"])


def test_people_who_are_missing_from_a_file_are_reported_and_stay(company: Session) -> None:
    report = bring_people(company, [row for row in cast() if row["employee_id"] not in ("ann", "carl")])
    assert report.missing == ["ann", "carl"]
    ann = Organisation(company, TODAY).person("ann")
    assert ann is not None
    assert ann.is_active


def test_a_new_manager_counts_from_the_day_of_the_file_on(company: Session) -> None:
    later = date(2026, 12, 1)
    report = bring_people(company, changed(cast(), "ann", manager_id="mara"), on=later)
    assert report.changes == [Change("ann", "manager_id", "ben", "mara", later)]
    for day, manager in ((date(2026, 11, 30), "ben"), (later, "mara")):
        found = Organisation(company, day).manager_of("ann")
        assert found is not None
        assert found.id == manager


def test_a_version_names_the_import_that_wrote_it(company: Session) -> None:
    report = bring_people(company, changed(cast(), "ann", grade="G5"), on=date(2026, 12, 1))
    versions = company.execute(
        select(PersonVersion.grade, PersonVersion.import_id)
        .where(PersonVersion.person_id == "ann")
        .order_by(PersonVersion.valid_from)
    ).all()
    assert [grade for grade, _ in versions] == ["G4", "G5"]
    assert versions[1].import_id == report.import_id != versions[0].import_id
    cause = company.get_one(Import, report.import_id)
    assert (cause.kind, cause.imported_by, cause.imported_at, cause.file_name) == ("people", "hugo", NOW, "people.csv")
    assert (cause.rows, cause.added, cause.changed, cause.unchanged) == (6, 0, 1, 5)


def test_a_leave_holds_from_its_first_to_its_last_day(session: Session) -> None:
    bring_people(session, changed(cast(), "ann", status="leave", leave_from="2026-10-01", leave_to="2026-12-31"))
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [status_of(session, "ann", day) for day in days] == ["active", "leave", "leave", "active"]


def test_a_leave_without_a_first_day_counts_from_the_day_of_the_file(session: Session) -> None:
    report = bring_people(session, changed(cast(), "ann", status="leave"))
    assert [(note.line, note.column) for note in report.notes] == [(5, "leave_from")]
    assert [status_of(session, "ann", day) for day in (date(2026, 11, 21), TODAY)] == ["active", "leave"]


def test_a_leave_that_is_over_by_its_dates_counts_as_the_status_says(session: Session) -> None:
    rows = changed(cast(), "ann", status="leave", leave_from="2026-10-01", leave_to="2026-11-20")
    report = bring_people(session, rows)
    assert [note.problem for note in report.notes] == ["leave is over but the status is leave"]
    assert status_of(session, "ann", TODAY) == "leave"
    assert bring_people(session, rows).written == 0


def test_a_planned_leave_begins_by_itself(session: Session) -> None:
    bring_people(session, changed(cast(), "ann", leave_from="2027-01-04", leave_to="2027-01-08"))
    days = (TODAY, date(2027, 1, 4), date(2027, 1, 8), date(2027, 1, 9))
    assert [status_of(session, "ann", day) for day in days] == ["active", "leave", "leave", "active"]


def test_a_notice_that_was_given_becomes_an_exit_on_its_day(session: Session) -> None:
    bring_people(session, changed(cast(), "ann", status="terminated", termination_date="2026-12-31"))
    assert [status_of(session, "ann", day) for day in (TODAY, date(2026, 12, 30), date(2026, 12, 31))] == [
        "active",
        "active",
        "terminated",
    ]


def test_an_exit_that_is_reported_late_counts_from_its_own_day(company: Session) -> None:
    bring_people(company, changed(cast(), "ann", status="terminated", termination_date="2026-11-10"))
    assert [status_of(company, "ann", day) for day in (date(2026, 11, 9), date(2026, 11, 10))] == [
        "active",
        "terminated",
    ]


def test_somebody_who_left_can_come_back(company: Session) -> None:
    bring_people(company, changed(cast(), "ann", status="terminated", termination_date="2026-11-10"))
    bring_people(company, cast(), on=date(2027, 3, 1))
    assert [status_of(company, "ann", day) for day in (TODAY, date(2027, 3, 1))] == ["terminated", "active"]


def test_somebody_who_is_hired_in_the_future_joins_on_that_day(session: Session) -> None:
    rows = [*cast(), person("dora", "ben", hire_date="2027-01-01", dotted_manager_ids="hugo")]
    report = bring_people(session, rows)
    assert [note.problem for note in report.notes] == ["in the future"]
    assert Organisation(session, TODAY).person("dora") is None
    assert status_of(session, "dora", date(2027, 1, 1)) == "active"
    assert bring_people(session, rows).written == 0
    bring_people(session, changed(rows, "dora", hire_date="2027-02-01"))
    assert Organisation(session, date(2027, 1, 1)).person("dora") is None
    assert status_of(session, "dora", date(2027, 2, 1)) == "active"


def test_a_change_that_is_planned_for_later_survives_the_next_file(company: Session) -> None:
    bring_moves(company, ("2026-12-10", "ann", "manager", "mara"), ("2026-12-20", "ann", "terminated", ""))
    bring_people(company, changed(cast(), "ann", job_title="Lead", status="leave", leave_to="2027-06-30"))
    organisation = Organisation(company, date(2026, 12, 10))
    ann = organisation.person("ann")
    assert ann is not None
    assert (ann.manager_id, ann.job_title, ann.status) == ("mara", "Lead", "leave")
    assert [status_of(company, "ann", day) for day in (date(2026, 12, 20), date(2027, 7, 1))] == ["terminated"] * 2


def test_two_people_may_swap_their_addresses(company: Session) -> None:
    rows = changed(cast(), "ann", name="Ann Lee", email="carl@company.example")
    rows = changed(rows, "carl", email="ann@company.example")
    report = bring_people(company, rows)
    assert report.defects == []
    assert dict(company.execute(select(Person.id, Person.email).where(Person.id.in_(["ann", "carl"]))).all()) == {
        "ann": "carl@company.example",
        "carl": "ann@company.example",
    }


def test_dotted_lines_begin_and_end(company: Session) -> None:
    later = date(2026, 12, 1)
    bring_people(company, changed(cast(), "ann", dotted_manager_ids="mara; olga"), on=later)
    for day, managers in ((TODAY, ["hugo"]), (later, ["mara", "olga"])):
        assert [manager.id for manager in Organisation(company, day).dotted_managers("ann")] == managers


def test_unknown_partners_units_and_dotted_managers_are_notes(session: Session) -> None:
    bring_units(session)
    report = bring_people(
        session, changed(cast(), "ann", hrbp_id="x1", dotted_manager_ids="hugo;x2", org_unit="x3", manager_id="")
    )
    assert report.defects == []
    assert [(note.line, note.column, note.value) for note in report.notes] == [
        (5, "manager_id", ""),
        (5, "hrbp_id", "x1"),
        (5, "dotted_manager_ids", "x2"),
        (5, "org_unit", "x3"),
    ]


def test_a_report_of_a_manager_who_has_left_is_noted(session: Session) -> None:
    report = bring_people(session, changed(cast(), "ben", status="terminated", termination_date="2026-11-01"))
    assert [(note.value, note.problem) for note in report.notes] == [("ben", "manager has left")] * 2


def test_statements_do_not_grow_with_the_people(session: Session) -> None:
    def crowd(size: int) -> bytes:
        return people_file([*cast(), *(person(f"p{number}", "ben") for number in range(size))])

    def statements(size: int) -> int:
        with counted(session) as sent:
            report = import_people(session, crowd(size), file_name="p.csv", by="hugo", now=NOW)
        assert report.was_applied
        return len(sent)

    first = statements(20)
    assert statements(400) <= first + 3
    assert first <= 11


def status_of(session: Session, who: str, day: date) -> str | None:
    found = Organisation(session, day).person(who)
    return found.status if found else None


def test_versions_of_one_person_never_overlap(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "leave", "2026-12-24"), ("2026-12-10", "ann", "manager", "mara"))
    bring_people(company, changed(cast(), "ann", grade="G6"), on=date(2026, 12, 5))
    assert count_overlaps(company) == 0


def test_imports_at_the_same_time_run_one_after_the_other(factory: SessionFactory) -> None:
    with transaction(factory) as session:
        bring_people(session, cast())

    def promote(day: int) -> None:
        with transaction(factory) as session:
            bring_people(session, changed(cast(), "ann", grade=f"G{day}"), on=date(2026, 12, day))

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(promote, range(1, 9)))
    with transaction(factory) as session:
        assert count_overlaps(session) == 0


def count_overlaps(session: Session) -> int | None:
    one, other = PersonVersion.__table__.alias(), PersonVersion.__table__.alias()
    return session.scalar(
        select(func.count())
        .select_from(one.join(other, one.c.person_id == other.c.person_id))
        .where(one.c.valid_from < other.c.valid_from, func.coalesce(one.c.valid_to, date.max) > other.c.valid_from)
    )
