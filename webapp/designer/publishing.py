"""Publishing a design: look first at what changes, then confirm."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock, definitions
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.designer import blueprint
from webapp.request_session import current_session
from workflows.designs.naming import name_files
from workflows.designs.publishing import foresee_publication, publish
from workflows.designs.reading import files_of, get_design
from workflows.people.accounts import HR
from workflows.versions.listing import list_versions


@blueprint.get("/<int:design_id>/publication")
@only_for(HR)
def show_publication(design_id: int) -> ResponseReturnValue:
    """What would be published, and what would stop it."""
    session = current_session()
    design, files = get_design(session, design_id), files_of(session, design_id)
    inspection = definitions.inspect(session, files, clock.now())
    return render_template(
        "designer/publication.html",
        design=design,
        outlook=foresee_publication(session, design, files, inspection.program),
        inspection=inspection,
        named=name_files(files),
    )


@blueprint.post("/<int:design_id>/publication")
@only_for(HR)
def publish_design(design_id: int) -> ResponseReturnValue:
    """Publish what was looked at; then on to what still runs on older versions, if anything does."""
    session, revision = current_session(), request.form.get("revision", 0, type=int)
    definition = publish(session, design_id, revision=revision, by=signed_in().person_id, now=clock.now())
    flash(f"Version {definition.version} of “{definition.name}” is published. New cycles use it.", "success")
    if any(one.running for one in list_versions(session, definition.key)[1:]):
        return redirect(url_for("versions.show_versions", key=definition.key))
    return redirect(url_for("designer.show_design", design_id=design_id))
