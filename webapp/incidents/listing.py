"""Open and resolved incidents, those with the same problem together, and trying several again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, NotFound, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.incidents import blueprint
from webapp.numbers import read_number
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.cycles.stoppages import find_groups, find_stoppages, get_stoppage, retry_stoppage
from workflows.people.accounts import ADMIN, HR

GROUPS_SHOWN = 20


@blueprint.get("")
@only_for(HR, ADMIN)
def show_incidents() -> ResponseReturnValue:
    """Everything that cannot go on by itself, or what was resolved."""
    session, viewer = current_session(), signed_in().person_id
    page, resolved = asked_page(), request.args.get("state") == "resolved"
    search = request.args.get("q", "").strip()
    found = find_stoppages(session, viewer=viewer, resolved=resolved, search=search, limit=SIZE, offset=offset_of(page))
    first = page == 1 and not resolved and not search
    return render_template(
        "incidents/list.html",
        stoppages=found.rows,
        groups=find_groups(session, viewer=viewer, limit=GROUPS_SHOWN) if first else [],
        paging=Paging(page, found.total),
        resolved=resolved,
        search=search,
        is_hr=HR in signed_in().roles,
    )


@blueprint.get("/<int:incident_id>/alike")
@only_for(HR, ADMIN)
def show_alike(incident_id: int) -> ResponseReturnValue:
    """Every open incident with the same problem as this one."""
    session, viewer, page = current_session(), signed_in().person_id, asked_page()
    stoppage = get_stoppage(session, incident_id, viewer=viewer)
    found = find_stoppages(session, viewer=viewer, alike=stoppage, limit=SIZE, offset=offset_of(page))
    return render_template(
        "incidents/alike.html",
        stoppage=stoppage,
        stoppages=found.rows,
        paging=Paging(page, found.total),
        is_hr=HR in signed_in().roles,
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
