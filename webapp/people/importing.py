"""Importing people, units, moves and projects: look first, then apply the very file that was looked at."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.people import blueprint
from webapp.presentation import format_day
from webapp.request_session import current_session, discard_changes
from workflows.cycles.following import STAYS_ENDED, WHOLE
from workflows.cycles.joining import JOINED, LEFT_OUT
from workflows.cycles.transfers import ASKED, SKIPPED, WITHDRAWN
from workflows.people.accounts import HR
from workflows.people.imports.people_file import PEOPLE_HEADER
from workflows.people.imports.report import Change, FileRejected
from workflows.people.imports.undoing import find_memory
from workflows.people.search import name_people
from workflows.routing.moves import Rerouted
from workflows.routing.receiving import (
    KINDS,
    MOVES,
    PEOPLE,
    PROJECTS,
    UNITS,
    Received,
    digest_of,
    preview_receiving,
    receive,
)
from workflows.routing.situations import PRO_RATE, SHORTEN

KIND_NAMES = {
    PEOPLE: "People: everybody the HR system knows",
    UNITS: "Units: the whole organisation",
    MOVES: "Moves: new managers, leave, exits",
    PROJECTS: "Projects: members and leads",
}
COLUMNS = {
    PEOPLE: ", ".join(PEOPLE_HEADER),
    UNITS: "org_unit, name, parent, head_id, cost_centre",
    MOVES: "effective, employee_id, change (manager, leave, terminated), value",
    PROJECTS: "project, person_id, role (lead, member), valid_from, valid_to (the first day after it)",
}
FIELDS = {
    "manager_id": "Manager",
    "head_id": "Head",
    "hrbp_id": "HR partner",
    "parent_id": "Above",
    "fte": "Working time",
}
CASE_ACTIONS = {
    "cancel": "ends",
    "pause": "stands still",
    "resume": "goes on",
    ASKED: "the former manager writes a closing review",
    SHORTEN: "is about a shorter period",
    WHOLE: "is about the whole period again",
    PRO_RATE: "counts by the share of the period",
    JOINED: "begins",
    LEFT_OUT: "none in this cycle",
    SKIPPED: "no closing review",
    WITHDRAWN: "no closing review any more",
    STAYS_ENDED: "has ended, and stays so",
}
SHOWN = 50
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, and what it is said to be."""

    kind: str
    file_name: str
    content: bytes
    effective: date | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """One fact that changes, as a row of the report."""

    subject_id: str
    field: str
    before: str
    after: str
    effective: date


@blueprint.get("/import")
@only_for(HR)
def show_import() -> ResponseReturnValue:
    """Choose a file and look at what it would do."""
    kind = request.args.get("kind", PEOPLE)
    return _import_page(kind=kind if kind in KINDS else PEOPLE)


@blueprint.post("/import/preview")
@only_for(HR)
def preview_import() -> ResponseReturnValue:
    """What the file would do; nothing is written."""
    upload = _read_upload()
    if upload.problem:
        return _answer(upload, problem=upload.problem)
    try:
        received = preview_receiving(
            current_session(),
            upload.kind,
            upload.content,
            file_name=upload.file_name,
            by=signed_in().person_id,
            now=clock.now(),
            effective=upload.effective,
        )
    except FileRejected as rejected:
        return _answer(upload, problem=str(rejected))
    return _answer(upload, received=received)


@blueprint.post("/import")
@only_for(HR)
def apply_import() -> ResponseReturnValue:
    """Apply the file that was looked at, and hand on the tasks that follow from it."""
    upload = _read_upload()
    if upload.problem:
        return _answer(upload, problem=upload.problem)
    if digest_of(upload.content) != request.form.get("digest"):
        return _answer(
            upload, problem="This is not the file you have looked at. Look at this one first, then apply it."
        )
    try:
        received = receive(
            current_session(),
            upload.kind,
            upload.content,
            file_name=upload.file_name,
            by=signed_in().person_id,
            now=clock.now(),
            effective=upload.effective,
        )
    except FileRejected as rejected:
        return _answer(upload, problem=str(rejected))
    if not received.report.is_valid:
        discard_changes()
        return _answer(upload, received=received)
    flash(_tell(received), "success")
    batch_id = received.tasks.batch_id if received.tasks else None
    address = url_for("people.show_handing_on", batch_id=batch_id) if batch_id else url_for("people.show_people")
    if request.headers.get("HX-Request") == "true":
        return Response(headers={"HX-Redirect": address})
    return redirect(address)


