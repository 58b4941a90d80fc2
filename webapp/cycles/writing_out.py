"""What HR does about a task of somebody outside: the link sent again, and another address."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import Rejection, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.cycles.reassigning import find_open_task, render_holder
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.tasks.picking import read_reason
from workflows.outside.handing import send_link_again, write_to
from workflows.people.accounts import HR
from workflows.people.search import name_people


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
    session = current_session()
    _, task = find_open_task(session, cycle_id, task_id)
    address, name, reason = request.form.get("email", ""), request.form.get("name", ""), read_reason()
    if not reason:
        return invalid(render_holder(cycle_id, task_id, problem="Say why: it stays on record."))
    try:
        task = write_to(
            session,
            task.id,
            address=address,
            name=name,
            by=signed_in().person_id,
            reason=reason,
            now=clock.now(),
        )
    except Rejection as refusal:
        discard_changes()
        return invalid(render_holder(cycle_id, task_id, problem=str(refusal)))
    holder = task.assignee or ""
    flash(f"“{task.name}” goes to {name_people(session, [holder])[holder]} by mail.", "success")
    return redirect(url_for("cycles.show_stuck", cycle_id=cycle_id))
