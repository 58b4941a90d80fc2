"""How far a migration is, what became of each case, and taking it back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Batch, NotFound, batches, clock
from engine.migration import running
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from webapp.versions import blueprint
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.versions.listing import name_cycles

KINDS = (running.MIGRATE, running.RETURN)


@blueprint.get("/migrations/<int:batch_id>")
@only_for(HR)
def show_moving(batch_id: int) -> ResponseReturnValue:
    """How far it is; while it goes on, the page follows by itself."""
    session, page = current_session(), asked_page()
    batch = _find(batch_id)
    progress = batches.progress_of(session, [batch.id])[batch.id]
    results = batches.results_of(session, batch.id, limit=SIZE, offset=offset_of(page))
    viewer, back = signed_in().person_id, batch.kind == running.RETURN
    return render_template(
        "parts/batch.html" if "HX-Request" in request.headers else "versions/moving.html",
        batch=batch,
        progress=progress,
        results=[result for result in results if result.instance is None or result.instance.subject != viewer],
        paging=Paging(page, progress.total),
        by=name_people(session, [batch.asked_by]).get(batch.asked_by, batch.asked_by),
        cycles=name_cycles(session, [one.instance.root_id for one in results if one.instance and one.instance.root_id]),
        way="put back" if back else "moved",
        stop=url_for("versions.stop_moving", batch_id=batch.id),
        links={},
        back=back,
        returned=running.returns_of(session, [batch.id]).get(batch.id),
    )


@blueprint.post("/migrations/<int:batch_id>/stop")
@only_for(HR)
def stop_moving(batch_id: int) -> ResponseReturnValue:
    """Move no more of them; what has moved stays moved."""
    left = batches.stop(current_session(), _find(batch_id).id, now=clock.now())
    flash(f"Stopped: {left:,} cases stay where they are." if left else "Everything had been done already.", "info")
    return redirect(url_for("versions.show_moving", batch_id=batch_id))


@blueprint.get("/migrations/<int:batch_id>/return")
@only_for(HR)
def show_return(batch_id: int) -> ResponseReturnValue:
    """What taking it back would do; nothing is changed."""
    session = current_session()
    batch = _find(batch_id)
    progress = batches.progress_of(session, [batch.id])[batch.id]
    return render_template("versions/return.html", batch=batch, progress=progress)


@blueprint.post("/migrations/<int:batch_id>/return")
@only_for(HR)
def take_back(batch_id: int) -> ResponseReturnValue:
    """Put everything back that has not gone on since it was moved."""
    batch = running.begin_return(
        current_session(),
        batch_id,
        by=signed_in().person_id,
        reason="Taken back on the page of the migration.",
        now=clock.now(),
    )
    flash("They are put back, one after the other. Those that have gone on since stay on the new version.", "success")
    return redirect(url_for("versions.show_moving", batch_id=batch.id))


def _find(batch_id: int) -> Batch:
    batch = batches.get(current_session(), batch_id)
    if batch.kind not in KINDS:
        raise NotFound("There is no such migration.")
    return batch
