"""Opening a closed step of somebody's case again, with a reason."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import Conflict, NotFound, Task, clock, reopening
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.errors import invalid
from webapp.request_session import current_session
from workflows.cycles.models import Cycle
from workflows.cycles.queries import get_cycle
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.reviews.sending_back import LONGEST_REASON, reopen


@blueprint.get("/<int:cycle_id>/tasks/<int:task_id>/reopening")
@only_for(HR)
def show_reopening(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """What opening a closed step again means, and the reason for it; or why it cannot be."""
    return _page(*_find(current_session(), cycle_id, task_id), problem="")


@blueprint.post("/<int:cycle_id>/tasks/<int:task_id>/reopening")
@only_for(HR)
def reopen_task(cycle_id: int, task_id: int) -> ResponseReturnValue:
    """Open it again for whoever did it, or had it; everybody concerned is told why."""
    session, reason = current_session(), request.form.get("reason", "").strip()
    cycle, task = _find(session, cycle_id, task_id)
    if not reason:
        return invalid(
            _page(cycle, task, problem="Say why: the reason stays on record, and everybody concerned reads it.")
        )
    sent = reopen(session, task_id, by=signed_in().person_id, reason=reason, now=clock.now())
    holder = sent.task.assignee or ""
    name = name_people(session, [holder]).get(holder, "its group")
    flash(f"“{task.name}” is open again for {name}.", "success")
    return redirect(url_for("cycles.show_case", cycle_id=cycle.id, person_id=task.subject))


def _find(session: Session, cycle_id: int, task_id: int) -> tuple[Cycle, Task]:
    cycle, task = get_cycle(session, cycle_id), session.get(Task, task_id)
    if task is None or task.root_id != cycle.instance_id or task.subject in (None, signed_in().person_id):
        raise NotFound("There is no such task in this cycle that you could open again.")
    return cycle, task


def _page(cycle: Cycle, task: Task, *, problem: str) -> str:
    session = current_session()
    try:
        reopening.check(session, task.id)
        obstacle = ""
    except Conflict as refusal:
        obstacle = str(refusal)
    people = [person for person in (task.subject, task.closed_by or task.assignee) if person]
    names = name_people(session, people)
    return render_template(
        "cycles/reopening.html",
        cycle=cycle,
        task=task,
        subject=names.get(task.subject or "", ""),
        doer=names.get(task.closed_by or task.assignee or "", "its group"),
        obstacle=obstacle,
        problem=problem,
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        back=url_for("cycles.show_case", cycle_id=cycle.id, person_id=task.subject),
    )
