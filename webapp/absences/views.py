"""Planning an absence and choosing who stands in: for oneself, and for HR also for others."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import NotFound, Rejection, clock
from webapp.absences import blueprint
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.picking import find_candidates
from webapp.presentation import format_day
from webapp.request_session import current_session, discard_changes
from workflows.cycles.processes import list_processes
from workflows.people.accounts import HR
from workflows.people.models import Absence, Person
from workflows.people.search import name_people
from workflows.routing.absences import (
    absences_of,
    drop_substitute,
    end_absence,
    find_absence,
    name_substitute,
    plan_absence,
    substitutes_of,
)
from workflows.routing.facts import day_of

__all__ = ["blueprint"]


@blueprint.get("")
def show_absences() -> ResponseReturnValue:
    """The present and coming absences of the reader; for HR with `person` those of somebody else."""
    return _list_page(_whose(), problem="")


@blueprint.post("")
def plan() -> ResponseReturnValue:
    """Enter an absence and go on to choose who stands in."""
    whose = _whose()
    try:
        first, last = _day("first_day"), _day("last_day")
        if first is None:
            raise Rejection("Say from which day on.")
        absence = plan_absence(current_session(), whose.id, first, last, by=signed_in().person_id, now=clock.now())
    except Rejection as refusal:
        discard_changes()
        return invalid(_list_page(_whose(), problem=str(refusal)))
    flash("The absence is entered. Choose who stands in.", "success")
    return redirect(url_for("absences.show_absence", absence_id=absence.id))


@blueprint.get("/<int:absence_id>")
def show_absence(absence_id: int) -> ResponseReturnValue:
    """One absence with those who stand in, and the people who could."""
    return _absence_page(_find(absence_id), problem="")


@blueprint.post("/<int:absence_id>/substitutes")
def add_substitute(absence_id: int) -> ResponseReturnValue:
    """Let somebody stand in, in one process or in all of them."""
    absence = _find(absence_id)
    to, process = request.form.get("to", ""), request.form.get("process", "")
    if not to:
        return invalid(_absence_page(absence, problem="Choose who stands in."))
    try:
        name_substitute(current_session(), absence.id, to, process=process, now=clock.now())
    except Rejection as refusal:
        discard_changes()
        return invalid(_absence_page(_find(absence_id), problem=str(refusal)))
    when = f"on {format_day(absence.first_day)}" if _is_to_come(absence) else "in a moment"
    flash(f"{name_people(current_session(), [to])[to]} stands in. Open tasks follow {when}.", "success")
    return redirect(url_for("absences.show_absence", absence_id=absence_id))


@blueprint.post("/<int:absence_id>/substitutes/<int:position>/removal")
def remove_substitute(absence_id: int, position: int) -> ResponseReturnValue:
    """Take somebody away from those who stand in."""
    drop_substitute(current_session(), _find(absence_id).id, position, now=clock.now())
    flash("They do not stand in any more. What they have taken over already stays with them.", "success")
    return redirect(url_for("absences.show_absence", absence_id=absence_id))


@blueprint.post("/<int:absence_id>/end")
def end(absence_id: int) -> ResponseReturnValue:
    """Be back early, or not go at all."""
    absence = _find(absence_id)
    never = _is_to_come(absence)
    end_absence(current_session(), absence.id, now=clock.now())
    over = "The absence is over. What others have not done yet comes back."
    flash("The absence is taken back. Nothing changes hands." if never else over, "success")
    own = absence.person_id == signed_in().person_id
    return redirect(url_for("absences.show_absences", person=None if own else absence.person_id))


def _is_to_come(absence: Absence) -> bool:
    return absence.first_day > day_of(clock.now())


def _whose() -> Person:
    """Whose absences the address is about. Raises NotFound for others than HR who ask for somebody else's."""
    actor, asked = signed_in(), request.args.get("person", "")
    if asked not in ("", actor.person_id) and HR not in actor.roles:
        raise NotFound("There is no such page for you.")
    person = current_session().get(Person, asked or actor.person_id)
    if person is None:
        raise NotFound("Nobody of this number is known.")
    return person


def _find(absence_id: int) -> Absence:
    actor = signed_in()
    absence = find_absence(current_session(), absence_id, clock.now())
    if absence.person_id != actor.person_id and HR not in actor.roles:
        raise NotFound("There is no such absence, or it is over.")
    return absence


def _day(field: str) -> date | None:
    text = request.form.get(field, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Rejection(f"“{text}” is no day. Choose one from the calendar.") from error


def _list_page(whose: Person, *, problem: str) -> str:
    session, now = current_session(), clock.now()
    found = absences_of(session, whose.id, now)
    stand_ins = {absence.id: substitutes_of(session, absence.id) for absence in found}
    names = name_people(session, [one.person_id for several in stand_ins.values() for one in several])
    return render_template(
        "absences/absences.html",
        whose=whose,
        own=whose.id == signed_in().person_id,
        absences=found,
        stand_ins={key: [names[one.person_id] for one in several] for key, several in stand_ins.items()},
        today=day_of(now),
        typed=request.form,
        problem=problem,
    )


def _absence_page(absence: Absence, *, problem: str) -> str:
    session = current_session()
    named = substitutes_of(session, absence.id)
    found = find_candidates({absence.person_id})
    return render_template(
        "absences/absence.html",
        absence=absence,
        is_to_come=_is_to_come(absence),
        whose=session.get_one(Person, absence.person_id),
        own=absence.person_id == signed_in().person_id,
        named=named,
        names=name_people(session, [one.person_id for one in named]),
        processes={one.key: one.name for one in list_processes(session)},
        found=found,
        chosen=request.form.get("to", ""),
        problem=problem,
    )
