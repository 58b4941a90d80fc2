"""Open and resolved incidents, and trying them again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from engine.errors import Conflict, NotFound
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.incidents import blueprint
from webapp.numbers import read_number
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.cycles.stoppages import find_stoppages, retry_stoppage
from workflows.people.accounts import ADMIN, HR

__all__ = ["blueprint"]


@blueprint.get("")
@only_for(HR, ADMIN)
def show_incidents() -> ResponseReturnValue:
    """Everything that cannot go on by itself, or what was resolved."""
    page, resolved = asked_page(), request.args.get("state") == "resolved"
    found = find_stoppages(
        current_session(), viewer=signed_in().person_id, resolved=resolved, limit=SIZE, offset=offset_of(page)
    )
    return render_template(
        "incidents/list.html",
        stoppages=found.rows,
        paging=Paging(page, found.total),
        resolved=resolved,
        may_open_cycles=HR in signed_in().roles,
    )


@blueprint.post("/retries")
@only_for(HR, ADMIN)
def retry_incidents() -> ResponseReturnValue:
    """Try the chosen incidents again. One that somebody else has resolved meanwhile is passed over."""
    chosen = request.form.getlist("incident", type=read_number)
    tried = sum(_retry(incident_id) for incident_id in chosen)
    if tried:
        what = "One incident is" if tried == 1 else f"{tried} incidents are"
        flash(f"{what} being tried again. What stops once more comes back here.", "success")
    elif chosen:
        flash("Somebody else has tried these again already.", "info")
    else:
        flash("Tick the incidents that should be tried again.", "warning")
    return redirect(url_for("incidents.show_incidents"))


def _retry(incident_id: int) -> bool:
    try:
        retry_stoppage(current_session(), incident_id, by=signed_in().person_id, now=clock.now())
    except (Conflict, NotFound):
        return False
    return True
