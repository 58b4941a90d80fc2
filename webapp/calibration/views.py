"""A calibration session: its board, changing a rating, taking a change back, and closing."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, NotFound, OpenTask, clock, tasks
from webapp.actor import signed_in
from webapp.calibration import blueprint
from webapp.calibration.page import Closing, Refused, render_session
from webapp.errors import invalid
from webapp.forms import apply_buttons, read_submitted
from webapp.going_on import go_on
from webapp.numbers import read_number
from webapp.request_session import current_session, discard_changes
from webapp.tasks.closed import find_task, render_closed
from workflows.calibration.changing import SESSION_PAGE, RatingNotChanged, change_rating, undo_change
from workflows.calibration.models import RatingChange
from workflows.cycles.models import Case
from workflows.reviews.submitting import FormIncomplete, submit

__all__ = ["blueprint"]


@blueprint.get("/<int:task_id>")
def session(task_id: int) -> ResponseReturnValue:
    """The board of a session that the signed-in person holds."""
    task = find_task(current_session(), task_id)
    return render_session(_load(task_id)) if task.is_unfinished else render_closed(task)


@blueprint.post("/<int:task_id>/ratings/<int:case_id>")
def change(task_id: int, case_id: int) -> ResponseReturnValue:
    """Change a rating, with the reason that its writer will read."""
    _check_case(_load(task_id), case_id)
    rating, reason = request.form.get("rating", ""), request.form.get("reason", "")
    wanted = request.form.get("rating", type=read_number)
    try:
        if wanted is None:
            raise RatingNotChanged("Choose the rating that the group has agreed on.")
        change_rating(current_session(), case_id, wanted, reason, by=signed_in().person_id, now=clock.now())
    except RatingNotChanged as refusal:
        discard_changes()
        return invalid(render_session(_load(task_id), refused=Refused(case_id, rating, reason, str(refusal))))
    return redirect(_board_address(task_id, case_id))


@blueprint.post("/<int:task_id>/changes/<int:change_id>/undo")
def undo(task_id: int, change_id: int) -> ResponseReturnValue:
    """Take back the latest change of a rating."""
    found = _load(task_id)
    known = current_session().get(RatingChange, change_id)
    if known is None:
        raise NotFound("There is no such change of a rating.")
    _check_case(found, known.case_id)
    undo_change(current_session(), change_id, by=signed_in().person_id, now=clock.now())
    return redirect(_board_address(task_id, known.case_id))


@blueprint.post("/<int:task_id>/closing")
def close(task_id: int) -> ResponseReturnValue:
    """Hand in the minutes; the changed ratings go to the writers of the reviews."""
    task, answers = find_task(current_session(), task_id), read_submitted(request.form)
    if not task.is_unfinished:
        return render_closed(task, answers), 409
    found = _load(task_id)
    if apply_buttons(request.form, answers):
        return render_session(found, closing=Closing(answers, {}))
    try:
        submit(
            current_session(),
            task_id,
            answers,
            by=signed_in().person_id,
            now=clock.now(),
            revision=request.form.get("_revision", type=read_number),
        )
    except FormIncomplete as incomplete:
        return invalid(render_session(found, closing=Closing(answers, incomplete.checked.errors)))
    except Conflict as conflict:
        discard_changes()
        return render_session(_load(task_id), closing=Closing(answers, {}, str(conflict))), 409
    return go_on(found.task, "The session is closed. Changed ratings are with the writers of the reviews now.")


def _load(task_id: int) -> OpenTask:
    # Asked first: the refusals of the engine name the task, also to those who must not know of it.
    find_task(current_session(), task_id)
    found = tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())
    if found.step.settings.get("page") != SESSION_PAGE:
        raise NotFound("This task is no calibration session.")
    return found


def _check_case(found: OpenTask, case_id: int) -> None:
    """A case of another group or cycle is not this session's to change."""
    case = current_session().get(Case, case_id)
    group = found.instance.variables.get("group")
    if case is None or case.root_id != found.task.root_id or case.calibration_group != group:
        raise NotFound("There is no such case in this session.")


def _board_address(task_id: int, case_id: int) -> str:
    """Back to the same part of the board."""
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "rating", "page") if name in request.args}
    return url_for("calibration.session", task_id=task_id, **kept, _anchor=f"case-{case_id}")
