"""Pausing a cycle or one case of it, letting it go on, cancelling it: with a confirmation and a reason."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import Conflict, NotAllowed, NotFound, Rejection, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from workflows.cycles.models import Case, Cycle
from workflows.cycles.pausing import ACTIONS, change_case, change_cycle, standing_of_case, standing_of_cycle
from workflows.cycles.queries import case_of, get_cycle
from workflows.people.accounts import HR
from workflows.people.search import name_people

LONGEST_REASON = 500
DONE = {"pause": "is paused", "resume": "goes on", "cancel": "is cancelled"}


@dataclass(frozen=True)
class Place:
    """What is paused: a cycle, or one case of it; with its name and where its page is."""

    cycle: Cycle
    case: Case | None
    name: str
    address: str


@blueprint.get("/<int:cycle_id>/standing")
@only_for(HR)
def show_cycle_standing(cycle_id: int) -> ResponseReturnValue:
    """What pausing, resuming or cancelling a cycle means, and its confirmation."""
    return _confirmation(_find_cycle(cycle_id), _asked(request.args.get("action", "")))


@blueprint.post("/<int:cycle_id>/standing")
@only_for(HR)
def change_cycle_standing(cycle_id: int) -> ResponseReturnValue:
    """Pause, resume or cancel a cycle with all its cases."""
    return _change(lambda: _find_cycle(cycle_id))


@blueprint.get("/<int:cycle_id>/people/<person_id>/standing")
@only_for(HR)
def show_case_standing(cycle_id: int, person_id: str) -> ResponseReturnValue:
    """The same for one case."""
    return _confirmation(_find_case(cycle_id, person_id), _asked(request.args.get("action", "")))


@blueprint.post("/<int:cycle_id>/people/<person_id>/standing")
@only_for(HR)
def change_case_standing(cycle_id: int, person_id: str) -> ResponseReturnValue:
    """Pause, resume or cancel one case."""
    return _change(lambda: _find_case(cycle_id, person_id))


def _find_cycle(cycle_id: int) -> Place:
    cycle = get_cycle(current_session(), cycle_id)
    return Place(cycle, None, cycle.name, url_for("cycles.show_progress", cycle_id=cycle.id))


def _find_case(cycle_id: int, person_id: str) -> Place:
    session = current_session()
    cycle = get_cycle(session, cycle_id)
    if person_id == signed_in().person_id:
        raise NotAllowed("This is your own case. Ask somebody else in HR.")
    case = case_of(session, cycle.instance_id, person_id)
    if case is None:
        raise NotFound("This person takes no part in the cycle.")
    name = name_people(session, [person_id]).get(person_id, person_id)
    return Place(cycle, case, name, url_for("cycles.show_case", cycle_id=cycle.id, person_id=person_id))


def _asked(action: str) -> str:
    if action not in ACTIONS:
        raise NotFound("There is no such thing to do.")
    return action


def _confirmation(place: Place, action: str, *, reason: str = "", problem: str = "") -> str:
    session = current_session()
    standing = standing_of_cycle(session, place.cycle) if place.case is None else standing_of_case(session, place.case)
    if action not in standing.actions:
        problem = problem or "This cannot be done now: it has been changed in the meantime."
    return render_template(
        "cycles/standing.html",
        place=place,
        cycle=place.cycle,
        action=action,
        standing=standing,
        reason=reason,
        problem=problem,
        longest=LONGEST_REASON,
    )


def _change(find: Callable[[], Place]) -> ResponseReturnValue:
    place, action = find(), _asked(request.form.get("action", ""))
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    try:
        _do(current_session(), place, action, reason)
    except Rejection as refusal:
        discard_changes()
        page = _confirmation(find(), action, reason=reason, problem=str(refusal))
        return (page, 409) if isinstance(refusal, Conflict) else invalid(page)
    flash(
        f"“{place.name}” {DONE[action]}." if place.case is None else f"The case of {place.name} {DONE[action]}.",
        "success",
    )
    return redirect(place.address)


def _do(session: Session, place: Place, action: str, reason: str) -> None:
    by, now, shift = signed_in().person_id, clock.now(), "shift" in request.form
    if place.case is None:
        change_cycle(session, place.cycle, action, by=by, reason=reason, now=now, shift=shift)
    else:
        change_case(session, place.case, action, by=by, reason=reason, now=now, shift=shift)
