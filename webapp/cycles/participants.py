"""The participants of a cycle: looking for people and where their case stands."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.cycles.participants import STATES, find_participants
from workflows.cycles.queries import get_cycle
from workflows.people.accounts import HR
from workflows.routing.resolvers import GROUPS

STATE_NAMES = {"": "Everybody", "open": "Open", "closed": "Closed", "late": "Something is overdue"}


@blueprint.get("/<int:cycle_id>/participants")
@only_for(HR)
def show_participants(cycle_id: int) -> ResponseReturnValue:
    """Who takes part, whom each case waits for, and the way to the case."""
    session, page = current_session(), asked_page()
    cycle = get_cycle(session, cycle_id)
    search = request.args.get("q", "").strip()
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    found = find_participants(
        session,
        cycle,
        viewer=signed_in().person_id,
        now=clock.now(),
        search=search,
        state=state,
        limit=SIZE,
        offset=offset_of(page),
    )
    return render_template(
        "cycles/participants.html",
        cycle=cycle,
        rows=found.rows,
        paging=Paging(page, found.total),
        search=search,
        state=state,
        states=STATE_NAMES,
        groups=GROUPS,
    )
