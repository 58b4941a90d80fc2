"""Taking in a file of the HR system: first to look at what it would do, then for good.

What a file does to people also decides who holds which task. So the preview carries everything out, counts the tasks
that change hands, and takes it all back.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from engine.errors import Rejection
from workflows.people.imports.moves import import_moves
from workflows.people.imports.people import import_people
from workflows.people.imports.report import ImportReport
from workflows.people.imports.units import import_units
from workflows.routing.moves import Rerouted, reroute

PEOPLE, UNITS, MOVES = "people", "units", "moves"
KINDS = (PEOPLE, UNITS, MOVES)
_DATED: dict[str, Callable[..., ImportReport]] = {PEOPLE: import_people, UNITS: import_units}


@dataclass(frozen=True)
class Received:
    """What a file did, or would do: to the people or units, and to the open tasks (None where people do not change)."""

    report: ImportReport
    tasks: Rerouted | None
    digest: str


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
) -> Received:
    """Apply a file of one of KINDS, unless it has defects, and hand on the tasks whose right holder is another now.

    `effective` is the day from which a file of people or units holds; moves carry their own days. Raises FileRejected.
    """
    report = _run(session, kind, content, file_name=file_name, by=by, now=now, effective=effective)
    return Received(report, _follow(session, report, by, now, dry_run=False), digest_of(content))


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
        followed = _follow(session, report, by, now, dry_run=True)
    finally:
        trial.rollback()
    report.dry_run, report.import_id = True, None
    return Received(report, followed, digest_of(content))


def _run(
    session: Session, kind: str, content: bytes, *, file_name: str, by: str, now: datetime, effective: date | None
) -> ImportReport:
    if kind == MOVES:
        return import_moves(session, content, file_name=file_name, by=by, now=now)
    if kind not in _DATED:
        raise Rejection("Choose what the file holds: people, units or moves.")
    return _DATED[kind](session, content, file_name=file_name, by=by, now=now, effective=effective)


def _follow(session: Session, report: ImportReport, by: str, now: datetime, *, dry_run: bool) -> Rerouted | None:
    if not report.is_valid or report.kind == UNITS:
        return None
    changed = {*report.changed, *report.added}
    return reroute(session, changed, now, by=by, dry_run=dry_run) if changed else Rerouted(0, ())
