"""Taking in a file of the HR system: first to look at what it would do, then for good.

What a file does to people also decides who holds which task, and whether their cases go on. So the preview carries
everything out, counts the tasks that change hands, and takes it all back. What a file says of days to come is followed
on those days, by jobs.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from engine import Changes, Job, Rejection, registry
from workflows.cycles.following import CaseChange, follow_subjects
from workflows.cycles.joining import follow_joiners
from workflows.cycles.transfers import follow_transfers
from workflows.people.imports.moves import import_moves
from workflows.people.imports.people import import_people
from workflows.people.imports.projects import import_projects
from workflows.people.imports.report import ImportReport
from workflows.people.imports.units import import_units
from workflows.people.imports.writing import wait_for_other_imports
from workflows.people.models import OrgUnitVersion, PersonVersion
from workflows.people.snapshot import organisation_on
from workflows.routing.facts import day_of
from workflows.routing.moves import Rerouted, reroute
from workflows.routing.taking_back import remember_tasks
from workflows.routing.unit_changes import changed_on, people_of, read_changes
from workflows.voting.following import follow_people

PEOPLE, UNITS, MOVES, PROJECTS = "people", "units", "moves", "projects"
KINDS = (PEOPLE, UNITS, MOVES, PROJECTS)
DAY_BEGINS = "organisation_day"


@dataclass(frozen=True)
class Received:
    """What a file did, or would do: to the people or units, to open tasks (None with defects), to cases."""

    report: ImportReport
    tasks: Rerouted | None
    digest: str
    cases: tuple[CaseChange, ...] = ()


def digest_of(content: bytes) -> str:
    """What tells one file from another."""
    return hashlib.sha256(content).hexdigest()


def receive(
    session: Session,
    kind: str,
    content: bytes,
    *,
    file_name: str,
    by: str,
    now: datetime,
    effective: date | None = None,
    coming: Collection[str] = (),
) -> Received:
    """Apply a file of one of KINDS, unless it has defects, and hand on the tasks whose right holder is another now.

    `effective` is the day from which a file of people or units holds; moves and projects carry their own
    days. Projects move no tasks. `coming` are the people of another file of the same import, which files of units and
    projects may name. Raises FileRejected.
    """
    report = _run(session, kind, content, file_name=file_name, by=by, now=now, effective=effective, coming=coming)
    received = _follow(session, report, digest_of(content), by, now, dry_run=False)
    if report.import_id is not None:
        remember_tasks(session, report.import_id, _concerned(session, report, now), received.tasks)
        _plan_days(session, report.import_id, by, now)
    return received


def preview_receiving(
    session: Session,
    kind: str,
    content: bytes,
    *,
    file_name: str,
    by: str,
    now: datetime,
    effective: date | None = None,
) -> Received:
    """What `receive` would do now; nothing stays changed. Raises FileRejected."""
    trial = session.begin_nested()
    try:
        report = _run(session, kind, content, file_name=file_name, by=by, now=now, effective=effective)
        session.flush()
        seen = _follow(session, report, digest_of(content), by, now, dry_run=True)
    finally:
        trial.rollback()
    report.dry_run, report.import_id = True, None
    return seen


def _run(
    session: Session,
    kind: str,
    content: bytes,
    *,
    file_name: str,
    by: str,
    now: datetime,
    effective: date | None,
    coming: Collection[str] = (),
) -> ImportReport:
    named: dict[str, Any] = {"file_name": file_name, "by": by, "now": now}
    if kind == MOVES:
        return import_moves(session, content, **named)
    if kind == PROJECTS:
        return import_projects(session, content, **named, coming=coming)
    if kind == UNITS:
        return import_units(session, content, **named, effective=effective, coming=coming)
    if kind == PEOPLE:
        return import_people(session, content, **named, effective=effective)
    raise Rejection("Choose what the file holds: people, units, moves or projects.")


def _follow(session: Session, report: ImportReport, digest: str, by: str, now: datetime, *, dry_run: bool) -> Received:
    if not report.is_valid:
        return Received(report, None, digest)
    changed = _concerned(session, report, now)
    if not changed:
        return Received(report, Rerouted(0, ()), digest)
    cases = () if report.kind == UNITS else follow_people_in_cycles(session, changed, now, by=by)
    if not dry_run:
        follow_people(session, changed, now)
    return Received(report, reroute(session, changed, now, by=by, dry_run=dry_run), digest, cases)


def _concerned(session: Session, report: ImportReport, now: datetime) -> set[str]:
    """The people whose tasks and cases may be otherwise after an import."""
    if report.kind == PROJECTS:
        return set()
    if report.kind != UNITS:
        return {*report.changed, *report.added}
    changes = read_changes(report.changes, until=day_of(now))
    return people_of(organisation_on(session, day_of(now)), changes) if changes else set()


def follow_people_in_cycles(
    session: Session, changed: Collection[str], now: datetime, *, by: str
) -> tuple[CaseChange, ...]:
    """Do in running cycles what they say about leave, exits, transfers and new people."""
    return (
        *follow_subjects(session, changed, now, by=by),
        *follow_transfers(session, changed, now, by=by),
        *follow_joiners(session, changed, now, by=by),
    )


def _plan_days(session: Session, import_id: int, by: str, now: datetime) -> None:
    """Ask for another look on each day to come on which something of the import begins to hold or ends."""
    people, units = (
        select(version.valid_from).where(version.import_id == import_id, version.valid_from > day_of(now))
        for version in (PersonVersion, OrgUnitVersion)
    )
    changes = Changes(now)
    for day in sorted(session.scalars(union(people, units))):
        changes.job(DAY_BEGINS, None, None, datetime.combine(day, time(), tzinfo=UTC), day=day.isoformat(), by=by)
    changes.write(session)


def begin_day(session: Session, job: Job, now: datetime) -> None:
    """Let tasks, votes and cases follow the people and units of whom something begins to hold on the day of the job."""
    wait_for_other_imports(session)
    day = date.fromisoformat(job.payload["day"])
    changed = set(session.scalars(select(PersonVersion.person_id).where(PersonVersion.valid_from == day)))
    if changed:
        follow_people_in_cycles(session, changed, now, by=job.payload["by"])
    units = changed_on(session, day)
    if units:
        changed |= people_of(organisation_on(session, day), units)
    if changed:
        follow_people(session, changed, now)
        reroute(session, changed, now, by=job.payload["by"])


def install() -> None:
    """Let the engine do these jobs."""
    registry.job_kinds[DAY_BEGINS] = begin_day
