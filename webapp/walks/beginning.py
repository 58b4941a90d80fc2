"""The list of one's walk-throughs, and beginning one: of a draft or a published process, as somebody's review."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import InvalidDiagram, NotFound, Rejection, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.playable import DRAFT, list_playable, read_playable
from webapp.request_session import current_session, discard_changes, live_sessions
from webapp.walks import blueprint
from workflows.people.accounts import HR
from workflows.people.models import ACTIVE
from workflows.people.search import name_people, search_people
from workflows.walking import keeping, playing

SHOWN = 8


@blueprint.get("")
@only_for(HR)
def show_all() -> ResponseReturnValue:
    """One's own walk-throughs, the latest first."""
    session = current_session()
    walks = keeping.list_walks(session, signed_in().person_id)
    return render_template(
        "walks/list.html",
        walks=walks,
        steps=keeping.count_steps(session, walks),
        names=name_people(session, sorted({walk.person_id for walk in walks})),
    )


@blueprint.get("/new")
@only_for(HR)
def show_new() -> ResponseReturnValue:
    """Choose the process and the person."""
    return _new_page()


@blueprint.post("")
@only_for(HR)
def begin() -> ResponseReturnValue:
    """Set the stage, and go to it."""
    kind, number = read_playable(request.form.get("process", ""))
    if number is None or not request.form.get("to"):
        return invalid(_new_page("Choose a process, and whose review it is."))
    ids = {"design_id" if kind == DRAFT else "definition_id": number}
    # Setting the stage takes a while: nobody else shall wait for this request meanwhile.
    discard_changes()
    try:
        walk, first = playing.set_out(
            live_sessions(), playing.Course(request.form["to"], **ids), by=signed_in().person_id, now=clock.now()
        )
    except NotFound:
        raise
    except Rejection as refusal:
        return invalid(_new_page(_explain(refusal)))
    kept = keeping.keep_walk(current_session(), walk, first)
    return redirect(url_for("walks.show", walk_id=kept.id))


@blueprint.post("/<int:walk_id>/removal")
@only_for(HR)
def throw_away(walk_id: int) -> ResponseReturnValue:
    """Forget a walk-through."""
    keeping.throw_away(current_session(), walk_id, by=signed_in().person_id)
    flash("The walk-through is thrown away.", "success")
    return redirect(url_for("walks.show_all"))


def _explain(refusal: Rejection) -> str:
    if not isinstance(refusal, InvalidDiagram):
        return str(refusal)
    return " ".join(f"{finding.name}: {finding.problem} {finding.remedy}" for finding in refusal.findings[:3])


def _new_page(problem: str = "") -> str:
    session, search = current_session(), request.values.get("q", "").strip()
    found = search_people(session, clock.now().date(), search=search, status="" if search else ACTIVE, limit=SHOWN)
    return render_template(
        "walks/new.html",
        processes=list_playable(session),
        process=request.values.get("process", ""),
        search=search,
        people=found.rows,
        total=found.total,
        chosen=request.form.get("to", ""),
        problem=problem,
    )
