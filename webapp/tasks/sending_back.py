"""Sending a task back to an earlier step, with a reason."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, OpenTask, clock, tasks
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.going_on import go_on
from webapp.request_session import current_session
from webapp.tasks import blueprint
from webapp.tasks.closed import find_task
from workflows.cases.dossier import dossier_of
from workflows.people.search import name_people
from workflows.reviews.sending_back import LONGEST_REASON, list_targets, send_back


@blueprint.get("/tasks/<int:task_id>/sending-back")
def choose_earlier(task_id: int) -> ResponseReturnValue:
    """The steps that a task can be sent back to, with who did them and when."""
    return _page(_load(task_id))


@blueprint.post("/tasks/<int:task_id>/sending-back")
def send_task_back(task_id: int) -> ResponseReturnValue:
    """Send a task back to the chosen step; whoever did it gets the form again and reads the reason first."""
    found = _load(task_id)
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()
    if not to or not reason:
        return invalid(_page(found, problems={"to": not to, "reason": not reason}))
    sent = send_back(current_session(), task_id, to=to, reason=reason, by=signed_in().person_id, now=clock.now())
    holder = sent.task.assignee or ""
    name = name_people(current_session(), [holder]).get(holder, "its group")
    return go_on(found.task, f"“{sent.task.name}” is back with {name}, who reads your reason first.")


def _load(task_id: int) -> OpenTask:
    """The open task, for whoever has it in hand. Raises NotFound, or Conflict when it is nobody's yet."""
    find_task(current_session(), task_id)
    found = tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())
    if found.task.assignee is None:
        raise Conflict("Take this task first: only what is yours can be sent back.")
    return found


def _page(found: OpenTask, *, problems: dict[str, bool] | None = None) -> str:
    return render_template(
        "tasks/sending_back.html",
        task=found.task,
        dossier=dossier_of(current_session(), found.task, clock.now().date()),
        targets=list_targets(current_session(), found),
        chosen=request.form.get("to", ""),
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problems=problems or {},
        back=url_for("tasks.show_task", task_id=found.task.id),
    )
