"""What the pages of forms and of decision tables share: adding, renaming, taking away, the page of the editor."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Rejection, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.designer import blueprint
from webapp.designer.overview import design_page
from webapp.errors import invalid, wants_json
from webapp.request_session import current_session, discard_changes
from webapp.security_headers import permit_inline_styles
from workflows.designs.forms import FORMS, add_form, add_ready_form
from workflows.designs.parts import Fixed, Kind, UnfitTitle, find_part, remove_part, rename_part
from workflows.designs.reading import files_of, get_design, read_file
from workflows.designs.tables import TABLES, add_table
from workflows.designs.vocabulary import describe_package
from workflows.people.accounts import HR

KINDS: dict[str, Kind] = {"forms": FORMS, "tables": TABLES}
"""By the word in addresses."""


@blueprint.post("/<int:design_id>/forms", defaults={"kind": "forms"})
@blueprint.post("/<int:design_id>/tables", defaults={"kind": "tables"})
@only_for(HR)
def add_part(design_id: int, kind: str) -> ResponseReturnValue:
    """Add an empty form or table, or a ready form, and open it; the diagram editor is told what it is instead."""
    title, by, now = request.form.get("title", ""), signed_in().person_id, clock.now()
    try:
        if ready := request.form.get("ready"):
            name = asked = add_ready_form(current_session(), design_id, ready, by=by, now=now)
        elif kind == "forms":
            name = asked = add_form(current_session(), design_id, title, by=by, now=now)
        else:
            name, asked = add_table(current_session(), design_id, title, by=by, now=now)
    except UnfitTitle as refusal:
        if wants_json():
            raise
        return _refused(design_id, refusal)
    if wants_json():
        described = describe_package(files_of(current_session(), design_id))[
            "forms" if kind == "forms" else "decisions"
        ]
        return jsonify({**next(one for one in described if one["name"] == asked), "file": name})
    return redirect(url_for(_editor(kind), design_id=design_id, name=name))


@blueprint.post("/<int:design_id>/forms/<name>/name", defaults={"kind": "forms"})
@blueprint.post("/<int:design_id>/tables/<name>/name", defaults={"kind": "tables"})
@only_for(HR)
def rename_file(design_id: int, kind: str, name: str) -> ResponseReturnValue:
    """Give the file another name; steps that ask it follow."""
    wanted, by, now = request.form.get("file", ""), signed_in().person_id, clock.now()
    try:
        new = rename_part(current_session(), design_id, KINDS[kind], name, wanted, by=by, now=now)
    except (UnfitTitle, Fixed) as refusal:
        return _refused(design_id, refusal)
    flash(f"The file is called “{new}”.", "success")
    return redirect(url_for(_editor(kind), design_id=design_id, name=new))


@blueprint.post("/<int:design_id>/forms/<name>/removal", defaults={"kind": "forms"})
@blueprint.post("/<int:design_id>/tables/<name>/removal", defaults={"kind": "tables"})
@only_for(HR)
def remove_file_of(design_id: int, kind: str, name: str) -> ResponseReturnValue:
    """Take a form or table out of the package that no step asks."""
    remove_part(current_session(), design_id, KINDS[kind], name, by=signed_in().person_id, now=clock.now())
    flash(f"The {KINDS[kind].word} is taken away. Earlier states of the draft still hold it.", "success")
    return redirect(url_for("designer.show_design", design_id=design_id))


def show_editor(
    design_id: int,
    kind: str,
    name: str,
    describe: Callable[[Mapping[str, bytes]], dict[str, Any]],
    addresses: Mapping[str, str],
    **context: Any,
) -> ResponseReturnValue:
    """The page on which a form is built or a table is edited; `describe` gives its vocabulary from the files.

    `addresses` are those of its own that its scripts talk to. Raises NotFound.
    """
    session, path = current_session(), KINDS[kind].path_of(name)
    design, found = get_design(session, design_id), read_file(session, design_id, path)
    if design.archived_at is not None:
        return redirect(url_for("designer.show_design", design_id=design_id))
    files = files_of(session, design_id)
    vocabulary = describe(files)
    permit_inline_styles()
    return render_template(
        f"designer/{KINDS[kind].word}.html",
        design=design,
        kind=kind,
        part=find_part(KINDS[kind], files, name),
        vocabulary=vocabulary,
        settings={
            "path": path,
            "text": found.content.decode("utf-8"),
            "revision": found.revision,
            "person": signed_in().person_id,
            "addresses": {
                "file": url_for("designer.save_file", design_id=design_id, path=path),
                "findings": url_for("designer.list_findings", design_id=design_id),
                "presence": url_for("designer.report_presence", design_id=design_id),
                **addresses,
            },
            "vocabulary": vocabulary,
        },
        **context,
    )


def _editor(kind: str) -> str:
    return f"designer.show_{KINDS[kind].word}"


def _refused(design_id: int, refusal: Rejection) -> ResponseReturnValue:
    discard_changes()
    return invalid(design_page(design_id, problem=str(refusal)))
