"""reviewflow people: files of the HR system, in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from engine import Conflict, Rejection, clock, reading, transaction
from webapp.commands.installation import open_installation
from webapp.commands.printing import json_option, print_json, print_table
from workflows.people.export import export_people
from workflows.people.imports.people import read_ids
from workflows.people.imports.report import Finding, ImportReport
from workflows.people.imports.undoing import find_memory
from workflows.people.organisation import load_organisation
from workflows.people.working_days import replace_holidays
from workflows.routing.receiving import MOVES, PEOPLE, PROJECTS, UNITS, Received, receive
from workflows.routing.taking_back import take_back

SHOWN_NOTES = 20

csv_file = click.Path(exists=True, dir_okay=False, path_type=Path)
day = click.DateTime(["%Y-%m-%d"])
by_option = click.option("--by", default="command line", show_default=True, help="Who brings the file, for the record.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Check and report; change nothing.")


class FileHasDefects(Rejection):
    """Nothing was imported, because files have defects."""


@click.group()
def people() -> None:
    """Import people, units, projects and moves; export people."""


@people.command("import")
@click.option("--people", "people_file", type=csv_file, metavar="FILE", help="The people, as CSV.")
@click.option("--units", "units_file", type=csv_file, metavar="FILE", help="The organisation units, as CSV.")
@click.option("--projects", "projects_file", type=csv_file, metavar="FILE", help="Who is in which project, as CSV.")
@click.option("--effective", type=day, metavar="DATE", help="From which day on it is true; today by default.")
@by_option
@dry_run_option
@json_option
def import_files(
    people_file: Path | None,
    units_file: Path | None,
    projects_file: Path | None,
    effective: datetime | None,
    by: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import full files of people, units and projects: completely, or with any defect not at all.

    The columns of projects: project, person_id, role (lead or member), valid_from, and valid_to, the first day on which
    it no longer holds (empty: until further notice). The file says all there is to know of the projects it names, in
    place of what was known of them; other projects stay as they are. It hands no open task on.

    Exit code 1 says that there are defects; each is printed with its line, column, value, problem and remedy.
    """
    files = {UNITS: units_file, PEOPLE: people_file, PROJECTS: projects_file}
    if not any(files.values()):
        raise click.UsageError("Name at least one file: --people FILE, --units FILE, --projects FILE.")
    installation = open_installation()
    with installation.factory() as session:
        on = effective.date() if effective else None
        reports = take_in(session, files, by=by, effective=on)
        valid = all(report.is_valid for report in reports)
        if valid and not dry_run:
            session.commit()
    _tell(reports, as_json=as_json, applied=valid and not dry_run)


def take_in(
    session: Session, files: Mapping[str, Path | None], *, by: str, effective: date | None = None
) -> list[ImportReport]:
    """Import files by kind, in order, in the caller's transaction, which must be undone when a report has defects.

    Open tasks whose right holder is another one afterwards are handed on.
    """
    reports = []
    people_file = files.get(PEOPLE)
    # Whom one file brings, the others may name, even while that one has to be mended first.
    coming = read_ids(people_file.read_bytes()) if people_file else ()
    for kind, file in files.items():
        if file is not None:
            given: dict[str, Any] = {"file_name": file.name, "by": by, "now": clock.now(), "coming": coming}
            received = receive(session, kind, file.read_bytes(), effective=effective, **given)
            _tell_of_tasks(received)
            reports.append(received.report)
    return reports


def _tell_of_tasks(received: Received) -> None:
    if received.tasks and received.tasks.moves:
        count = len(received.tasks.moves)
        click.echo(f"{count} open {'task goes' if count == 1 else 'tasks go'} to another person.", err=True)


@people.command("moves")
@click.argument("file", type=csv_file)
@by_option
@dry_run_option
@json_option
def moves(file: Path, by: str, *, dry_run: bool, as_json: bool) -> None:
    """Import a file of moves: new managers, leaves and exits, each from its own day on.

    Open tasks whose right holder is another one now are handed on.
    """
    installation = open_installation()
    with installation.factory() as session:
        content = file.read_bytes()
        received = receive(session, MOVES, content, file_name=file.name, by=by, now=clock.now())
        _tell_of_tasks(received)
        valid = received.report.is_valid
        if valid and not dry_run:
            session.commit()
    _tell([received.report], as_json=as_json, applied=valid and not dry_run)


