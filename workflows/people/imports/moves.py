"""Importing moves: single changes in the middle of a cycle, each from its own day on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflows.people.imports.cells import CellError, Column, read_cells, read_choice, read_date, read_id, read_text
from workflows.people.imports.known import Row, as_timeline, load_versions
from workflows.people.imports.people import PERSON_FACTS
from workflows.people.imports.people_checks import describe_loop, find_loop
from workflows.people.imports.report import Finding, ImportReport
from workflows.people.imports.tables import TableRow, read_table
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
from workflows.people.models import ON_LEAVE, TERMINATED, Person, PersonVersion
from workflows.people.outside import is_inside
from workflows.people.status import StatusStatement, state_status
from workflows.people.timeline import Timeline, change_from, facts_on

MANAGER = "manager"
MOVE_COLUMNS = (
    Column("effective", read_date, required=True),
    Column("employee_id", read_id, required=True),
    Column("change", partial(read_choice, choices=(MANAGER, ON_LEAVE, TERMINATED)), required=True),
    Column("value", read_text),
)


@dataclass(frozen=True, slots=True)
class Move:
    """One row: from `effective` on somebody has a new manager, is on leave (until `last_day`), or has left."""

    line: int
    cells: dict[str, str]
    effective: date
    person_id: str
    kind: str
    manager_id: str | None = None
    last_day: date | None = None

    def finding(self, column: str, problem: str, remedy: str) -> Finding:
        """Something about a cell of this row."""
        return Finding(self.line, column, self.cells[column], problem, remedy)

    def apply(self, timeline: Timeline) -> Timeline:
        """The person's timeline with this move in it."""
        if self.kind == MANAGER:
            return change_from(timeline, self.effective, {"manager_id": self.manager_id})
        known = facts_on(timeline, self.effective) or timeline[0].facts
        begun = known["leave_from"] if known["status"] == ON_LEAVE else None
        if self.kind == ON_LEAVE:
            leave_from, leave_to = begun or self.effective, self.last_day
            return state_status(timeline, StatusStatement(self.effective, ON_LEAVE, leave_from, leave_to))
        return state_status(
            timeline, StatusStatement(self.effective, TERMINATED, begun, known["leave_to"], self.effective)
        )


