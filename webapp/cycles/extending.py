"""Giving more time for an open task of a cycle."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import NotFound, Rejection, Task, clock, due_at, extending, registry
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from workflows.cycles.models import Cycle
from workflows.cycles.queries import get_cycle
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.routing.resolvers import GROUPS

LONGEST_REASON = 500


@blueprint.get("/<int:cycle_id>/tasks/<int:task_id>/deadline")
@only_for(HR)
def show_deadline(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Until when there is time for a task, and the day that could be instead."""
    return _page(*_find(cycle_id, task_id), problem="")


@blueprint.post("/<int:cycle_id>/tasks/<int:task_id>/deadline")
@only_for(HR)
def extend_deadline(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Let the task be due at the end of the chosen day, where its holder is."""
    session, now = current_session(), clock.now()
    cycle, task = _find(cycle_id, task_id)
    zone = registry.calendar_of(session, task.assignee, now).zone
    try:
        due = due_at(date.fromisoformat(request.form.get("day", "")).isoformat(), now, zone)
        reason = request.form.get("reason", "")[:LONGEST_REASON]
        extending.extend(session, task_id, due=due, by=signed_in().person_id, reason=reason, now=now)
    except ValueError:
        return invalid(_page(cycle, task, problem="Choose the day until which there is time."))
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(*_find(cycle_id, task_id), problem=str(refusal)))
    flash(f"There is more time for “{task.name}” now.", "success")
    return redirect(url_for("cycles.show_case", cycle_id=cycle.id, person_id=task.subject))


def _find(cycle_id: int, task_id: int) -> tuple[Cycle, Task]:
    session = current_session()
    cycle, task = get_cycle(session, cycle_id), session.get(Task, task_id)
    if task is None or task.root_id != cycle.instance_id or task.subject in (None, signed_in().person_id):
        raise NotFound("There is no such open task in this cycle that you could give more time for.")
    return cycle, task


def _page(cycle: Cycle, task: Task, *, problem: str) -> str:
    names = name_people(current_session(), [person for person in (task.assignee, task.subject) if person])
    return render_template(
        "cycles/deadline.html",
        cycle=cycle,
        task=task,
        holder=names.get(task.assignee or "", GROUPS.get(task.group or "", "nobody")),
        subject=names.get(task.subject or "", ""),
        day=request.form.get("day", ""),
        reason=request.form.get("reason", ""),
        problem=problem,
        longest=LONGEST_REASON,
        back=url_for("cycles.show_case", cycle_id=cycle.id, person_id=task.subject),
    )
