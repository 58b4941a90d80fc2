"""A company of 1,191 people with all the mess of real life."""

import csv
from collections import Counter
from pathlib import Path
from time import process_time

import pytest
from sqlalchemy.orm import Session

from tests.engine.patience import is_within
from tests.workflows.people.cast import NOW, TODAY, counted, told
from workflows.people.export import export_people
from workflows.people.imports.moves import import_moves
from workflows.people.imports.people import import_people
from workflows.people.imports.report import ImportReport
from workflows.people.imports.units import import_units
from workflows.people.organisation import load_organisation


def bring(session: Session, file: Path, *, dry_run: bool = False) -> ImportReport:
    read = {"org_units.csv": import_units, "moves.csv": import_moves}.get(file.name, import_people)
    return read(session, file.read_bytes(), file_name=file.name, by="P00837", now=NOW, dry_run=dry_run)


def test_the_broken_export_yields_exactly_the_expected_defects(session: Session, northwind: Path) -> None:
    with (northwind / "people_broken.expected.csv").open(encoding="utf-8", newline="") as file:
        expected = [(int(row["line"]), row["field"], row["value"], row["problem"]) for row in csv.DictReader(file)]
    report = bring(session, northwind / "people_broken.csv")
    assert told(report) == expected
    assert report.written == 0
    assert load_organisation(session, TODAY).everybody() == []


def test_the_company_arrives_whole_quickly_and_once(session: Session, northwind: Path) -> None:
    assert bring(session, northwind / "org_units.csv").defects == []
    started = process_time()
    with counted(session) as statements:
        report = bring(session, northwind / "people.csv")
    assert is_within(process_time() - started, 2)
    assert len(statements) <= 12
    assert (report.defects, len(report.added)) == ([], 1191)
    assert Counter(note.problem for note in report.notes) == {
        "manager has left": 9,
        "before the hire date": 5,
        "leave is over but the status is leave": 2,
        "no manager": 1,
    }
    again = bring(session, northwind / "people.csv")
    assert (again.written, again.unchanged, again.import_id) == (0, 1191, None)

    organisation = load_organisation(session, TODAY)
    everybody = organisation.everybody()
    assert Counter(person.status for person in everybody) == {"active": 1109, "leave": 58, "terminated": 24}
    assert max(len(list(organisation.managers_up(person.id))) for person in everybody) == 4
    chief = organisation.chief_executive()
    assert chief is not None
    assert chief.id == "P00001"
    assert len(organisation.everybody_below(chief.id)) == 1189
    exported = export_people(organisation, everybody)
    back = import_people(session, exported, file_name="export.csv", by="P00837", now=NOW, effective=TODAY)
    assert (back.defects, back.written) == ([], 0)


def test_the_moves_arrive_once(session: Session, northwind: Path) -> None:
    bring(session, northwind / "people.csv")
    preview = bring(session, northwind / "moves.csv", dry_run=True)
    with counted(session) as statements:
        applied = bring(session, northwind / "moves.csv")
    assert len(statements) <= 12
    assert preview.changes == applied.changes
    new_managers = (northwind / "moves.csv").read_text().count(",manager,")
    of_leavers = 2
    assert Counter(change.field for change in applied.changes)["manager_id"] == new_managers - of_leavers
    assert [(note.line, note.problem) for note in sorted(applied.notes, key=lambda note: note.line)] == [
        (48, "leaves 7 direct reports without a manager"),
        (99, "has left by then; ignored"),
        (104, "has left by then; ignored"),
        (107, "manager has left by then"),
        (114, "has left by then; ignored"),
    ]
    assert bring(session, northwind / "moves.csv").written == 0
    assert bring(session, northwind / "people.csv").written == 0


@pytest.mark.parametrize("name", ["people.csv", "org_units.csv"])
def test_a_dry_run_on_an_empty_database_leaves_it_empty(session: Session, northwind: Path, name: str) -> None:
    report = bring(session, northwind / name, dry_run=True)
    assert report.written > 0
    organisation = load_organisation(session, TODAY)
    assert (organisation.everybody(), organisation.units()) == ([], {})
