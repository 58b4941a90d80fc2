"""The versions of a process, with what runs on each and what has been moved."""

from flask import render_template
from flask.typing import ResponseReturnValue

from engine import batches
from engine.migration import running
from webapp.access import only_for
from webapp.request_session import current_session
from webapp.versions import blueprint
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.versions.listing import list_versions

SHOWN = 20


@blueprint.get("/<key>/versions")
@only_for(HR)
def show_versions(key: str) -> ResponseReturnValue:
    """When each version was published and by whom, how much runs on it, and the migrations between them."""
    session = current_session()
    versions = list_versions(session, key)
    ids = {one.definition.id for one in versions}
    found = batches.latest(session, kind=running.MIGRATE, limit=SHOWN)
    migrations = [batch for batch in found if batch.details["from_id"] in ids]
    people = [one.definition.deployed_by for one in versions] + [batch.asked_by for batch in migrations]
    return render_template(
        "versions/versions.html",
        process=versions[0].definition,
        versions=versions,
        migrations=migrations,
        progress=batches.progress_of(session, [batch.id for batch in migrations]),
        returned=running.returns_of(session, [batch.id for batch in migrations]),
        names=name_people(session, [person for person in people if person]),
    )
