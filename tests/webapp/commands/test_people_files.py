"""reviewflow people: files in and out."""

from pathlib import Path
from typing import Any

import pytest

from tests.webapp.commands.conftest import Program


@pytest.fixture
def empty(reviewflow: Program) -> Program:
    """The program on an installation with nobody in it."""
    reviewflow("db", "upgrade")
    return reviewflow


@pytest.fixture
def broken_people(sample: Path, tmp_path: Path) -> Path:
    """The people of the sample, one of them with a manager whom nobody knows."""
    lines = (sample / "people.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[4].split(",")
    cells[3] = "P99999"
    lines[4] = ",".join(cells)
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_people_and_units_are_imported_together(empty: Program, sample: Path) -> None:
    done = empty("people", "import", "--people", str(sample / "people.csv"), "--units", str(sample / "org_units.csv"))
    assert done.code == 0
    assert "people.csv: 96 rows; added 96, changed 0, unchanged 0, not mentioned 0." in done.out
    again = empty("people", "import", "--people", str(sample / "people.csv"))
    assert "added 0, changed 0, unchanged 96" in again.out


def test_a_dry_run_sees_the_new_units_but_keeps_nothing(empty: Program, sample: Path) -> None:
    files = ("--people", str(sample / "people.csv"), "--units", str(sample / "org_units.csv"))
    tried = empty("people", "import", *files, "--dry-run")
    assert tried.code == 0
    assert "would be added 96" in tried.out
    assert empty("people", "export", "-").err == "0 people exported.\n"


def test_with_any_defect_neither_people_nor_units_are_changed(
    empty: Program, sample: Path, broken_people: Path
) -> None:
    ended = empty("people", "import", "--people", str(broken_people), "--units", str(sample / "org_units.csv"))
    assert ended.code == 1
    assert "broken.csv: line 5, manager_id: 'P99999' manager does not exist. " in ended.out
    assert ended.err.endswith("1 defect in broken.csv. Nothing was changed; correct the file first.\n")
    found: Any = empty("people", "import", "--units", str(sample / "org_units.csv"), "--dry-run", "--json").json
    assert len(found[0]["added"]) == found[0]["rows"], "the units were kept though the people were refused"


def test_machines_get_the_report_as_json(empty: Program, sample: Path, broken_people: Path) -> None:
    files = ("--people", str(broken_people), "--units", str(sample / "org_units.csv"))
    ended = empty("people", "import", *files, "--json")
    units, people = ended.json  # type: ignore[misc]
    assert ended.code == 1
    assert units["kind"] == "units"
    assert people["defects"] == [
        {
            "line": 5,
            "column": "manager_id",
            "value": "P99999",
            "problem": "manager does not exist",
            "remedy": people["defects"][0]["remedy"],
        }
    ]
    assert people["dry_run"] is True


def test_a_file_that_is_no_table_is_refused_in_a_sentence(empty: Program, tmp_path: Path) -> None:
    picture = tmp_path / "people.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    ended = empty("people", "import", "--people", str(picture))
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1


def test_an_import_needs_a_file(reviewflow: Program) -> None:
    ended = reviewflow("people", "import")
    assert ended.code == 2
    assert "Name at least one file" in ended.err


def test_moves_are_previewed_and_applied(company: Program, tmp_path: Path) -> None:
    exported = company("people", "export", "-").out.lstrip("\ufeff").splitlines()[1:]
    person = next(line.split(",")[0] for line in exported if line.split(",")[3])
    moves = tmp_path / "moves.csv"
    moves.write_text(f"effective,employee_id,change,value\n2030-01-01,{person},leave,2030-03-01\n")
    assert "would be changed 1" in company("people", "moves", str(moves), "--dry-run").out
    assert "changed 1" in company("people", "moves", str(moves)).out
    assert "changed 0" in company("people", "moves", str(moves)).out
    assert "moves.csv would be taken back" in company("people", "undo", "--dry-run").out
    assert "moves.csv is taken back, and 0 tasks with it." in company("people", "undo").out
    assert "There is nothing to take back" in company("people", "undo").err
    assert "changed 1" in company("people", "moves", str(moves)).out


def test_projects_are_looked_at_and_applied(company: Program, tmp_path: Path) -> None:
    lead, member = (
        line.split(",")[0] for line in company("people", "export", "-").out.lstrip("\ufeff").splitlines()[1:3]
    )
    projects = tmp_path / "projects.csv"
    header = "project,person_id,role,valid_from,valid_to"
    projects.write_text(f"{header}\nApollo,{lead},lead,2026-01-01,\nApollo,{member},member,2026-01-01,2027-01-01\n")
    bring = ("people", "import", "--projects", str(projects))
    assert "would be added 1" in company(*bring, "--dry-run").out
    assert "projects.csv: 2 rows; added 1, changed 0, unchanged 0, not mentioned 0." in company(*bring).out
    assert "unchanged 1" in company(*bring).out
    assert "projects.csv is taken back, and 0 tasks with it." in company("people", "undo").out
    projects.write_text(f"{header}\nApollo,P99999,lead,2026-01-01,\n")
    refused = company(*bring)
    assert refused.code == 1
    assert "projects.csv: line 2, person_id: 'P99999' person does not exist." in refused.out


def test_new_people_whose_file_has_defects_are_no_defects_of_the_other_files(
    empty: Program, sample: Path, broken_people: Path, tmp_path: Path
) -> None:
    # Given a people file with one defect, and files of units and projects that name its people
    somebody = (sample / "people.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    projects = tmp_path / "projects.csv"
    header = "project,person_id,role,valid_from,valid_to"
    projects.write_text(f"{header}\nApollo,{somebody},lead,2026-01-01,\nApollo,P99998,member,2026-01-01,\n")
    # When all of them are imported
    files = ("--people", str(broken_people), "--units", str(sample / "org_units.csv"), "--projects", str(projects))
    refused = empty("people", "import", *files)
    # Then the defect is told where it is to be mended, and of the projects only whom no file brings
    assert refused.code == 1
    told = [line for line in refused.out.splitlines() if " line " in line]
    assert [line.partition(":")[0] for line in told] == ["broken.csv", "projects.csv"]
    assert "'P99998' person does not exist" in told[1]
    assert "head is not known" not in refused.err
    assert "2 defects in broken.csv and projects.csv. Nothing was changed" in refused.err


def test_moves_of_somebody_unknown_are_refused(company: Program, tmp_path: Path) -> None:
    moves = tmp_path / "moves.csv"
    moves.write_text("effective,employee_id,change,value\n2030-01-01,P99999,leave,\n")
    ended = company("people", "moves", str(moves))
    assert ended.code == 1
    assert "moves.csv: line 2, employee_id: 'P99999' person does not exist." in ended.out


def test_what_was_exported_can_be_imported_again(company: Program, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    assert company("people", "export", str(copy)).code == 0
    known = len(copy.read_text(encoding="utf-8-sig").splitlines()) - 1
    again = company("people", "import", "--people", str(copy))
    assert f"{known} rows; added 0, changed 0, unchanged {known}" in again.out


def test_holidays_take_the_place_of_those_before(empty: Program, tmp_path: Path) -> None:
    file = tmp_path / "holidays.csv"
    file.write_text("country,site,day,name\nDE,,2026-12-25,Christmas\nDE,Berlin,2027-03-08,Women’s day\n", "utf-8")
    done = empty("people", "holidays", str(file))
    assert (done.code, done.err.strip()) == (0, "2 holidays taken in.")
    file.write_text("country,site,day,name\nDE,,soon,Christmas\n", "utf-8")
    refused = empty("people", "holidays", str(file))
    assert refused.code == 1
    assert "Line 2: “soon” is no date such as 2026-12-25." in refused.err
