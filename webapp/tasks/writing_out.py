"""Asking somebody outside of the organisation, by whoever has the task instead."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import NotFound, OpenTask, Rejection, clock, tasks
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.tasks import blueprint
from webapp.tasks.closed import find_task
from webapp.tasks.picking import LONGEST_REASON, read_reason
from workflows.cases.dossier import dossier_of
from workflows.outside.handing import Misnamed, may_write_out, write_to
from workflows.people.search import name_people


@dataclass(frozen=True)
class Problem:
    """Why nobody was written to, and the field `at` which that can be mended; empty where it is none of them."""

    at: str
    words: str


@blueprint.get("/tasks/<int:task_id>/outside")
def show_address(task_id: int) -> ResponseReturnValue:
    """Who is to be asked: an address, a name, and why."""
    return _page(_load(task_id))


@blueprint.post("/tasks/<int:task_id>/outside")
def ask_outside(task_id: int) -> ResponseReturnValue:
    """Write to somebody outside, who has the task from then on."""
    _load(task_id)
    if problem := write_out(task_id):
        return invalid(_page(_load(task_id), problem))
    return redirect(url_for("inbox.show_inbox"))


def write_out(task_id: int) -> Problem | None:
    """Write to whoever the form names, and tell the reader; else what is wrong, and nothing has changed."""
    session, form, reason = current_session(), request.form, read_reason()
    if not reason:
        return Problem("reason", "Say why: it stays on record.")
    given = {"address": form.get("email", ""), "name": form.get("name", ""), "reason": reason}
    try:
        task = write_to(session, task_id, **given, by=signed_in().person_id, now=clock.now())
    except Misnamed as refusal:
        discard_changes()
        return Problem("name" if refusal.is_name else "email", str(refusal))
    except Rejection as refusal:
        discard_changes()
        return Problem("", str(refusal))
    holder = task.assignee or ""
    flash(f"“{task.name}” goes to {name_people(session, [holder])[holder]} by mail.", "success")
    return None


def _load(task_id: int) -> OpenTask:
    """The open task, for whoever may ask somebody outside instead. Raises NotFound, Conflict."""
    session, reader = current_session(), signed_in().person_id
    find_task(session, task_id)
    found = tasks.load(session, task_id, actor=reader, now=clock.now())
    if not may_write_out(session, found, reader):
        raise NotFound("There is no such task of yours that somebody outside could do.")
    return found


def _page(found: OpenTask, problem: Problem | None = None) -> str:
    return render_template(
        "tasks/outside.html",
        task=found.task,
        dossier=dossier_of(current_session(), found.task, clock.now().date()),
        written=request.form,
        problem=problem,
        longest=LONGEST_REASON,
    )
