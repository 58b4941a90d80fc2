"""What is odd about a people file but happens in real life: accepted, and named."""

from collections.abc import Iterator, Mapping
from datetime import date

from workflows.people.grades import is_executive
from workflows.people.imports.known import KnownPeople
from workflows.people.imports.people_file import PersonRow
from workflows.people.imports.report import Finding
from workflows.people.models import ON_LEAVE, TERMINATED


def note_oddities(rows: list[PersonRow], known: KnownPeople, effective: date) -> list[Finding]:
    """What should be looked at, in order of the file. Expects rows without defects."""
    statuses = {who: standing.status for who, standing in known.standing.items()}
    statuses |= {row.id: row.values["status"] for row in rows}
    existing = known.people.keys() | statuses.keys()
    return [
        finding
        for row in rows
        for findings in (
            _note_manager(row, statuses),
            _note_references(row, existing, known.units),
            _note_status(row, effective),
            _note_dates(row, effective),
        )
        for finding in findings
    ]


def _note_manager(row: PersonRow, statuses: Mapping[str, str]) -> Iterator[Finding]:
    if row.values["status"] == TERMINATED:
        return
    if row.manager_id is None and not is_executive(row.cells["grade"]):
        yield row.finding("manager_id", "no manager", "Tasks for the manager go one level up until there is one.")
    if row.manager_id and statuses.get(row.manager_id) == TERMINATED:
        yield row.finding("manager_id", "manager has left", "Tasks for the manager go one level up; name a new one.")


def _note_references(row: PersonRow, existing: set[str], units: frozenset[str]) -> Iterator[Finding]:
    hrbp_id = row.values["hrbp_id"]
    if hrbp_id and hrbp_id not in existing:
        yield row.finding(
            "hrbp_id", "HR partner is not known", "Correct the id; until then the HR group gets the tasks."
        )
    for dotted in row.dotted_manager_ids:
        if dotted not in existing:
            yield Finding(row.line, "dotted_manager_ids", dotted, "dotted-line manager is not known", "Correct the id.")
    if units and row.cells["org_unit"] not in units:
        yield row.finding("org_unit", "unit is not known", "Import the units file, or correct the unit.")


def _note_status(row: PersonRow, effective: date) -> Iterator[Finding]:
    status, left = row.values["status"], row.values["termination_date"]
    leave_from, leave_to = row.values["leave_from"], row.values["leave_to"]
    if status == ON_LEAVE and leave_from is None:
        yield row.finding("leave_from", "on leave without a first day", f"Counted as on leave from {effective} on.")
    if status == ON_LEAVE and leave_to and leave_to < effective:
        yield row.finding(
            "leave_to", "leave is over but the status is leave", "Counted as on leave; correct one of them."
        )
    if status == TERMINATED and left is None:
        yield row.finding("termination_date", "has left without a date", f"Counted as gone from {effective} on.")
    if status != TERMINATED and left and left <= effective:
        yield row.finding("termination_date", "is over but the person has not left", "Counted as employed.")


def _note_dates(row: PersonRow, effective: date) -> Iterator[Finding]:
    hired = row.values["hire_date"]
    for column in ("leave_from", "last_promotion_date"):
        if row.values[column] and row.values[column] < hired:
            yield row.finding(column, "before the hire date", "Check both dates.")
    if hired > effective:
        yield row.finding("hire_date", "in the future", "Part of the organisation from that day on.")
