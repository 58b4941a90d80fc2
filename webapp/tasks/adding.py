"""Adding one more person who has to approve a task, and doing without them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, NotAllowed, OpenTask, Rejection, clock, tasks
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.picking import find_candidates
from webapp.request_session import current_session, discard_changes
from webapp.tasks import blueprint
from webapp.tasks.closed import find_task
from workflows.cases.dossier import dossier_of
from workflows.people.search import name_people
from workflows.routing.adding import add_approver, may_add, remove_approver

LONGEST_REASON = 500


@blueprint.get("/tasks/<int:task_id>/approvers")
def choose_approver(task_id: int) -> ResponseReturnValue:
    """The people who can be added, and when it is their turn."""
    return _page(_load(task_id))


@blueprint.post("/tasks/<int:task_id>/approvers")
def add_to_task(task_id: int) -> ResponseReturnValue:
    """Add somebody; whoever is added must pass the same gate as everybody."""
    found, whom = _load(task_id), request.form.get("to", "")
    first, reason = request.form.get("when") != "after", request.form.get("reason", "")[:LONGEST_REASON]
    try:
        if not whom:
            raise Rejection("Choose who should approve it, too.")
        by, now = signed_in().person_id, clock.now()
        add_approver(current_session(), task_id, whom=whom, first=first, reason=reason, by=by, now=now)
    except Rejection as refusal:
        discard_changes()
        problem = str(refusal)
        if isinstance(refusal, NotAllowed):
            problem = f"This person cannot approve it. The rule says to them: {refusal}"
        return invalid(_page(_load(task_id), problem=problem))
    name = name_people(current_session(), [whom])[whom]
    then = "It comes back to you when they have approved." if first else "They get it when you have approved."
    flash(f"{name} has to approve “{found.task.name}”, too. {then}", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/approvers/removal")
def drop_approver(task_id: int) -> ResponseReturnValue:
    """Do without somebody whom the reader has added."""
    task = remove_approver(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    flash(f"“{task.name}” goes on without one more approver.", "success")
    return redirect(url_for("inbox.show_inbox"))


def _load(task_id: int) -> OpenTask:
    """The open task, for whoever may add somebody to it. Raises NotFound, Conflict."""
    find_task(current_session(), task_id)
    found = tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())
    if not may_add(found, signed_in().person_id):
        raise Conflict(f"Nobody can be added to “{found.task.name}”: it is no approval that you have in hand.")
    return found


def _page(found: OpenTask, *, problem: str = "") -> str:
    task = found.task
    return render_template(
        "tasks/approver.html",
        task=task,
        dossier=dossier_of(current_session(), task, clock.now().date()),
        found=find_candidates({task.assignee, task.subject, task.owner}),
        chosen=request.form.get("to", ""),
        when=request.form.get("when", ""),
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problem=problem,
    )
