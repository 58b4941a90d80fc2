"""Handing an open task to somebody else, with a reason, and trying again what has stopped."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import NotAllowed, NotFound, Task, clock, tasks
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.errors import invalid
from webapp.picking import find_candidates
from webapp.request_session import current_session, discard_changes
from webapp.tasks.picking import LONGEST_REASON, explain_refusal, read_reason
from webapp.tasks.writing_out import Problem
from workflows.cycles.models import Cycle
from workflows.cycles.queries import get_cycle
from workflows.cycles.stoppages import retry_stoppage
from workflows.outside.handing import can_be_written_out
from workflows.people.accounts import HR
from workflows.people.outside import is_outside
from workflows.people.search import name_people
from workflows.routing.explain import explain
from workflows.routing.resolvers import GROUPS


@blueprint.get("/<int:cycle_id>/tasks/<int:task_id>/holder")
@only_for(HR)
def show_holder(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Who holds a task and why, and the people it could be handed to."""
    return render_holder(cycle_id, task_id, problem="")


@blueprint.post("/<int:cycle_id>/tasks/<int:task_id>/holder")
@only_for(HR)
def change_holder(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Hand the task on; whoever gets it must pass the same gate as everybody."""
    session = current_session()
    cycle, task = find_open_task(session, cycle_id, task_id)
    to, reason = request.form.get("to", ""), read_reason()
    if not to or not reason:
        missing = "Choose who gets the task." if not to else "Say why the task is handed on: it stays on record."
        return invalid(render_holder(cycle_id, task_id, problem=missing))
    try:
        tasks.reassign(session, task.id, to=to, by=signed_in().person_id, reason=reason, now=clock.now())
    except NotAllowed as refusal:
        discard_changes()
        return invalid(render_holder(cycle_id, task_id, problem=explain_refusal(refusal)))
    name = name_people(session, [to]).get(to, to)
    flash(f"“{task.name}” is handed to {name}.", "success")
    return redirect(url_for("cycles.show_stuck", cycle_id=cycle.id))


@blueprint.post("/<int:cycle_id>/incidents/<int:incident_id>/retry")
@only_for(HR)
def retry_incident(cycle_id: int, incident_id: int) -> ResponseReturnValue:
    """Try again what has stopped."""
    session = current_session()
    cycle = get_cycle(session, cycle_id)
    retry_stoppage(session, incident_id, by=signed_in().person_id, now=clock.now(), root_id=cycle.instance_id)
    flash("It is being tried again. If it stops once more, it comes back here.", "success")
    return redirect(url_for("cycles.show_progress", cycle_id=cycle.id, _anchor="stuck"))


def find_open_task(session: Session, cycle_id: int, task_id: int) -> tuple[Cycle, Task]:
    """A cycle and a task of it that is not about whoever is signed in. Raises NotFound."""
    cycle, task = get_cycle(session, cycle_id), session.get(Task, task_id)
    if task is None or task.root_id != cycle.instance_id or not task.is_unfinished:
        raise NotFound("There is no such open task in this cycle. It may have been completed in the meantime.")
    if task.subject == signed_in().person_id:
        raise NotFound("There is no such open task in this cycle that you could hand on.")
    return cycle, task


def render_holder(cycle_id: int, task_id: int, *, problem: str, misnamed: Problem | None = None) -> str:
    """The page on which HR hands a task on, to a colleague or to somebody outside, who may be `misnamed`."""
    session = current_session()
    cycle, task = find_open_task(session, cycle_id, task_id)
    known = [person for person in (task.assignee, task.subject) if person]
    names = name_people(session, known)
    found = find_candidates({task.assignee, task.subject})
    return render_template(
        "cycles/holder.html",
        cycle=cycle,
        task=task,
        holder=names.get(task.assignee or "", GROUPS.get(task.group or "", "nobody")),
        subject=names.get(task.subject or "", ""),
        why=explain(task.explanation, holder=task.assignee, reader=""),
        found=found,
        chosen=request.form.get("to", ""),
        reason=request.form.get("reason", ""),
        problem=problem,
        misnamed=misnamed,
        longest=LONGEST_REASON,
        is_outside=is_outside(task.assignee),
        for_outside=can_be_written_out(session, task),
        written=request.form,
    )
