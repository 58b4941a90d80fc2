"""How far it is to hand on the open tasks that an import moves, when they are many."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Batch, NotFound, batches, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.people import blueprint
from webapp.request_session import current_session
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.routing.moves import HAND_ON


@blueprint.get("/import/tasks/<int:batch_id>")
@only_for(HR)
def show_handing_on(batch_id: int) -> ResponseReturnValue:
    """How far it is, and to whom each task went; while it goes on, the page follows by itself."""
    session, page = current_session(), asked_page()
    batch = _find(batch_id)
    progress = batches.progress_of(session, [batch.id])[batch.id]
    results = batches.results_of(session, batch.id, limit=SIZE, offset=offset_of(page))
    viewer = signed_in().person_id
    return render_template(
        "parts/batch.html" if "HX-Request" in request.headers else "people/handing_on.html",
        batch=batch,
        progress=progress,
        results=[result for result in results if result.instance is None or result.instance.subject != viewer],
        paging=Paging(page, progress.total),
        by=name_people(session, [batch.asked_by]).get(batch.asked_by, batch.asked_by),
        way="looked at",
        stop=url_for("people.stop_handing_on", batch_id=batch.id),
        links={},
    )


@blueprint.post("/import/tasks/<int:batch_id>/stop")
@only_for(HR)
def stop_handing_on(batch_id: int) -> ResponseReturnValue:
    """Hand on no more of them; each stays where it is until the next import looks at it."""
    left = batches.stop(current_session(), _find(batch_id).id, now=clock.now())
    flash(f"Stopped: {left:,} tasks stay where they are." if left else "Everything had been done already.", "info")
    return redirect(url_for("people.show_handing_on", batch_id=batch_id))


def _find(batch_id: int) -> Batch:
    batch = batches.get(current_session(), batch_id)
    if batch.kind != HAND_ON:
        raise NotFound("There is no such piece of work.")
    return batch
