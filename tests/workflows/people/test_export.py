"""People handed out as CSV: safe in a spreadsheet, and the same when they come back."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.workflows.people.cast import NOW, TODAY, bring_moves, bring_people, cast, changed
from workflows.people.export import PAY_COLUMNS, export_people
from workflows.people.imports.people import import_people
from workflows.people.imports.people_file import PEOPLE_HEADER
from workflows.people.organisation import Organisation, load_organisation
from workflows.spreadsheets import neutralise


def test_an_export_that_comes_back_changes_nothing(session: Session) -> None:
    rows = changed(
        cast(), "ann", name='Zoë, Søren "O\'Neil"', dotted_manager_ids="hugo;mara", fte="0.8", birth_year="1980"
    )
    rows = changed(rows, "carl", status="leave", leave_from="2026-10-01", leave_to="2027-01-31", salary="50000.50")
    rows = changed(rows, "hugo", status="terminated", termination_date="2026-11-01", works_council="yes")
    bring_people(session, rows)
    bring_moves(session, ("2026-12-01", "ann", "manager", "mara"))
    organisation = load_organisation(session, TODAY)
    content = export_people(organisation, organisation.everybody())
    report = import_people(session, content, file_name="export.csv", by="hugo", now=NOW, effective=TODAY)
    assert (report.defects, report.written, report.unchanged) == ([], 0, 6)


def test_cells_read_as_the_import_wants_them(company: Session) -> None:
    organisation = Organisation(company, TODAY)
    ann = organisation.person("ann")
    assert ann is not None
    (row,) = csv.DictReader(io.StringIO(export_people(organisation, [ann]).decode("utf-8-sig"), newline=""))
    assert tuple(row) == PEOPLE_HEADER
    assert {name: row[name] for name in ("employee_id", "fte", "salary", "works_council", "leave_to", "hire_date")} == {
        "employee_id": "ann",
        "fte": "1",
        "salary": "50000",
        "works_council": "no",
        "leave_to": "",
        "hire_date": "2020-03-01",
    }


def test_pay_can_be_left_out(company: Session) -> None:
    organisation = load_organisation(company, TODAY)
    columns = [name for name in PEOPLE_HEADER if name not in PAY_COLUMNS]
    text = export_people(organisation, organisation.everybody(), columns).decode("utf-8-sig")
    assert text.splitlines()[0] == ",".join(columns)
    assert "50000" not in text


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=x"])
def test_a_formula_that_got_in_some_other_way_does_not_get_out(company: Session, name: str) -> None:
    organisation = Organisation(company, TODAY)
    ann = organisation.person("ann")
    assert ann is not None
    (row,) = csv.DictReader(
        io.StringIO(export_people(organisation, [replace(ann, name=name)]).decode("utf-8-sig"), newline="")
    )
    assert row["name"] == "'" + name


@given(st.text())
def test_no_text_is_exported_as_a_formula(text: str) -> None:
    safe = neutralise(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.endswith(text)


def test_a_day_in_the_past_exports_what_was_true_then(company: Session) -> None:
    bring_moves(company, ("2026-12-01", "ann", "manager", "mara"))
    for day, manager in ((TODAY, "ben"), (date(2026, 12, 1), "mara")):
        organisation = load_organisation(company, day)
        rows = csv.DictReader(io.StringIO(export_people(organisation, organisation.everybody()).decode("utf-8-sig")))
        assert {row["employee_id"]: row["manager_id"] for row in rows}["ann"] == manager
