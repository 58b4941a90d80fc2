"""Importing the file of projects: who is in which, from when until when."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.people.imports.cells import Column, read_cells, read_choice, read_date, read_id, read_text
from workflows.people.imports.known import Row
from workflows.people.imports.report import Finding, ImportReport
from workflows.people.imports.tables import TableRow, read_table
from workflows.people.imports.undoing import remember_rows
from workflows.people.imports.writing import RowChanges, day_of, record_import, stamp, wait_for_other_imports
from workflows.people.models import Person, ProjectMembership
from workflows.people.outside import is_inside

LEAD, MEMBER = "lead", "member"
PROJECT_COLUMNS = (
    Column("project", partial(read_text, longest=80), required=True),
    Column("person_id", read_id, required=True),
    Column("role", partial(read_choice, choices=(LEAD, MEMBER)), required=True),
    Column("valid_from", read_date, required=True),
    Column("valid_to", read_date),
)
KEY = ("project", "person_id", "valid_from")

Memberships = dict[str, list[Row]]
"""The rows of `ProjectMembership` by project, without the import that wrote them."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One row of the file with its cells read; a cell that could not be read is None and was reported."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any]

    def membership(self) -> Row:
        """The fields of `ProjectMembership`."""
        return {name: self.values[name] for name in (*KEY, "valid_to")} | {"is_lead": self.values["role"] == LEAD}

    def finding(self, column: str, problem: str, remedy: str) -> Finding:
        """Something about a cell of this row."""
        return Finding(self.line, column, self.cells[column], problem, remedy)


def import_projects(
    session: Session,
    content: bytes,
    *,
    file_name: str,
    by: str,
    now: datetime,
    coming: Collection[str] = (),
    dry_run: bool = False,
) -> ImportReport:
    """Let the projects that the file names be as it says, in place of all that was known of them; others stay.

    Columns: project, person_id, role (lead or member), valid_from and valid_to, the first day on which it no longer
    holds (nothing: until further notice). With any defect, and in a dry run, nothing is written. Importing the same
    file again writes nothing. A project that nobody leads is a note. `coming` are people of another file of the same
    import: they are no defect here where that one has to be mended first. Raises FileRejected when the file is no table
    of projects.
    """
    report = ImportReport("projects", file_name, day_of(now, None), dry_run=dry_run)
    if not dry_run:
        wait_for_other_imports(session)
    rows = _validate(session, content, report, coming)
    if not report.is_valid:
        return report
    changes = _compare(_group(row.membership() for row in rows), _load(session), report)
    report.written = len(changes)
    if changes and not dry_run:
        report.import_id = record_import(session, report, content, by, now)
        stamp(changes.inserts, report.import_id)
        remember_rows(session, report.import_id, [(ProjectMembership.__tablename__, KEY, changes)])
        changes.write(session, ProjectMembership.metadata.tables[ProjectMembership.__tablename__], KEY)
    return report


def _validate(session: Session, content: bytes, report: ImportReport, coming: Collection[str]) -> list[ProjectRow]:
    table = read_table(content, [column.name for column in PROJECT_COLUMNS])
    report.rows = len(table.rows)
    report.defects, report.notes = list(table.defects), list(table.notes)
    rows = [_read_row(row, report.defects) for row in table.rows]
    people = {*session.scalars(select(Person.id).where(is_inside(Person.id))), *coming}
    report.defects += [*_check_rows(rows, people), *_check_overlaps(rows)]
    report.defects.sort(key=lambda finding: finding.line)
    report.notes += _note_without_lead(rows)
    return rows


def _read_row(row: TableRow, defects: list[Finding]) -> ProjectRow:
    return ProjectRow(row.line, row.cells, read_cells(row, PROJECT_COLUMNS, defects))


def _check_rows(rows: list[ProjectRow], people: set[str]) -> Iterator[Finding]:
    for row in rows:
        person_id, begin, end = (row.values[name] for name in ("person_id", "valid_from", "valid_to"))
        if person_id is not None and person_id not in people:
            yield row.finding("person_id", "person does not exist", "Correct the id, or import the people file first.")
        if begin is not None and end is not None and end <= begin:
            remedy = "Write the first day on which it no longer holds, or leave it empty."
            yield row.finding("valid_to", "not after valid_from", remedy)


def _check_overlaps(rows: list[ProjectRow]) -> Iterator[Finding]:
    """One person twice in a project on the same day."""
    readable = [row for row in rows if all(row.values[name] is not None for name in KEY)]
    before: dict[tuple[str, str], ProjectRow] = {}
    for row in sorted(readable, key=lambda row: (row.values["valid_from"], row.line)):
        key = (row.values["project"], row.values["person_id"])
        earlier = before.get(key)
        end = earlier.values["valid_to"] if earlier else None
        if earlier and (end is None or end > row.values["valid_from"]):
            problem = f"already in the project on that day by line {earlier.line}"
            yield row.finding("valid_from", problem, "Let the earlier row end first, or keep the one that is right.")
        before[key] = row


def _note_without_lead(rows: list[ProjectRow]) -> Iterator[Finding]:
    led = {row.values["project"] for row in rows if row.values["role"] == LEAD}
    for row in rows:
        if row.values["project"] and row.values["project"] not in led:
            led.add(row.values["project"])
            yield row.finding("project", "nobody leads it", "Tasks for its lead go to the manager; name one.")


def _load(session: Session) -> Memberships:
    """All that is known. One statement."""
    row = ProjectMembership
    known = select(row.project, row.person_id, row.valid_from, row.valid_to, row.is_lead)
    return _group(dict(one) for one in session.execute(known).mappings())


def _group(memberships: Iterable[Row]) -> Memberships:
    found: Memberships = {}
    for one in memberships:
        found.setdefault(one["project"], []).append(one)
    return found


def _compare(wanted: Memberships, known: Memberships, report: ImportReport) -> RowChanges:
    changes = RowChanges()
    for project, rows in wanted.items():
        before = known.get(project, [])
        new, gone = [row for row in rows if row not in before], [row for row in before if row not in rows]
        changes.inserts += new
        changes.deletes += [{name: row[name] for name in KEY} for row in gone]
        if not before:
            report.added.append(project)
        elif new or gone:
            report.changed.append(project)
        else:
            report.unchanged += 1
    report.missing = sorted(known.keys() - wanted.keys())
    return changes
