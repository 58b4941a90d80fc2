"""Letting somebody else do one's task, taking it back, and giving it back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import NotFound, Rejection, Task, clock, tasks
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.tasks import blueprint
from webapp.tasks.closed import find_task
from webapp.tasks.picking import explain_refusal, read_reason, render_picking
from workflows.cases.dossier import dossier_of
from workflows.outside.handing import send_link_again
from workflows.people.outside import is_outside
from workflows.people.search import name_people


@blueprint.get("/tasks/<int:task_id>/delegation")
def show_delegation(task_id: int) -> ResponseReturnValue:
    """The people whom a task of the reader can be delegated to."""
    return _page(_own(task_id))


@blueprint.post("/tasks/<int:task_id>/delegation")
def delegate_task(task_id: int) -> ResponseReturnValue:
    """Let somebody else do a task; whoever gets it must pass the same gate as everybody."""
    task, to = _own(task_id), request.form.get("to", "")
    try:
        if not to:
            raise Rejection("Choose who does it.")
        by, now = signed_in().person_id, clock.now()
        tasks.delegate(current_session(), task_id, to=to, by=by, reason=read_reason(), now=now)
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(_own(task_id), problem=explain_refusal(refusal)))
    name = name_people(current_session(), [to])[to]
    flash(f"{name} does “{task.name}” for you now. You can take it back until it is done.", "success")
    return redirect(url_for("inbox.show_inbox"))


@blueprint.post("/tasks/<int:task_id>/delegation/end")
def take_task_back(task_id: int) -> ResponseReturnValue:
    """Take back what somebody else does for the reader."""
    task = tasks.take_back(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    flash(f"“{task.name}” is back with you.", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/link")
def send_link(task_id: int) -> ResponseReturnValue:
    """Write once more to whoever does a task of the reader from outside."""
    session = current_session()
    task = find_task(session, task_id)
    if task.owner != signed_in().person_id:
        raise NotFound("There is no such task of yours.")
    send_link_again(session, task_id, by=signed_in().person_id, now=clock.now())
    flash("A mail with a new link is on its way.", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/return")
def give_task_back(task_id: int) -> ResponseReturnValue:
    """Give a task back to whom the reader does it for."""
    task = tasks.give_back(current_session(), task_id, by=signed_in().person_id, reason=read_reason(), now=clock.now())
    flash(f"“{task.name}” is given back.", "success")
    return redirect(url_for("inbox.show_inbox"))


def render_delegated(task: Task) -> str:
    """The page of a task that somebody else does for the reader."""
    session = current_session()
    holder = task.assignee or ""
    return render_template(
        "tasks/delegated.html",
        task=task,
        dossier=dossier_of(session, task, clock.now().date()),
        holder=name_people(session, [holder]).get(holder, holder),
        is_outside=is_outside(holder),
    )


def _own(task_id: int) -> Task:
    """An open task that the reader holds. Raises NotFound."""
    task = find_task(current_session(), task_id)
    if task.assignee != signed_in().person_id or not task.is_unfinished:
        raise NotFound("There is no such open task of yours. It may have been completed in the meantime.")
    return task


def _page(task: Task, *, problem: str = "") -> str:
    return render_picking("tasks/delegation.html", task, {task.assignee, task.subject, task.owner}, problem=problem)