def _read_upload() -> Upload:
    kind, file = request.form.get("kind", ""), request.files.get("file")
    written = request.form.get("effective", "")
    try:
        effective = date.fromisoformat(written) if written else None
    except ValueError:
        return Upload(
            kind, "", b"", None, "The day from which the file holds is not a day. Choose one, or leave it empty."
        )
    if kind not in KINDS:
        return Upload(PEOPLE, "", b"", effective, "Choose what the file holds.")
    if file is None or not file.filename:
        return Upload(kind, "", b"", effective, "Choose the file to import.")
    return Upload(kind, file.filename[-LONGEST_NAME:], file.read(), effective)


def _tell(received: Received) -> str:
    report = received.report
    text = f"{report.file_name} is imported: {len(report.added):,} new, {len(report.changed):,} changed"
    moved = len(received.tasks.moves) if received.tasks else 0
    going = "being handed on" if received.tasks and received.tasks.batch_id else "handed on"
    return f"{text}, {moved:,} open {'task' if moved == 1 else 'tasks'} {going}."


def _answer(upload: Upload, *, received: Received | None = None, problem: str = "") -> ResponseReturnValue:
    parts = _describe(received) | {"problem": problem, "received": received}
    if request.headers.get("HX-Request") == "true":
        page = render_template("people/report.html", **parts)
    else:
        page = _import_page(kind=upload.kind, effective=upload.effective, **parts)
    faulty = problem or (received is not None and not received.report.is_valid)
    return invalid(page) if faulty else page


def _describe(received: Received | None) -> dict[str, Any]:
    """The parts of a report that fit on a page, with the names of the people in them."""
    if received is None:
        return {"received": None}
    report, moves = received.report, received.tasks.moves if received.tasks else ()
    stays = received.tasks.stays if received.tasks else ()
    changes = [_words(change) for change in report.changes[:SHOWN]]
    people = {person for change in changes for person in (change.subject_id, change.before, change.after)}
    people |= {case.person_id for case in received.cases[:SHOWN]}
    for move in (*moves[:SHOWN], *stays[:SHOWN]):
        people |= {person for person in (move.subject, move.from_person, move.to_person) if person}
    return {
        "shown": SHOWN,
        "case_actions": CASE_ACTIONS,
        "moves": moves,
        "stays": stays,
        "drafts_told": _tell_drafts(received.tasks) if received.tasks else "",
        "changes": changes,
        "names": name_people(current_session(), sorted(people)),
    }


def _tell_drafts(tasks: Rerouted) -> str:
    """For instance “3 open tasks will move. 2 drafts: 1 shared with the new holder, 1 kept by who has begun it.”."""
    moving, shared, kept = len(tasks.moves), tasks.drafts, tasks.kept_drafts
    text = f"{moving:,} open {'task' if moving == 1 else 'tasks'} will move."
    parts = [
        *([f"{shared:,} shared with the new holder"] if shared else []),
        *([f"{kept:,} kept by whoever has begun {'it' if kept == 1 else 'them'}"] if kept else []),
    ]
    drafts = "1 draft" if shared + kept == 1 else f"{shared + kept:,} drafts"
    return f"{text} {drafts}: {', '.join(parts)}." if parts else text


def _words(change: Change) -> ChangeInWords:
    """A change with its field and values as people read them; ids stay ids until their names are known."""
    field = FIELDS.get(change.field, change.field.replace("_", " ").capitalize())
    return ChangeInWords(change.subject_id, field, _value(change.before), _value(change.after), change.effective)


def _value(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return format_day(value) if isinstance(value, date) else str(value)


def _import_page(*, kind: str, effective: date | None = None, **parts: Any) -> str:
    settings = {"problem": "", "received": None, "can_undo": find_memory(current_session()) is not None, **parts}
    return render_template(
        "people/import.html", kind=kind, kinds=KIND_NAMES, columns=COLUMNS, effective=effective, **settings
    )
