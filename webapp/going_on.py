"""After a task: on to the next one of the same person."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from engine import Task, clock
from webapp.actor import signed_in
from webapp.request_session import current_session
from webapp.standing import forget_standing, holder_of
from workflows.inbox.going_on import next_task


def go_on(done: Task, message: str, category: str = "success") -> ResponseReturnValue:
    """Say what happened and go to the next task: the same step first, then by deadline; else to the inbox."""
    session = current_session()
    session.flush()
    forget_standing()
    following = next_task(session, holder_of(signed_in()), done.step, clock.now())
    flash(message, category)
    if following is None:
        return redirect(url_for("inbox.show_inbox"))
    return redirect(url_for("tasks.show_task", task_id=following.id))
