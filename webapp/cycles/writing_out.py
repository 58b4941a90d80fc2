"""What HR does about a task of somebody outside: the link sent again, and another address."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.cycles.reassigning import find_open_task, render_holder
from webapp.errors import invalid
from webapp.request_session import current_session
from webapp.tasks.writing_out import write_out
from workflows.outside.handing import send_link_again
from workflows.people.accounts import HR


@blueprint.post("/<int:cycle_id>/tasks/<int:task_id>/link")
@only_for(HR)
def send_link(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Write once more to whoever has the task from outside."""
    session = current_session()
    _, task = find_open_task(session, cycle_id, task_id)
    send_link_again(session, task.id, by=signed_in().person_id, now=clock.now())
    flash("A mail with a new link is on its way.", "success")
    return redirect(url_for("cycles.show_holder", cycle_id=cycle_id, task_id=task_id))


@blueprint.post("/<int:cycle_id>/tasks/<int:task_id>/address")
@only_for(HR)
def change_address(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Ask somebody outside at another address."""
    find_open_task(current_session(), cycle_id, task_id)
    if problem := write_out(task_id):
        elsewhere = "" if problem.at else problem.words
        return invalid(render_holder(cycle_id, task_id, problem=elsewhere, misnamed=problem))
    return redirect(url_for("cycles.show_stuck", cycle_id=cycle_id))
