"""One incident: what stopped and why, the four ways to resolve it, what would follow, and doing it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine import (
    CHANGE,
    MOVE,
    RESOLVED,
    RETRY,
    SKIP,
    Conflict,
    Foresight,
    InvalidDiagram,
    NotAllowed,
    NotFound,
    Rejection,
    Resolution,
    Step,
    clock,
    program_for,
)
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.diagrams import Mark, layout_of, render
from webapp.errors import invalid
from webapp.happenings import Line, tell
from webapp.incidents import blueprint
from webapp.request_session import current_session, discard_changes
from workflows.cycles.case_file import history_of_instance
from workflows.cycles.repairing import Repair, foresee_repair, repair, repair_alike, repair_of
from workflows.cycles.stoppages import Stoppage, find_alike, get_stoppage
from workflows.people.accounts import ADMIN, HR

LONGEST_REASON = 500
VALUE = "value."
"""How the fields begin that hold the value of a variable."""

DONE = {
    RETRY: "It is being tried again. What stops once more comes back here.",
    CHANGE: "The data are changed, and it is being tried again. What stops once more comes back here.",
    SKIP: "The step is passed over.",
    MOVE: "The process goes on from the step you chose.",
}


@dataclass(frozen=True)
class Asked:
    """What somebody has asked for: the resolution, the reason, whether for all alike, and why it is refused."""

    resolution: Resolution
    reason: str = ""
    alike: bool = False
    problem: str = ""


@blueprint.get("/<int:incident_id>")
@only_for(HR, ADMIN)
def show_incident(incident_id: int) -> ResponseReturnValue:
    """What stopped, why, what it holds up, and what can be done."""
    return _page(incident_id)


@blueprint.post("/<int:incident_id>/preview")
@only_for(HR)
def preview(incident_id: int) -> ResponseReturnValue:
    """What would follow from a way to resolve it, before anything is done. Sent, so that no data stand in addresses."""
    resolution = _read_resolution(incident_id)
    try:
        return _confirmation(incident_id, Asked(resolution))
    except (Conflict, NotAllowed, Rejection) as refusal:
        if isinstance(refusal, NotFound):
            raise
        discard_changes()
        return invalid(_page(incident_id, Asked(resolution, problem=str(refusal))))


@blueprint.post("/<int:incident_id>/resolution")
@only_for(HR)
def resolve(incident_id: int) -> ResponseReturnValue:
    """Resolve it, or all with the same problem, with the reason that stays on record."""
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    asked = Asked(_read_resolution(incident_id), reason, "alike" in request.form)
    try:
        return _do(incident_id, asked)
    except Rejection as refusal:
        if isinstance(refusal, NotFound):
            raise
        discard_changes()
        status = 409 if isinstance(refusal, Conflict) else 422
        refused = Asked(asked.resolution, asked.reason, asked.alike, str(refusal))
        still_open = get_stoppage(current_session(), incident_id, viewer=signed_in().person_id).incident
        if status == 409 or still_open.resolved_at is not None:
            return _page(incident_id, refused), status
        return invalid(_confirmation(incident_id, refused))


def _do(incident_id: int, asked: Asked) -> ResponseReturnValue:
    session, by, now = current_session(), signed_in().person_id, clock.now()
    if asked.alike:
        batch = repair_alike(session, incident_id, asked.resolution, by=by, reason=asked.reason, now=now)
        return redirect(url_for("incidents.show_batch", batch_id=batch.id))
    repair(session, incident_id, asked.resolution, by=by, reason=asked.reason, now=now)
    flash(DONE[asked.resolution.way], "success")
    return redirect(url_for("incidents.show_incident", incident_id=incident_id))


def _read_resolution(incident_id: int) -> Resolution:
    """What the form asks for. Of the values, those that differ from what they are now."""
    form = request.form
    way = form.get("way", "")
    if way not in RESOLVED:
        raise Rejection("Choose how it is resolved.")
    session = current_session()
    stoppage = get_stoppage(session, incident_id, viewer=signed_in().person_id)
    known = {variable.name: variable.text for variable in repair_of(session, stoppage).variables}
    sent = {name.removeprefix(VALUE): text.strip() for name, text in form.items() if name.startswith(VALUE)}
    values = {name: text for name, text in sent.items() if text != known.get(name, "")}
    return Resolution(way, values, chosen=form.get("chosen") or None, target=form.get("target") or None)


def _page(incident_id: int, asked: Asked | None = None) -> str:
    session, actor = current_session(), signed_in()
    stoppage = get_stoppage(session, incident_id, viewer=actor.person_id)
    is_hr = HR in actor.roles
    alike = 1 if stoppage.incident.resolved_at else len(find_alike(session, incident_id, viewer=actor.person_id))
    options = repair_of(session, stoppage)
    return render_template(
        "incidents/incident.html",
        stoppage=stoppage,
        repair=options,
        holds_up=_holds_up(stoppage, options),
        alike=alike,
        asked=asked,
        typed=asked.resolution.values if asked else {},
        picture=_draw(session, stoppage),
        lines=_lines(session, stoppage) if is_hr else [],
        is_hr=is_hr,
    )


def _holds_up(stoppage: Stoppage, options: Repair) -> str:
    incident = stoppage.incident
    if options.beside:
        return "Nothing: the task is open and can be done. Only its deadline or reminder is missing."
    if incident.instance_id is None:
        return "Work in the background of the cycle. Cases that have begun go on."
    if incident.token == "":
        return "The whole case: nothing of it goes on by itself."
    if incident.token is None:
        return "Only this piece of work. The case goes on."
    return "This case, from this step on. Other branches of it go on, and so do all other cases."


def _lines(session: Session, stoppage: Stoppage) -> list[Line]:
    if stoppage.incident.instance_id is None or stoppage.definition_id is None:
        return []
    program = program_for(session, stoppage.definition_id)
    return [tell(program, happening) for happening in history_of_instance(session, stoppage.incident.instance_id)]


def _draw(session: Session, stoppage: Stoppage) -> Markup | None:
    """The process around the step that has stopped; None where there is no step, or no picture."""
    step = stoppage.incident.step
    if stoppage.definition_id is None or step is None:
        return None
    try:
        layout = layout_of(program_for(session, stoppage.definition_id))
    except InvalidDiagram:
        return None
    return render(layout, {step: Mark(here=True, late=0)}, title=f"Where it stopped: {stoppage.step}", focus=step)


def _confirmation(incident_id: int, asked: Asked) -> str:
    session, actor = current_session(), signed_in()
    stoppage = get_stoppage(session, incident_id, viewer=actor.person_id)
    options = repair_of(session, stoppage)
    foresight = foresee_repair(session, incident_id, asked.resolution, viewer=actor.person_id, now=clock.now())
    return render_template(
        "incidents/confirmation.html",
        stoppage=stoppage,
        asked=asked,
        foresight=foresight,
        happenings=_tell(foresight, asked.resolution.way),
        changes=_changes(options, asked.resolution),
        sent=_sent(asked.resolution),
        target=_name(session, stoppage, asked.resolution.target),
        chosen=_name(session, stoppage, asked.resolution.chosen),
        alike=len(find_alike(session, incident_id, viewer=actor.person_id)),
        longest=LONGEST_REASON,
    )


def _changes(options: Repair, resolution: Resolution) -> list[tuple[str, str, str]]:
    """What is changed: label, old and new text."""
    known = {variable.name: variable for variable in options.variables}
    return [
        (known[name].label if name in known else name, known[name].text if name in known else "", text)
        for name, text in resolution.values.items()
    ]


def _sent(resolution: Resolution) -> list[tuple[str, str]]:
    """The fields of the form that asked, for the form that confirms."""
    fields = {"way": resolution.way, "chosen": resolution.chosen or "", "target": resolution.target or ""}
    return [*fields.items(), *((VALUE + name, text) for name, text in resolution.values.items())]


def _name(session: Session, stoppage: Stoppage, step: str | None) -> str:
    if step is None or stoppage.definition_id is None:
        return ""
    known = program_for(session, stoppage.definition_id).diagram.steps.get(step)
    return known.name if known else step


SAID: dict[str, str] = {
    "userTask": "is handed out",
    "manualTask": "is handed out",
    "serviceTask": "is done by the system",
    "sendTask": "is done by the system",
}


def _tell(foresight: Foresight, way: str) -> list[tuple[str, str]]:
    """What follows, as icons and sentences."""
    if foresight.is_work and way == SKIP:
        return [("info-circle", "The work is left undone. Nothing else changes now.")]
    if foresight.is_work:
        return [("refresh", "The work is done at once by the system. Where the process goes then depends on it.")]
    said = [("alert-triangle", f"It would stop again: {problem}") for problem in foresight.problems]
    said += [("x", f"“{step.name}” is not waited for any more.") for step in foresight.ceases]
    said += [("checklist", f"“{step.name}” {_said_of(step)}.") for step in foresight.begins]
    if foresight.ends:
        said.append(("flag", "The process comes to its end."))
    return said or [("info-circle", "Nothing else changes now.")]


def _said_of(step: Step) -> str:
    return SAID.get(step.kind, "is waited for")
