"""The people file: its columns, and a row as typed facts."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from workflows.people.imports.cells import (
    CellError,
    Column,
    Read,
    read_cells,
    read_choice,
    read_country,
    read_currency,
    read_date,
    read_email,
    read_fte,
    read_id,
    read_ids,
    read_number,
    read_percentage,
    read_text,
    read_time_zone,
    read_year,
    read_yes_or_no,
)
from workflows.people.imports.report import Finding
from workflows.people.imports.tables import TableRow
from workflows.people.models import STATUSES
from workflows.people.outside import is_outside
from workflows.people.status import STATUS_FACTS, StatusStatement

_short: Read = partial(read_text, longest=20)
_medium: Read = partial(read_text, longest=80)


def read_employee_id(value: str) -> str:
    """An employee id: none of those that Reviewflow gives to people outside of the organisation."""
    if is_outside(value):
        raise CellError("kept for people outside of the organisation", "Give this person another id.")
    return read_text(value, longest=40)


PEOPLE_COLUMNS = (
    Column("employee_id", read_employee_id, required=True, field="id"),
    Column("name", read_text, required=True),
    Column("email", read_email, required=True),
    Column("manager_id", read_id),
    Column("dotted_manager_ids", read_ids),
    Column("org_unit", read_id, required=True),
    Column("site", _medium, required=True),
    Column("country", read_country, required=True),
    Column("time_zone", read_time_zone, required=True),
    Column("job_title", read_text, required=True),
    Column("grade", partial(read_text, longest=10), required=True),
    Column("job_family", _medium, required=True),
    Column("employment_type", _short, required=True),
    Column("status", partial(read_choice, choices=STATUSES), required=True),
    Column("hire_date", read_date, required=True),
    Column("last_promotion_date", read_date),
    Column("leave_from", read_date),
    Column("leave_to", read_date),
    Column("termination_date", read_date),
    Column("hrbp_id", read_id),
    Column("cost_centre", read_id, required=True),
    Column("fte", read_fte, required=True),
    Column("salary", read_number, required=True),
    Column("currency", read_currency, required=True),
    Column("band_min", read_number),
    Column("band_mid", read_number),
    Column("band_max", read_number),
    Column("bonus_target_pct", read_percentage, required=True),
    Column("gender", _short),
    Column("birth_year", read_year),
    Column("works_council", read_yes_or_no, required=True),
    Column("language", partial(read_text, longest=10), required=True),
)
PEOPLE_HEADER = tuple(column.name for column in PEOPLE_COLUMNS)

PERSON_FIELDS = ("id", "name", "email", "language", "time_zone", "hire_date", "birth_year", "gender")
"""What is true of a person whatever day is asked."""

VERSION_FIELDS = tuple(
    column.target
    for column in PEOPLE_COLUMNS
    if column.target not in (*PERSON_FIELDS, *STATUS_FACTS, "dotted_manager_ids")
)
"""What is true from a day on, the status aside: that has its own rules."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of the file with its cells read; a cell that could not be read is None and was reported."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any]

    @property
    def id(self) -> str:
        """The employee id, as written."""
        return self.cells["employee_id"]

    @property
    def manager_id(self) -> str | None:
        """The manager's employee id."""
        manager_id: str | None = self.values["manager_id"]
        return manager_id

    @property
    def dotted_manager_ids(self) -> tuple[str, ...]:
        """The employee ids of the dotted-line managers."""
        return self.values["dotted_manager_ids"] or ()

    def person(self) -> dict[str, Any]:
        """The fields of `Person`."""
        return {name: self.values[name] for name in PERSON_FIELDS} | {"gender": self.values["gender"] or ""}

    def facts(self) -> dict[str, Any]:
        """The fields of `PersonVersion`, the status aside."""
        return {name: self.values[name] for name in VERSION_FIELDS}

    def statement(self, effective: date) -> StatusStatement:
        """What the row says about the status on the day of the file."""
        return StatusStatement(effective, **{name: self.values[name] for name in STATUS_FACTS})

    def finding(self, column: str, problem: str, remedy: str) -> Finding:
        """Something about a cell of this row."""
        return Finding(self.line, column, self.cells[column], problem, remedy)


def read_person_row(row: TableRow, defects: list[Finding]) -> PersonRow:
    """Read the cells of a row; what is wrong in a single cell or between two cells of the row is a defect."""
    person = PersonRow(row.line, row.cells, read_cells(row, PEOPLE_COLUMNS, defects))
    defects.extend(_check_order(person))
    return person


def _check_order(row: PersonRow) -> list[Finding]:
    pairs = (
        ("leave_from", "leave_to", "A leave can't end before it begins."),
        ("hire_date", "termination_date", "Nobody leaves before the hire date."),
        ("band_min", "band_mid", "The middle of the pay band lies between its ends."),
        ("band_mid", "band_max", "The middle of the pay band lies between its ends."),
    )
    return [
        row.finding(later, f"before {earlier}" if later.endswith(("to", "date")) else f"below {earlier}", remedy)
        for earlier, later, remedy in pairs
        if row.values[earlier] is not None and row.values[later] is not None and row.values[later] < row.values[earlier]
    ]