def import_moves(
    session: Session, content: bytes, *, file_name: str, by: str, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Apply a file of moves; the report's `changes` say who is affected, how, and from which day.

    Columns: effective, employee_id, change (manager, leave or terminated) and value (the new manager; the last day of
    the leave or nothing when it is open; nothing for an exit). With any defect, and in a dry run, nothing is written.
    Importing the same file again writes nothing. A move of somebody who has left by then is ignored with a note.
    Raises FileRejected when the file is no table of moves.
    """
    report = ImportReport("moves", file_name, day_of(now, None), dry_run=dry_run)
    if not dry_run:
        wait_for_other_imports(session)
    moves = _read_moves(content, report)
    stored = load_versions(session, PersonVersion, {move.person_id for move in moves})
    people = set(session.scalars(select(Person.id).where(is_inside(Person.id))))
    report.defects += [finding for move in moves for finding in _check_move(move, people, stored)]
    report.defects += _check_doubled(moves)
    before = {person_id: as_timeline(rows, PERSON_FACTS) for person_id, rows in stored.items()}
    after = _play(moves, before, report) if report.is_valid else before
    report.defects += _check_loops(session, moves, after) if report.is_valid else []
    report.defects.sort(key=lambda finding: finding.line)
    if report.is_valid:
        report.notes += _note_managers(session, moves, after)
        versions = _compare(stored, after, report)
        if report.written and not dry_run:
            report.import_id = record_import(session, report, content, by, now)
            stamp(versions.inserts, report.import_id)
            written = ("person_version", ("person_id", "valid_from"), versions)
            remember_rows(session, report.import_id, [written])
            versions.write(session, PersonVersion.metadata.tables["person_version"], ("person_id", "valid_from"))
    return report


def _read_moves(content: bytes, report: ImportReport) -> list[Move]:
    table = read_table(content, [column.name for column in MOVE_COLUMNS])
    report.rows = len(table.rows)
    report.defects, report.notes = list(table.defects), list(table.notes)
    moves = [move for row in table.rows if (move := _read_move(row, report.defects))]
    return sorted(moves, key=lambda move: (move.effective, move.line))


def _read_move(row: TableRow, defects: list[Finding]) -> Move | None:
    size = len(defects)
    values: dict[str, Any] = read_cells(row, MOVE_COLUMNS, defects)
    if len(defects) > size:
        return None
    move = partial(Move, row.line, row.cells, values["effective"], values["employee_id"], values["change"])
    text = values["value"]
    try:
        if values["change"] == MANAGER:
            return move(manager_id=read_text(text, 40) if text else None)
        if values["change"] == ON_LEAVE:
            return move(last_day=read_date(text) if text else None)
        if text:
            raise CellError("an exit has no value", "Leave it empty; the first day away is in the column effective.")
    except CellError as error:
        defects.append(Finding(row.line, "value", row.cells["value"], error.problem, error.remedy))
        return None
    return move()


def _check_move(move: Move, people: set[str], stored: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    if move.person_id not in people:
        yield move.finding("employee_id", "person does not exist", "Correct the id, or import the people file first.")
    elif not stored.get(move.person_id) or stored[move.person_id][0]["valid_from"] > move.effective:
        yield move.finding("effective", "before the hire date", "Correct the day.")
    if move.manager_id == move.person_id:
        yield move.finding("value", describe_loop([move.person_id]), "Name another manager.")
    elif move.manager_id is not None and move.manager_id not in people:
        yield move.finding("value", "manager does not exist", "Correct the id, or import the people file first.")
    if move.last_day is not None and move.last_day < move.effective:
        yield move.finding("value", "before effective", "A leave can't end before it begins.")


def _check_doubled(moves: list[Move]) -> Iterator[Finding]:
    seen: dict[tuple[date, str, str], int] = {}
    for move in moves:
        key = (move.effective, move.person_id, move.kind)
        if key in seen:
            problem = f"same change of the same person and day as line {seen[key]}"
            yield move.finding("change", problem, "Keep the row that is right.")
        seen.setdefault(key, move.line)


def _play(moves: list[Move], before: Mapping[str, Timeline], report: ImportReport) -> dict[str, Timeline]:
    """All timelines after the moves, in order of their days; tells the report what each move changes."""
    after = dict(before)
    for move in moves:
        timeline = after[move.person_id]
        standing = facts_on(timeline, move.effective)
        if standing and standing["status"] == TERMINATED:
            if move.kind != TERMINATED:
                report.notes.append(move.finding("change", "has left by then; ignored", "Remove the row, or the exit."))
            report.unchanged += 1
            continue
        after[move.person_id] = move.apply(timeline)
        changes = list_changes(move.person_id, timeline, after[move.person_id], move.effective)
        report.changes += changes
        report.unchanged += not changes
    return after


def _check_loops(session: Session, moves: list[Move], after: Mapping[str, Timeline]) -> Iterator[Finding]:
    """Reporting loops on the day of any move, told once for each loop."""
    told: set[frozenset[str]] = set()
    lines = _load_lines(session, moves)
    for day in sorted({move.effective for move in moves if move.manager_id}):
        managers = _managers_on(day, lines, after)
        for move in moves:
            loop = find_loop(managers, move.person_id) if move.effective == day and move.manager_id else []
            if loop and frozenset(loop) not in told:
                told.add(frozenset(loop))
                yield move.finding("value", describe_loop(loop), "Name a manager who is not below this person.")


def _load_lines(session: Session, moves: list[Move]) -> list[tuple[str, date, date | None, str | None]]:
    """Everybody's managers from the first move on. One statement."""
    first = min((move.effective for move in moves), default=date.max)
    version = PersonVersion
    rows = session.execute(
        select(version.person_id, version.valid_from, version.valid_to, version.manager_id).where(
            or_(version.valid_to.is_(None), version.valid_to > first)
        )
    )
    return [(person_id, begin, end, manager_id) for person_id, begin, end, manager_id in rows]


def _managers_on(
    day: date, lines: list[tuple[str, date, date | None, str | None]], after: Mapping[str, Timeline]
) -> dict[str, str | None]:
    managers = {
        person_id: manager_id
        for person_id, begin, end, manager_id in lines
        if begin <= day and (end is None or end > day)
    }
    return managers | {
        person_id: facts["manager_id"] for person_id, timeline in after.items() if (facts := facts_on(timeline, day))
    }


def _note_managers(session: Session, moves: list[Move], after: Mapping[str, Timeline]) -> Iterator[Finding]:
    """Moves to a manager who has left, and exits of people who still have reports."""
    version = PersonVersion
    exits = select(version.person_id, func.min(version.valid_from)).where(version.status == TERMINATED)
    gone = dict(session.execute(exits.group_by(version.person_id)).all())
    gone |= {move.person_id: move.effective for move in moves if move.kind == TERMINATED}
    lines = _load_lines(session, moves)
    for day in sorted({move.effective for move in moves}):
        reports = Counter(_managers_on(day, lines, after).values())
        for move in (move for move in moves if move.effective == day):
            if gone.get(move.manager_id or "", date.max) <= day:
                yield move.finding("value", "manager has left by then", "Tasks go one level up; name another one.")
            if move.kind == TERMINATED and reports[move.person_id]:
                problem = f"leaves {reports[move.person_id]} direct reports without a manager"
                yield move.finding("employee_id", problem, "Add their new manager; until then tasks go one level up.")


def _compare(stored: Mapping[str, Sequence[Row]], after: Mapping[str, Timeline], report: ImportReport) -> RowChanges:
    versions = RowChanges()
    for person_id, timeline in after.items():
        if compare_versions({"person_id": person_id}, stored[person_id], timeline, PERSON_FACTS, versions):
            report.changed.append(person_id)
    report.written = len(versions)
    return versions
