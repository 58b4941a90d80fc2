"""Straight to a task to do: the first one, or the one after another."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.inbox import blueprint
from webapp.numbers import read_number
from webapp.request_session import current_session
from webapp.standing import holder_of
from webapp.tasks.closed import find_task
from workflows.inbox.going_on import next_task


@blueprint.get("/inbox/next")
def open_next() -> ResponseReturnValue:
    """Go to the task that comes next; with `after`, to the one behind that task, which stays as it is."""
    session, after = current_session(), request.args.get("after", type=read_number)
    passed = find_task(session, after) if after is not None else None
    following = next_task(session, holder_of(signed_in()), passed.step if passed else "", clock.now(), after=passed)
    if following is None:
        flash("There is no other task for you to do.", "info")
        return redirect(url_for("inbox.show_inbox"))
    return redirect(url_for("tasks.show_task", task_id=following.id))
