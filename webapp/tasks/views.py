"""Opening a task, saving its draft, handing it in; taking a task of a group and putting it back."""

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, OpenTask, Rejection, Task, clock, tasks, transaction
from webapp.actor import signed_in
from webapp.auth.reauthentication import NOT_CONFIRMED, confirm_actor
from webapp.errors import invalid
from webapp.forms import apply_buttons, read_submitted
from webapp.going_on import go_on
from webapp.numbers import read_number
from webapp.request_session import current_session, discard_changes, live_sessions
from webapp.tasks import adding, blueprint, sending_back, writing_out
from webapp.tasks.closed import find_task, render_closed
from webapp.tasks.delegating import render_delegated
from webapp.tasks.page import Attempt, needs_signature, render_task
from webapp.tasks.recalling import tell_handed_in
from workflows.notifications.reading import has_unread, mark_opened
from workflows.promotions.signing import confirm_signer
from workflows.reviews.submitting import FormIncomplete, save_draft, submit
from workflows.routing.electing import is_ballot

__all__ = ["adding", "blueprint", "sending_back", "writing_out"]

# Steps with a page of their own, by `rf:page`.
PAGES = {"calibration": "calibration.session", "executive-decision": "promotions.decision"}


@blueprint.get("/tasks/<int:task_id>")
def show_task(task_id: int) -> ResponseReturnValue:
    """A task with its form and all that helps to answer it."""
    _keep_as_read(task_id)
    task = find_task(current_session(), task_id)
    if is_ballot(task.explanation) and signed_in().person_id != task.owner:
        return redirect(url_for("voting.show_ballot", task_id=task_id))
    if not task.is_unfinished:
        return render_closed(task)
    if signed_in().person_id == task.owner != task.assignee:
        return render_delegated(task)
    found = _load(task_id)
    if address := _own_page(found):
        return redirect(address)
    return render_task(found)


@blueprint.put("/tasks/<int:task_id>/draft")
def save_task_draft(task_id: int) -> ResponseReturnValue:
    """Keep what was typed so far; answers with the version that the next save has to name."""
    session = current_session()
    find_task(session, task_id)
    draft = save_draft(
        session,
        task_id,
        read_submitted(request.form),
        by=signed_in().person_id,
        now=clock.now(),
        version=request.form.get("_version", type=read_number),
    )
    return jsonify(saved_at=draft.saved_at.isoformat(), version=draft.version)


@blueprint.post("/tasks/<int:task_id>/completion")
def complete_task(task_id: int) -> ResponseReturnValue:
    """Hand in the form of a task and go on to the next one."""
    session = current_session()
    task = find_task(session, task_id)
    answers = read_submitted(request.form)
    if not task.is_unfinished:
        return render_closed(task, answers), 409
    found = _load(task_id)
    if apply_buttons(request.form, answers):
        return render_task(found, Attempt(answers, {}))
    if needs_signature(found.step):
        if confirm_actor(request.form.get("_password", "")) is None:
            return invalid(render_task(found, Attempt(answers, {}, password_problem=NOT_CONFIRMED)))
        confirm_signer(session, signed_in().person_id, clock.now())
    try:
        submit(
            session,
            task_id,
            answers,
            by=signed_in().person_id,
            now=clock.now(),
            revision=request.form.get("_revision", type=read_number),
        )
    except FormIncomplete as incomplete:
        return invalid(render_task(found, Attempt(answers, incomplete.checked.errors)))
    except Rejection as refusal:
        return _explain_refusal(task_id, Attempt(answers, {}, problem=str(refusal)), refusal)
    return go_on(task, tell_handed_in(task))


@blueprint.post("/tasks/<int:task_id>/claim")
def claim_task(task_id: int) -> ResponseReturnValue:
    """Take a task of a group."""
    find_task(current_session(), task_id)
    task = tasks.claim(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    flash(f"“{task.name}” is yours now.", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/release")
def release_task(task_id: int) -> ResponseReturnValue:
    """Put a task back to its group; a draft stays with it."""
    find_task(current_session(), task_id)
    task = tasks.release(current_session(), task_id, by=signed_in().person_id, now=clock.now())
    flash(f"“{task.name}” is back with its group.", "success")
    return redirect(url_for("inbox.show_inbox"))


def _load(task_id: int) -> OpenTask:
    return tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())


def _keep_as_read(task_id: int) -> None:
    """Whoever opens a task has read what they were told of it: kept before the page is read, which writes nothing."""
    reader = signed_in().person_id
    if has_unread(current_session(), reader, task_id):
        discard_changes()
        with transaction(live_sessions()) as session:
            mark_opened(session, reader, task_id, clock.now())


def _own_page(found: OpenTask) -> str | None:
    endpoint = PAGES.get(found.step.settings.get("page", ""))
    return url_for(endpoint, task_id=found.task.id) if endpoint else None


def _explain_refusal(task_id: int, attempt: Attempt, refusal: Rejection) -> ResponseReturnValue:
    """The page again, with what was typed; what the refused attempt has written is undone first."""
    discard_changes()
    session = current_session()
    task = session.get_one(Task, task_id)
    if not task.is_unfinished:
        return render_closed(task, attempt.answers), 409
    return render_task(_load(task_id), attempt), 409 if isinstance(refusal, Conflict) else 422
