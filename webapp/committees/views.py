"""Making a committee, giving seats and ending them. Votes that are under way follow."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Rejection, clock
from webapp.access import only_for
from webapp.committees import blueprint
from webapp.errors import invalid
from webapp.numbers import read_number
from webapp.picking import find_candidates
from webapp.request_session import current_session, discard_changes
from workflows.people.accounts import HR
from workflows.people.committees import (
    HEAVIEST,
    MEMBER,
    add_level,
    end_seat,
    find_committee,
    found_committee,
    give_seat,
    levels_of,
    list_committees,
    seats_of,
)
from workflows.people.search import name_people
from workflows.routing.facts import day_of
from workflows.voting.following import follow_committee

__all__ = ["blueprint"]

ROLES = {
    "chair": "Leads it: its vote can break a tie",
    "member": "Member",
    "reserve": "Reserve: called when a member must not vote",
}


@blueprint.get("")
@only_for(HR)
def show_committees() -> ResponseReturnValue:
    """Every committee, and the way to make one."""
    return _list_page()


@blueprint.post("")
@only_for(HR)
def found() -> ResponseReturnValue:
    """Make a committee, and go on to its seats."""
    try:
        committee = found_committee(current_session(), request.form.get("name", ""))
    except Rejection as refusal:
        discard_changes()
        return invalid(_list_page(problem=str(refusal)))
    flash(f"“{committee.name}” is made. Give its seats.", "success")
    return redirect(url_for("committees.show_committee", committee_id=committee.id))


@blueprint.get("/<committee_id>")
@only_for(HR)
def show_committee(committee_id: str) -> ResponseReturnValue:
    """Who sits in a committee today, and the people who could."""
    return _page(committee_id)


@blueprint.post("/<committee_id>/levels")
@only_for(HR)
def add(committee_id: str) -> ResponseReturnValue:
    """Add a level to a committee, and go on to its seats."""
    try:
        level = add_level(current_session(), committee_id, request.form.get("up_to", ""))
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(committee_id, problem=str(refusal)))
    flash(f"“{level.name}” is made. Give its seats.", "success")
    return redirect(url_for("committees.show_committee", committee_id=level.id))


@blueprint.post("/<committee_id>/seats")
@only_for(HR)
def seat(committee_id: str) -> ResponseReturnValue:
    """Give somebody a seat, or another one in place of the one they have."""
    session, form, now = current_session(), request.form, clock.now()
    to = form.get("to", "")
    if not to:
        return invalid(_page(committee_id, problem="Choose who gets the seat."))
    try:
        give_seat(
            session,
            committee_id,
            to,
            role=form.get("role", MEMBER),
            weight=form.get("weight", 1, type=read_number) or 0,
            has_veto="veto" in form,
            day=day_of(now),
        )
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(committee_id, problem=str(refusal)))
    _follow(committee_id, f"{name_people(session, [to])[to]} has a seat.")
    return redirect(url_for("committees.show_committee", committee_id=committee_id))


@blueprint.post("/<committee_id>/seats/<person_id>/end")
@only_for(HR)
def end(committee_id: str, person_id: str) -> ResponseReturnValue:
    """End somebody's seat from today on."""
    session = current_session()
    end_seat(session, committee_id, person_id, day=day_of(clock.now()))
    name = name_people(session, [person_id]).get(person_id, person_id)
    _follow(committee_id, f"{name} has no seat any more. If that was a mistake, give them the seat again.")
    return redirect(url_for("committees.show_committee", committee_id=committee_id))


def _follow(committee_id: str, said: str) -> None:
    votes = follow_committee(current_session(), committee_id, clock.now())
    told = "" if not votes else " One vote under way follows." if votes == 1 else f" {votes} votes under way follow."
    flash(said + told, "success")


def _list_page(problem: str = "") -> str:
    return render_template(
        "committees/committees.html",
        committees=list_committees(current_session(), day_of(clock.now())),
        typed=request.form.get("name", ""),
        problem=problem,
    )


def _page(committee_id: str, problem: str = "") -> str:
    session = current_session()
    committee = find_committee(session, committee_id)
    candidates = find_candidates(())
    seats = seats_of(session, committee_id, day_of(clock.now()))
    chosen = request.form.get("to") or (candidates.people[0].person.id if len(candidates.people) == 1 else "")
    return render_template(
        "committees/committee.html",
        committee=committee,
        seats=seats,
        levels=[] if committee.part_of else levels_of(session, committee_id),
        whole=find_committee(session, committee.part_of) if committee.part_of else None,
        found=candidates,
        chosen=chosen,
        known=next((one for one in seats if one.person_id == chosen), None),
        typed=request.form,
        roles=ROLES,
        heaviest=HEAVIEST,
        problem=problem,
    )