@people.command("undo")
@by_option
@dry_run_option
@json_option
def undo(by: str, *, dry_run: bool, as_json: bool) -> None:
    """Take the newest import back: people and units, and the open tasks it has moved.

    A task stays where it is when it was completed, handed on or begun since then; each one is told.
    """
    installation = open_installation()
    with installation.factory() as session:
        found = find_memory(session)
        if found is None:
            raise Conflict("There is nothing to take back: the newest import was already, or there is none.")
        done = take_back(session, found[0].id, by=by, now=clock.now())
        file_name = done.undone.file_name
        if not dry_run:
            session.commit()
    if as_json:
        print_json({"file": file_name, "dry_run": dry_run, "tasks": [asdict(one) for one in done.tasks]})
        return
    click.echo(f"{file_name} {'would be' if dry_run else 'is'} taken back, and {_count(done.going, 'task')} with it.")
    if staying := [(one.task, one.subject or "", one.why) for one in done.tasks if not one.goes_back]:
        print_table(("task that stays", "about", "why"), staying)
    if done.ended:
        click.echo(f"Since then {_count(done.ended, 'case')} ended, and will not begin again.")


@people.command("export")
@click.argument("file", type=click.File("wb"))
@click.option("--on", type=day, metavar="DATE", help="The day whose facts are exported; today by default.")
def export(file: Any, on: datetime | None) -> None:
    """Write everybody who is known into FILE as CSV ("-" for standard output), in the form the import reads."""
    installation = open_installation()
    with reading(installation.factory) as session:
        organisation = load_organisation(session, on.date() if on else clock.now().date())
        everybody = organisation.everybody()
        file.write(export_people(organisation, everybody))
    click.echo(f"{len(everybody):,} people exported.", err=True)


@people.command("holidays")
@click.argument("file", type=csv_file)
def holidays(file: Path) -> None:
    """Take in the holidays of countries and sites from a CSV FILE, in place of all that were known.

    Its columns: country (two letters; empty: everywhere), site (empty: the whole country), day (2026-12-25) and name.
    Deadlines and timers in working days count around them from now on.
    """
    with transaction(open_installation().factory) as session:
        count = replace_holidays(session, file.read_bytes())
    click.echo(f"{count:,} holidays taken in.", err=True)


def _tell(reports: Sequence[ImportReport], *, as_json: bool, applied: bool) -> None:
    if as_json:
        print_json([{**asdict(report), "dry_run": not applied} for report in reports])
    else:
        for report in reports:
            _print_report(report, applied=applied)
    defects = sum(len(report.defects) for report in reports)
    if defects:
        files = " and ".join(report.file_name for report in reports if report.defects)
        raise FileHasDefects(f"{_count(defects, 'defect')} in {files}. Nothing was changed; correct the file first.")


def _print_report(report: ImportReport, *, applied: bool) -> None:
    for defect in report.defects:
        click.echo(f"{report.file_name}: {_one_line(defect)}")
    for note in report.notes[:SHOWN_NOTES]:
        click.echo(f"{report.file_name}: note: {_one_line(note)}", err=True)
    if len(report.notes) > SHOWN_NOTES:
        click.echo(f"{report.file_name}: {len(report.notes) - SHOWN_NOTES} more notes; see them with --json", err=True)
    if report.is_valid:
        done = "" if applied else "would be "
        click.echo(
            f"{report.file_name}: {_count(report.rows, 'row')}; {done}added {len(report.added):,}, "
            f"{done}changed {len(report.changed):,}, unchanged {report.unchanged:,}, "
            f"not mentioned {len(report.missing):,}. Effective {report.effective}."
        )


def _one_line(finding: Finding) -> str:
    return f"line {finding.line}, {finding.column}: {finding.value!r} {finding.problem}. {finding.remedy}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
