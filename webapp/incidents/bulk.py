"""The same for many cases at once: how far it is, what became of each, and stopping the rest."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import CHANGE, MOVE, RETRY, SKIP, batches, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.incidents import blueprint
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.people.accounts import HR
from workflows.people.search import name_people

KIND = "resolve"
SHOWN = 50
DONE = {
    RETRY: "tried again",
    CHANGE: "tried again with changed data",
    SKIP: "passed over",
    MOVE: "put before another step",
}


@blueprint.get("/batches")
@only_for(HR)
def show_batches() -> ResponseReturnValue:
    """What was asked for many at once, the newest first."""
    session = current_session()
    found = batches.latest(session, kind=KIND, limit=SHOWN)
    return render_template(
        "incidents/batches.html",
        batches=found,
        progress=batches.progress_of(session, [batch.id for batch in found]),
        people=name_people(session, [batch.asked_by for batch in found]),
        ways=DONE,
    )


@blueprint.get("/batches/<int:batch_id>")
@only_for(HR)
def show_batch(batch_id: int) -> ResponseReturnValue:
    """How far it is, and what became of each; while it goes on, the page follows by itself."""
    session, page = current_session(), asked_page()
    batch = batches.get(session, batch_id)
    progress = batches.progress_of(session, [batch.id])[batch.id]
    results = batches.results_of(session, batch.id, limit=SIZE, offset=offset_of(page))
    viewer = signed_in().person_id
    template = "parts/batch.html" if "HX-Request" in request.headers else "incidents/batch.html"
    return render_template(
        template,
        batch=batch,
        progress=progress,
        results=[result for result in results if result.instance is None or result.instance.subject != viewer],
        paging=Paging(page, progress.total),
        by=name_people(session, [batch.asked_by]).get(batch.asked_by, batch.asked_by),
        way=DONE[batch.details["way"]],
        stop=url_for("incidents.stop_batch", batch_id=batch.id),
        links={one.item.id: url_for("incidents.show_incident", incident_id=one.item.target_id) for one in results},
    )


@blueprint.post("/batches/<int:batch_id>/stop")
@only_for(HR)
def stop_batch(batch_id: int) -> ResponseReturnValue:
    """Do no more of it. What has been done stays as it is."""
    session = current_session()
    left = batches.stop(session, batches.get(session, batch_id).id, now=clock.now())
    what = "Everything had been done already." if not left else f"Stopped: {left:,} are left as they are."
    flash(what, "info" if not left else "success")
    return redirect(url_for("incidents.show_batch", batch_id=batch_id))
