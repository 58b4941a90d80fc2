"""The library of processes, and beginning a design."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import Rejection, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.designer import blueprint
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from workflows.cycles.processes import list_processes
from workflows.cycles.shipped import list_shipped
from workflows.designs import starting
from workflows.designs.files import UnfitFile
from workflows.designs.library import list_library
from workflows.designs.models import Design
from workflows.designs.zipping import unpack
from workflows.people.accounts import HR

EMPTY, FILE = "empty", "file"
SHIPPED, DEFINITION = "shipped:", "definition:"


@blueprint.get("")
@only_for(HR)
def show_library() -> ResponseReturnValue:
    """Every process: its draft, its versions, where it runs."""
    return render_template("designer/library.html", library=list_library(current_session()))


@blueprint.get("/new")
@only_for(HR)
def show_start() -> ResponseReturnValue:
    """From empty, from a process, or from a file."""
    return _start_page()


@blueprint.post("")
@only_for(HR)
def start_design() -> ResponseReturnValue:
    """Begin a design and open it."""
    source = request.form.get("from", EMPTY)
    try:
        design = _start(current_session(), source)
    except Rejection as refusal:
        discard_changes()
        return invalid(_start_page(source, str(refusal)))
    flash(f"The draft of “{design.name}” is yours to change. Nothing runs before it is published.", "success")
    if source == EMPTY:
        view = "show_steps" if request.form.get("view") == "steps" else "show_diagram"
        return redirect(url_for(f"designer.{view}", design_id=design.id))
    return redirect(url_for("designer.show_design", design_id=design.id))


def _start(session: Session, source: str) -> Design:
    name, by, now = request.form.get("name", ""), signed_in().person_id, clock.now()
    if source.startswith(SHIPPED):
        return starting.start_from_shipped(session, source.removeprefix(SHIPPED), name, by=by, now=now)
    if source.startswith(DEFINITION):
        number = source.removeprefix(DEFINITION)
        definition_id = int(number) if number.isdecimal() and len(number) < 19 else 0
        return starting.start_from_definition(session, definition_id, name, by=by, now=now)
    if source == FILE:
        files, file_name = _read_upload()
        return starting.start_from_files(session, files, file_name, by=by, now=now)
    return starting.start_empty(session, name, by=by, now=now)


def _read_upload() -> tuple[dict[str, bytes], str]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise UnfitFile("Choose a file first: a package as a zip file, or a diagram as a .bpmn file.")
    content = upload.read()
    if upload.filename.lower().endswith(".bpmn"):
        return {"process.bpmn": content}, upload.filename
    return unpack(content), upload.filename


def _start_page(source: str = "", problem: str = "") -> str:
    session = current_session()
    processes = list_processes(session)
    published = {process.key for process in processes}
    return render_template(
        "designer/start.html",
        processes=processes,
        shipped=[process for process in list_shipped() if process.key not in published],
        source=source,
        problem=problem,
        typed=request.form.get("name", ""),
    )
