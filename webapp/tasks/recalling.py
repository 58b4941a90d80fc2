"""Taking back what one has handed in: from the message that says so, or from the closed task."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import Conflict, Task, clock
from webapp.actor import signed_in
from webapp.request_session import current_session, discard_changes
from webapp.tasks import blueprint
from webapp.tasks.closed import find_task
from workflows.reviews.recalling import may_recall, recall


@blueprint.post("/tasks/<int:task_id>/recall")
def recall_task(task_id: int) -> ResponseReturnValue:
    """Open a task again that the reader has handed in, with the form as a draft."""
    name = find_task(current_session(), task_id).name
    try:
        recall(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    except Conflict as refusal:
        discard_changes()
        flash(str(refusal), "warning")
    else:
        flash(f"“{name}” is yours again, as a draft. Hand it in when you have changed it.", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


def tell_handed_in(task: Task) -> str:
    """The message that a task is handed in, with the way to take it back where there is one."""
    message = f"“{task.name}” is handed in."
    current_session().flush()
    if not may_recall(current_session(), task, signed_in().person_id):
        return message
    return Markup(render_template("tasks/handed_in.html", task=task, message=message))  # noqa: S704 - the template escapes
