"""Importing the file of organisation units, as of one day."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.people.imports.cells import Column, read_cells, read_id, read_text
from workflows.people.imports.known import Row, as_timeline, load_versions
from workflows.people.imports.people_checks import describe_loop, find_loop
from workflows.people.imports.report import Finding, ImportReport
from workflows.people.imports.tables import read_table
from workflows.people.imports.undoing import remember_rows
from workflows.people.imports.writing import (
    RowChanges,
    compare_versions,
    day_of,
    list_changes,
    record_import,
    stamp,
    wait_for_other_imports,
)
from workflows.people.models import OrgUnit, OrgUnitVersion, Person
from workflows.people.outside import is_inside
from workflows.people.timeline import Timeline, Version, change_from

UNIT_COLUMNS = (
    Column("org_unit", read_id, required=True, field="id"),
    Column("name", read_text, required=True),
    Column("parent", read_id, field="parent_id"),
    Column("head_id", read_id),
    Column("cost_centre", read_id, required=True),
)
UNIT_FIELDS = ("name", "parent_id", "head_id", "cost_centre")

# The first file says nothing about when its units were founded, and people of earlier days belong to them.
ALWAYS = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row of the file."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any]

    @property
    def id(self) -> str:
        """The unit, as written."""
        return self.cells["org_unit"]

    def facts(self) -> dict[str, Any]:
        """The fields of `OrgUnitVersion`."""
        return {name: self.values[name] for name in UNIT_FIELDS}

    def finding(self, column: str, problem: str, remedy: str) -> Finding:
        """Something about a cell of this row."""
        return Finding(self.line, column, self.cells[column], problem, remedy)


def import_units(
    session: Session,
    content: bytes,
    *,
    file_name: str,
    by: str,
    now: datetime,
    effective: date | None = None,
    coming: Collection[str] = (),
    dry_run: bool = False,
) -> ImportReport:
    """Bring the units in line with a full units file, as of `effective` (by default the day of `now`).

    With any defect, and in a dry run, nothing is written. Importing the same file again writes nothing. Units of the
    very first file have always been there; later new ones begin on `effective`. Heads nobody knows are notes, so that
    units may come before people; `coming` are people of another file of the same import, who may be heads. Raises
    FileRejected when the file is no table of units.
    """
    report = ImportReport("units", file_name, day_of(now, effective), dry_run=dry_run)
    if not dry_run:
        wait_for_other_imports(session)
    rows, stored = _validate(session, content, report, coming)
    if not report.is_valid:
        return report
    units, versions = _compare(rows, stored, report)
    report.written = len(units) + len(versions)
    if report.written and not dry_run:
        report.import_id = record_import(session, report, content, by, now)
        stamp(versions.inserts, report.import_id)
        written = (("org_unit", ("id",), units), ("org_unit_version", ("unit_id", "valid_from"), versions))
        remember_rows(session, report.import_id, written)
        units.write(session, OrgUnit.metadata.tables["org_unit"], ("id",))
        versions.write(session, OrgUnitVersion.metadata.tables["org_unit_version"], ("unit_id", "valid_from"))
    return report


def _validate(
    session: Session, content: bytes, report: ImportReport, coming: Collection[str]
) -> tuple[list[UnitRow], dict[str, list[Row]]]:
    table = read_table(content, [column.name for column in UNIT_COLUMNS])
    report.rows = len(table.rows)
    report.defects, report.notes = list(table.defects), list(table.notes)
    rows = [UnitRow(row.line, row.cells, read_cells(row, UNIT_COLUMNS, report.defects)) for row in table.rows]
    stored = load_versions(session, OrgUnitVersion, session.scalars(select(OrgUnit.id)).all())
    mentioned = {row.id for row in rows} | {defect.value for defect in table.defects}
    report.defects += [*_check_units(rows, mentioned | stored.keys()), *_check_loops(rows, stored)]
    report.defects.sort(key=lambda finding: finding.line)
    people = {*session.scalars(select(Person.id).where(is_inside(Person.id))), *coming}
    report.notes += _note_oddities(rows, people)
    return rows, stored


def _check_units(rows: list[UnitRow], existing: set[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in rows:
        if row.id and row.id in seen:
            yield row.finding("org_unit", "same id as another row", "Give every unit one row, with one head.")
        seen.add(row.id)
        if row.values["parent_id"] and row.values["parent_id"] not in existing:
            yield row.finding("parent", "unit does not exist", "Correct the parent, or add it to the file.")


def _check_loops(rows: list[UnitRow], stored: dict[str, list[Row]]) -> Iterator[Finding]:
    parents: dict[str, str | None] = {unit: versions[-1]["parent_id"] for unit, versions in stored.items()}
    parents |= {row.id: row.values["parent_id"] for row in reversed(rows)}
    told: set[str] = set()
    for row in rows:
        loop = [] if row.id in told else find_loop(parents, row.id)
        told.update(loop)
        if loop:
            problem = "below itself" if len(loop) == 1 else describe_loop(loop).replace("reporting loop", "loop")
            yield row.finding("parent", problem, "Correct the parent of one of them.")


def _note_oddities(rows: list[UnitRow], people: set[str]) -> Iterator[Finding]:
    tops = [row for row in rows if row.values["parent_id"] is None]
    heads: dict[str, str] = {}
    for row in rows:
        head_id = row.values["head_id"]
        if head_id is None:
            yield row.finding("head_id", "no head", "Tasks for the head go to the head of the unit above.")
        elif head_id not in people:
            yield row.finding("head_id", "head is not known", "Import the people file, or correct the id.")
        elif head_id in heads:
            yield row.finding("head_id", f"also the head of {heads[head_id]}", "Check that one person leads both.")
        if head_id:
            heads.setdefault(head_id, row.id)
        if len(tops) > 1 and row in tops:
            yield row.finding("parent", "one of several units at the top", "Only one unit should have no parent.")


def _compare(rows: list[UnitRow], stored: dict[str, list[Row]], report: ImportReport) -> tuple[RowChanges, RowChanges]:
    units, versions = RowChanges(), RowChanges()
    founded = report.effective if stored else ALWAYS
    for row in rows:
        known = stored.get(row.id, [])
        before: Timeline = as_timeline(known, UNIT_FIELDS)
        after = change_from(before, report.effective, row.facts()) if before else (Version(founded, row.facts()),)
        changed = compare_versions({"unit_id": row.id}, known, after, UNIT_FIELDS, versions)
        if not before:
            units.inserts.append({"id": row.id})
            report.added.append(row.id)
        elif changed:
            report.changed.append(row.id)
            report.changes += list_changes(row.id, before, after, report.effective)
        else:
            report.unchanged += 1
    report.missing = sorted(stored.keys() - {row.id for row in rows})
    return units, versions
