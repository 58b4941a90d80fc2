"""Importing the people file: everybody the HR system knows, as of one day."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from workflows.people.imports.known import (
    KnownPeople,
    Row,
    as_timeline,
    load_known_people,
    load_open_dotted_lines,
    load_versions,
)
from workflows.people.imports.people_checks import check_people
from workflows.people.imports.people_file import (
    PEOPLE_HEADER,
    VERSION_FIELDS,
    PersonRow,
    read_person_row,
)
from workflows.people.imports.people_notes import note_oddities
from workflows.people.imports.report import ImportReport
from workflows.people.imports.tables import Table, read_table
from workflows.people.imports.undoing import remember_rows
from workflows.people.imports.writing import (
    RowChanges,
    changes_between,
    compare_versions,
    day_of,
    list_changes,
    record_import,
    stamp,
    wait_for_other_imports,
)
from workflows.people.models import TERMINATED, DottedLine, Person, PersonVersion
from workflows.people.status import STATUS_FACTS, at_work, state_status
from workflows.people.timeline import Timeline, Version, begin_on, change_from

PERSON_FACTS = (*VERSION_FIELDS, *STATUS_FACTS)


@dataclass(slots=True)
class PeopleChanges:
    """What the import does to each table."""

    people: RowChanges = field(default_factory=RowChanges)
    versions: RowChanges = field(default_factory=RowChanges)
    dotted: RowChanges = field(default_factory=RowChanges)

    def __len__(self) -> int:
        return len(self.people) + len(self.versions) + len(self.dotted)


def import_people(
    session: Session,
    content: bytes,
    *,
    file_name: str,
    by: str,
    now: datetime,
    effective: date | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Bring the people in line with a full people file, as of `effective` (by default the day of `now`).

    With any defect, and in a dry run, nothing is written and the report says what was found. Importing the same file
    again writes nothing. Whoever is new is known from the hire date on; whoever is known changes from `effective` on,
    and changes that are already planned for later stay planned. People the file does not mention are reported, not
    removed. Raises FileRejected when the file is no table of people.
    """
    report = ImportReport("people", file_name, day_of(now, effective), dry_run=dry_run)
    if not dry_run:
        wait_for_other_imports(session)
    rows, known = _validate(session, content, report)
    if not report.is_valid:
        return report
    changes = _compare(session, rows, known, report)
    report.written = len(changes)
    if changes and not dry_run:
        report.import_id = record_import(session, report, content, by, now)
        _write(session, changes, known, report.import_id)
    return report


def _validate(session: Session, content: bytes, report: ImportReport) -> tuple[list[PersonRow], KnownPeople]:
    table = read_table(content, PEOPLE_HEADER)
    known = load_known_people(session, report.effective)
    report.rows = len(table.rows)
    report.defects = list(table.defects)
    report.notes = list(table.notes)
    rows = [read_person_row(row, report.defects) for row in table.rows]
    report.defects += check_people(rows, _mentioned(table), known)
    report.defects.sort(key=lambda finding: finding.line)
    if report.is_valid:
        report.notes += note_oddities(rows, known, report.effective)
    return rows, known


def read_ids(content: bytes) -> set[str]:
    """The ids that a people file names, whatever else is in it. Raises FileRejected."""
    return _mentioned(read_table(content, PEOPLE_HEADER))


def _mentioned(table: Table) -> set[str]:
    return {row.cells["employee_id"] for row in table.rows} | {defect.value for defect in table.defects}


def _compare(session: Session, rows: list[PersonRow], known: KnownPeople, report: ImportReport) -> PeopleChanges:
    changes = PeopleChanges()
    versions = load_versions(session, PersonVersion, [row.id for row in rows if row.id in known.people])
    dotted = load_open_dotted_lines(session, report.effective)
    for row in rows:
        stored = versions.get(row.id, [])
        before = as_timeline(stored, PERSON_FACTS)
        after = plan_timeline(before, row, report.effective)
        changed = compare_versions({"person_id": row.id}, stored, after, PERSON_FACTS, changes.versions)
        changed |= _compare_person(row, known, changes.people)
        begin = max(report.effective, row.values["hire_date"]) if before else row.values["hire_date"]
        changed |= _compare_dotted(row, dotted.get(row.id, {}), begin, changes.dotted)
        _tell(report, row, known, before, after, changed=changed)
    in_file = {row.id for row in rows}
    left = {who for who, standing in known.standing.items() if standing.status == TERMINATED}
    report.missing = sorted(known.people.keys() - in_file - left)
    return changes


def plan_timeline(before: Timeline, row: PersonRow, effective: date) -> Timeline:
    """The timeline of a person after the row of the file has been taken in; an empty one means a new person."""
    hired = row.values["hire_date"]
    if not before:
        return state_status((Version(hired, row.facts() | at_work()),), row.statement(effective))
    if hired < before[0].valid_from or before[0].valid_from > effective:
        before = begin_on(before, hired)
    return state_status(change_from(before, effective, row.facts()), row.statement(effective))


def _compare_person(row: PersonRow, known: KnownPeople, changes: RowChanges) -> bool:
    person, stored = row.person(), known.people.get(row.id)
    if stored is None:
        changes.inserts.append(person)
    elif stored != person:
        changes.updates.append(person)
    return stored != person


def _compare_dotted(row: PersonRow, open_lines: dict[str, date], begin: date, changes: RowChanges) -> bool:
    size, wanted = len(changes), set(row.dotted_manager_ids)
    for manager_id in sorted(wanted - open_lines.keys()):
        key = {"person_id": row.id, "manager_id": manager_id, "valid_from": begin}
        changes.inserts.append({**key, "valid_to": None})
    for manager_id in sorted(open_lines.keys() - wanted):
        key = {"person_id": row.id, "manager_id": manager_id, "valid_from": open_lines[manager_id]}
        if open_lines[manager_id] >= begin:
            changes.deletes.append(key)
        else:
            changes.updates.append({**key, "valid_to": begin})
    return len(changes) > size


def _tell(
    report: ImportReport, row: PersonRow, known: KnownPeople, before: Timeline, after: Timeline, *, changed: bool
) -> None:
    if not before:
        report.added.append(row.id)
    elif not changed:
        report.unchanged += 1
    else:
        report.changed.append(row.id)
        report.changes += list_changes(row.id, before, after, report.effective)
        report.changes += changes_between(row.id, known.people[row.id], row.person(), report.effective)


def _write(session: Session, changes: PeopleChanges, known: KnownPeople, import_id: int) -> None:
    stamp((*changes.versions.inserts, *changes.dotted.inserts), import_id)
    written = (
        ("person", ("id",), changes.people),
        ("person_version", ("person_id", "valid_from"), changes.versions),
        ("dotted_line", ("person_id", "manager_id", "valid_from"), changes.dotted),
    )
    remember_rows(session, import_id, written)
    _release_addresses(session, changes.people.updates, known)
    changes.people.write(session, Person.metadata.tables["person"], ("id",))
    changes.versions.write(session, PersonVersion.metadata.tables["person_version"], ("person_id", "valid_from"))
    key = ("person_id", "manager_id", "valid_from")
    changes.dotted.write(session, DottedLine.metadata.tables["dotted_line"], key)


def _release_addresses(session: Session, updates: list[Row], known: KnownPeople) -> None:
    """Two people may swap addresses: free the old ones first, because each address is unique at every moment."""
    moving = [row["id"] for row in updates if known.people[row["id"]]["email"].lower() != row["email"].lower()]
    if moving:
        session.execute(update(Person).where(Person.id.in_(moving)).values(email=Person.id))
