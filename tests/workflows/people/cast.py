"""The people of these stories, and files about them as an HR system would export them."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from workflows.people.imports.moves import import_moves
from workflows.people.imports.people import import_people
from workflows.people.imports.people_file import PEOPLE_HEADER
from workflows.people.imports.projects import PROJECT_COLUMNS, import_projects
from workflows.people.imports.report import ImportReport
from workflows.people.imports.units import import_units

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

USUAL = {
    "org_unit": "TEAM",
    "site": "São Paulo",
    "country": "BR",
    "time_zone": "America/Sao_Paulo",
    "job_title": "Specialist",
    "grade": "G4",
    "job_family": "Engineering",
    "employment_type": "employee",
    "status": "active",
    "hire_date": "2020-03-01",
    "hrbp_id": "hugo",
    "cost_centre": "CC-1",
    "fte": "1.0",
    "salary": "50000",
    "currency": "BRL",
    "band_min": "40000",
    "band_mid": "50000",
    "band_max": "60000",
    "bonus_target_pct": "8",
    "works_council": "no",
    "language": "pt",
}

Cells = dict[str, str]


def person(who: str, manager: str = "", **cells: str) -> Cells:
    """A row of the people file: somebody unremarkable, except for what is given."""
    return {
        **USUAL,
        "employee_id": who,
        "name": who.title(),
        "email": f"{who}@company.example",
        "manager_id": manager,
    } | cells


def cast() -> list[Cells]:
    """Olga leads the company, Mara a division, Ben a team with Ann and Carl; Hugo is their HR partner."""
    return [
        person("olga", grade="E3", job_title="Chief Executive Officer", org_unit="TOP"),
        person("mara", "olga", grade="E1", job_title="Director, Engineering", org_unit="DIVISION"),
        person("ben", "mara", grade="G8"),
        person("ann", "ben", dotted_manager_ids="hugo"),
        person("carl", "ben", employment_type="contractor"),
        person("hugo", "olga", grade="G6", org_unit="TOP"),
    ]


UNITS = [
    {"org_unit": "TOP", "name": "The company", "parent": "", "head_id": "olga", "cost_centre": "CC-0"},
    {"org_unit": "DIVISION", "name": "Engineering", "parent": "TOP", "head_id": "mara", "cost_centre": "CC-D"},
    {"org_unit": "TEAM", "name": "Team", "parent": "DIVISION", "head_id": "ben", "cost_centre": "CC-1"},
]


def as_csv(rows: Sequence[Cells], header: Sequence[str] | None = None) -> bytes:
    """The rows as a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header or list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def people_file(rows: Sequence[Cells]) -> bytes:
    """A people file with all its columns."""
    return as_csv(rows, PEOPLE_HEADER)


def moves_file(*moves: tuple[str, str, str, str]) -> bytes:
    """A moves file: effective, employee_id, change, value."""
    header = ("effective", "employee_id", "change", "value")
    return as_csv([dict(zip(header, move, strict=True)) for move in moves], header)


def bring_people(session: Session, rows: Sequence[Cells], *, on: date = TODAY, dry_run: bool = False) -> ImportReport:
    """Import these people as of a day."""
    content = people_file(rows)
    return import_people(session, content, file_name="people.csv", by="hugo", now=NOW, effective=on, dry_run=dry_run)


def bring_units(session: Session, rows: Sequence[Cells] = UNITS, *, on: date = TODAY) -> ImportReport:
    """Import these units as of a day."""
    return import_units(session, as_csv(rows), file_name="units.csv", by="hugo", now=NOW, effective=on)


def bring_moves(session: Session, *moves: tuple[str, str, str, str], dry_run: bool = False) -> ImportReport:
    """Import these moves."""
    return import_moves(session, moves_file(*moves), file_name="moves.csv", by="hugo", now=NOW, dry_run=dry_run)


def projects_file(*rows: str) -> bytes:
    """A file of projects: each row as one line of text."""
    return "\n".join([",".join(column.name for column in PROJECT_COLUMNS), *rows]).encode()


def bring_projects(session: Session, *rows: str, dry_run: bool = False) -> ImportReport:
    """Import these memberships of projects."""
    content = projects_file(*rows)
    return import_projects(session, content, file_name="projects.csv", by="hugo", now=NOW, dry_run=dry_run)


def changed(rows: Sequence[Cells], who: str, **cells: str) -> list[Cells]:
    """The same file with some cells of one person changed."""
    return [row | cells if row["employee_id"] == who else row for row in rows]


def told(report: ImportReport) -> list[tuple[int, str, str, str]]:
    """The defects as line, column, value and problem."""
    return [(defect.line, defect.column, defect.value, defect.problem) for defect in report.defects]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The SQL statements sent while the block runs."""
    statements: list[str] = []
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
