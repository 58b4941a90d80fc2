"""The diagram editor, and the addresses that its page talks to: files, findings, who else is there."""

from dataclasses import asdict

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock, definitions
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.designer import blueprint
from webapp.errors import explain
from webapp.request_session import current_session, discard_changes
from webapp.security_headers import permit_inline_styles
from workflows.designs import changing, presence
from workflows.designs.files import diagram_path
from workflows.designs.naming import name_files
from workflows.designs.reading import files_of, get_design, lock_design, read_file, revisions_of
from workflows.designs.vocabulary import describe_package, describe_vocabulary
from workflows.people.accounts import HR

KEYS = (
    ("Draw: save now", "Ctrl S"),
    ("Draw: undo, do it again", "Ctrl Z, Ctrl Y"),
    ("Draw: search in the diagram", "Ctrl F"),
    ("Draw: copy, cut, paste (also into another diagram)", "Ctrl C, X, V"),
    ("Draw: write the name, change into something else", "E, R"),
    ("Draw: move the picture, select several, make room, connect", "H, L, S, C"),
    ("Draw: move what is selected; move the picture", "Arrows; Ctrl arrows"),
    ("Draw: a step after the selected one", "Tab to the palette, Enter"),
)


@blueprint.get("/<int:design_id>/diagram")
@only_for(HR)
def show_diagram(design_id: int) -> ResponseReturnValue:
    """Draw the diagram of a design."""
    session = current_session()
    design, files = get_design(session, design_id), files_of(session, design_id)
    path = diagram_path(files)
    if design.archived_at is not None:
        return redirect(url_for("designer.show_design", design_id=design_id))
    permit_inline_styles()
    return render_template(
        "designer/diagram.html",
        design=design,
        page_keys=KEYS,
        settings={
            "path": path,
            "text": files[path].decode("utf-8"),
            "revision": revisions_of(session, design_id)[path],
            "person": signed_in().person_id,
            "addresses": {
                "file": url_for("designer.save_file", design_id=design_id, path=path),
                "findings": url_for("designer.list_findings", design_id=design_id),
                "presence": url_for("designer.report_presence", design_id=design_id),
                "forms": url_for("designer.add_part", design_id=design_id, kind="forms"),
                "tables": url_for("designer.add_part", design_id=design_id, kind="tables"),
            },
            "vocabulary": describe_vocabulary(session, clock.now().date()) | describe_package(files),
        },
    )


@blueprint.get("/<int:design_id>/files/<path:path>")
@only_for(HR)
def send_file(design_id: int, path: str) -> ResponseReturnValue:
    """One file of a design as it is now; its revision is the ETag."""
    found = read_file(current_session(), design_id, path)
    response = Response(found.content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=path.rpartition("/")[2])
    response.set_etag(str(found.revision))
    return response


@blueprint.put("/<int:design_id>/files/<path:path>")
@only_for(HR)
def save_file(design_id: int, path: str) -> ResponseReturnValue:
    """Write one file. If-Match names the revision it was read at; without it only a new file is written.

    Answers with the revision of the file now. When somebody was faster, the answer (409) names them and theirs.
    """
    by, now = signed_in().person_id, clock.now()
    try:
        changing.save_file(current_session(), design_id, path, request.get_data(), based_on=_based_on(), by=by, now=now)
    except changing.ChangedMeanwhile as conflict:
        discard_changes()
        return jsonify(asdict(explain(conflict)) | {"by": conflict.by, "revision": conflict.revision}), 409
    return jsonify(revision=revisions_of(current_session(), design_id)[path])


@blueprint.delete("/<int:design_id>/files/<path:path>")
@only_for(HR)
def remove_file(design_id: int, path: str) -> ResponseReturnValue:
    """Take a form or a decision table out of the package; If-Match as in `save_file`."""
    by, now = signed_in().person_id, clock.now()
    changing.remove_file(current_session(), design_id, path, based_on=_based_on(), by=by, now=now)
    return "", 204


@blueprint.get("/<int:design_id>/findings")
@only_for(HR)
def list_findings(design_id: int) -> ResponseReturnValue:
    """What is wrong with the draft, as it is saved."""
    session = current_session()
    files = files_of(session, design_id)
    named = name_files(files)
    inspection = definitions.inspect(session, files, clock.now(), drawing=True)
    return jsonify(findings=[{**found.to_json(), "where": named.get(found.file, "")} for found in inspection.findings])


@blueprint.put("/<int:design_id>/presence")
@only_for(HR)
def report_presence(design_id: int) -> ResponseReturnValue:
    """Say that the page is open; hear who else is there, and at which revision each file is."""
    session, by, now = current_session(), signed_in().person_id, clock.now()
    lock_design(session, design_id, archived=True)
    presence.report(session, design_id, request.args.get("path", "")[:200], by=by, now=now)
    colleagues = presence.others(session, design_id, than=by, now=now)
    return jsonify(others=[asdict(one) for one in colleagues], revisions=revisions_of(session, design_id))


@blueprint.delete("/<int:design_id>/presence")
@only_for(HR)
def end_presence(design_id: int) -> ResponseReturnValue:
    """Say that the page is closed."""
    presence.leave(current_session(), design_id, by=signed_in().person_id)
    return "", 204


def _based_on() -> int:
    values = [value for value in request.if_match.as_set() if value.isdecimal() and len(value) < 19]
    return int(values[0]) if values else 0
