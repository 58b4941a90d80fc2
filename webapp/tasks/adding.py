"""Adding one more person who has to approve a task, and doing without them."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, OpenTask, Rejection, clock, tasks
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.numbers import read_number
from webapp.request_session import current_session, discard_changes
from webapp.tasks import blueprint
from webapp.tasks.closed import find_task
from webapp.tasks.picking import explain_refusal, read_reason, render_picking
from workflows.people.search import name_people
from workflows.routing.adding import add_approver, may_add, remove_approver


@blueprint.get("/tasks/<int:task_id>/approvers")
def choose_approver(task_id: int) -> ResponseReturnValue:
    """The people who can be added, and when it is their turn."""
    return _page(_load(task_id))


@blueprint.post("/tasks/<int:task_id>/approvers")
def add_to_task(task_id: int) -> ResponseReturnValue:
    """Add somebody; whoever is added must pass the same gate as everybody."""
    found, whom, first = _load(task_id), request.form.get("to", ""), request.form.get("when") != "after"
    try:
        by, now = signed_in().person_id, clock.now()
        add_approver(current_session(), task_id, whom=whom, first=first, reason=read_reason(), by=by, now=now)
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(_load(task_id), problem=explain_refusal(refusal, "cannot approve it")))
    name = name_people(current_session(), [whom])[whom]
    then = "It comes back to you when they have approved." if first else "They get it when you have approved."
    flash(f"{name} has to approve “{found.task.name}”, too. {then}", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/approvers/removal")
def drop_approver(task_id: int) -> ResponseReturnValue:
    """Do without somebody whom the reader has added; back to the task that they look at."""
    task = remove_approver(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    flash(f"The approver you added to “{task.name}” is not asked any more.", "success")
    return redirect(url_for("tasks.show_task", task_id=request.form.get("seen_at", task_id, type=read_number)))


def _load(task_id: int) -> OpenTask:
    """The open task, for whoever may add somebody to it. Raises NotFound, Conflict."""
    find_task(current_session(), task_id)
    found = tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())
    if not may_add(found, signed_in().person_id):
        raise Conflict(f"Nobody can be added to “{found.task.name}”: it is no approval that you have in hand.")
    return found


def _page(found: OpenTask, *, problem: str = "") -> str:
    task = found.task
    return render_picking("tasks/approver.html", task, {task.assignee, task.subject, task.owner}, problem=problem)
