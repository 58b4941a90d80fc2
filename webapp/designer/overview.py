"""One design: its picture, what the checks say, every state it had, and what can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from engine import Definition, Rejection, clock, definitions
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.designer import blueprint
from webapp.diagrams import describe, read_layout, render
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from workflows.cycles.models import Cycle
from workflows.designs import changing
from workflows.designs.files import diagram_path
from workflows.designs.forms import FORMS
from workflows.designs.models import DesignChange
from workflows.designs.naming import name_file, name_files
from workflows.designs.parts import list_parts
from workflows.designs.reading import changes_of, files_of, get_design
from workflows.designs.tables import TABLES
from workflows.designs.zipping import pack
from workflows.people.accounts import HR
from workflows.people.search import name_people

KINDS = {
    "began": "Began the draft",
    "saved": "Changed",
    "removed": "Removed",
    "moved": "Renamed a file",
    "edited": "Steps",
    "undone": "Undid",
    "redone": "Did again",
    "renamed": "Renamed",
    "restored": "Went back to an earlier state",
    "published": "Published",
    "archived": "Archived",
    "unarchived": "Took it out of the archive",
}
SHOWN = 50


@dataclass(frozen=True)
class Drawing:
    """The diagram of a draft as a picture and in words; the reason where it cannot be drawn."""

    picture: Markup
    words: Markup
    problem: str = ""


@blueprint.get("/<int:design_id>")
@only_for(HR)
def show_design(design_id: int) -> ResponseReturnValue:
    """Everything about one design. Readable on a phone, where nothing is drawn."""
    return design_page(design_id)


@blueprint.post("/<int:design_id>/name")
@only_for(HR)
def rename_design(design_id: int) -> ResponseReturnValue:
    """Give the process another name."""
    try:
        design = changing.rename(
            current_session(), design_id, request.form.get("name", ""), by=signed_in().person_id, now=clock.now()
        )
    except changing.UnfitName as refusal:
        discard_changes()
        return invalid(design_page(design_id, problem=str(refusal)))
    flash(f"The process is called “{design.name}”.", "success")
    return redirect(url_for("designer.show_design", design_id=design_id))


@blueprint.post("/<int:design_id>/states")
@only_for(HR)
def restore_state(design_id: int) -> ResponseReturnValue:
    """Go back to an earlier state; the present one becomes an earlier state too."""
    revision = request.form.get("revision", 0, type=int)
    changing.restore(current_session(), design_id, revision, by=signed_in().person_id, now=clock.now())
    flash("The draft is as it was. What it was before is still in the list of changes.", "success")
    return redirect(url_for("designer.show_design", design_id=design_id))


@blueprint.post("/<int:design_id>/archive")
@only_for(HR)
def archive_design(design_id: int) -> ResponseReturnValue:
    """Put a draft away, or take it out again."""
    session, by, now = current_session(), signed_in().person_id, clock.now()
    if request.form.get("archived") == "no":
        changing.unarchive(session, design_id, by=by, now=now)
        return redirect(url_for("designer.show_design", design_id=design_id))
    design = changing.archive(session, design_id, by=by, now=now)
    flash(f"The draft of “{design.name}” is archived. Versions that are published stay as they are.", "success")
    return redirect(url_for("designer.show_library"))


@blueprint.get("/<int:design_id>/package.zip")
@only_for(HR)
def export_package(design_id: int) -> ResponseReturnValue:
    """The whole package as a zip file."""
    session = current_session()
    design = get_design(session, design_id)
    response = Response(pack(files_of(session, design_id)), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{design.key}.zip")
    return response


def draw_diagram(content: bytes, title: str) -> Drawing:
    """The diagram drawn by the server."""
    try:
        layout = read_layout(content)
    except Rejection as refusal:
        return Drawing(Markup(), Markup(), str(refusal))
    return Drawing(render(layout, {}, title=title), describe(layout, {}))


def name_change(change: DesignChange, files: Mapping[str, bytes]) -> str:
    """What a change was, in words; files are called as they are now."""
    words = KINDS.get(change.kind, change.kind)
    if change.kind in ("saved", "removed"):
        return f"{words} {name_file(change.detail, files)}"
    return f"{words}: {change.detail}" if change.detail and change.kind != "restored" else words


def design_page(design_id: int, problem: str = "") -> str:
    """The page of a design; `problem` says why nothing has changed."""
    session = current_session()
    design, files = get_design(session, design_id), files_of(session, design_id)
    changes = changes_of(session, design_id)[:SHOWN]
    versions = session.scalars(
        select(Definition).where(Definition.key == design.key).order_by(Definition.version.desc())
    ).all()
    cycles = session.scalars(
        select(Cycle).where(Cycle.definition_id.in_(one.id for one in versions)).order_by(Cycle.launched_at.desc())
    ).all()
    people = {change.by for change in changes} | {one.deployed_by for one in versions if one.deployed_by}
    return render_template(
        "designer/design.html",
        design=design,
        files=sorted(files),
        forms=list_parts(FORMS, files),
        tables=list_parts(TABLES, files),
        drawing=draw_diagram(files[diagram_path(files)], design.name),
        inspection=definitions.inspect(session, files, clock.now()),
        changes=[(change, name_change(change, files)) for change in changes],
        versions=versions,
        cycles=cycles,
        named=name_files(files),
        names=name_people(session, sorted(people)),
        problem=problem,
        typed=request.form.get("name", design.name),
        new_title=request.form.get("title", ""),
    )
