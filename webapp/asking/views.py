"""Asking a colleague something at a task, going on without them, and answering what one was asked."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, OpenTask, Rejection, clock, tasks
from webapp.actor import signed_in
from webapp.asking import blueprint
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from webapp.standing import forget_standing
from webapp.tasks.closed import find_task
from webapp.tasks.picking import render_picking
from workflows.asking.asking import LONGEST, answer, ask, may_ask_subject, withdraw
from workflows.asking.reading import read_one
from workflows.people.search import name_people

__all__ = ["blueprint"]


@blueprint.get("/tasks/<int:task_id>/inquiries")
def show_form(task_id: int) -> ResponseReturnValue:
    """The people who can be asked, and what to say."""
    return _page(_load(task_id))


@blueprint.post("/tasks/<int:task_id>/inquiries")
def ask_colleague(task_id: int) -> ResponseReturnValue:
    """Ask a colleague; back to the task, which does not wait for the answer."""
    _load(task_id)
    to = request.form.get("to", "")
    try:
        if not to:
            raise Rejection("Choose whom you ask.")
        text, by, now = request.form.get("text", ""), signed_in().person_id, clock.now()
        ask(current_session(), task_id, of=to, text=text, due=_read_day(), by=by, now=now)
    except Rejection as refusal:
        discard_changes()
        return invalid(_page(_load(task_id), problem=str(refusal)))
    name = name_people(current_session(), [to])[to]
    flash(f"{name} is asked. You are told when the answer is there, and you need not wait for it.", "success")
    return redirect(url_for("tasks.show_task", task_id=task_id))


@blueprint.get("/inquiries/<int:inquiry_id>")
def show_inquiry(inquiry_id: int) -> ResponseReturnValue:
    """What the reader was asked, with the field for the answer or what became of it."""
    return _inquiry_page(inquiry_id)


@blueprint.post("/inquiries/<int:inquiry_id>/answer")
def answer_inquiry(inquiry_id: int) -> ResponseReturnValue:
    """Answer what one was asked."""
    session, by = current_session(), signed_in().person_id
    asker = read_one(session, inquiry_id, by).asker
    try:
        answer(session, inquiry_id, request.form.get("answer", ""), by=by, now=clock.now())
    except Rejection as refusal:
        discard_changes()
        return invalid(_inquiry_page(inquiry_id, problem=str(refusal)))
    forget_standing()
    flash(f"{asker} is told that you have answered. Thank you.", "success")
    return redirect(url_for("inbox.show_inbox"))


@blueprint.post("/inquiries/<int:inquiry_id>/withdrawal")
def withdraw_question(inquiry_id: int) -> ResponseReturnValue:
    """Go on without an answer."""
    inquiry = withdraw(current_session(), inquiry_id, by=signed_in().person_id, now=clock.now())
    flash("The question is withdrawn: nobody is asked for the answer any more.", "success")
    return redirect(url_for("tasks.show_task", task_id=inquiry.task_id))


def _load(task_id: int) -> OpenTask:
    """The open task, for whoever has it in hand. Raises NotFound, or Conflict when it is nobody's yet."""
    find_task(current_session(), task_id)
    found = tasks.load(current_session(), task_id, actor=signed_in().person_id, now=clock.now())
    if found.task.assignee != signed_in().person_id:
        raise Conflict("Take this task first: whoever has it asks.")
    return found


def _read_day() -> date | None:
    text = request.form.get("due", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Rejection("Choose the day by which you would like the answer, or leave it empty.") from None


def _page(found: OpenTask, *, problem: str = "") -> str:
    task = found.task
    barred = {task.assignee, task.owner, *(() if may_ask_subject(found) else (task.subject,))}
    return render_picking("asking/asking.html", task, barred, problem=problem, longest=LONGEST)


def _inquiry_page(inquiry_id: int, *, problem: str = "") -> str:
    return render_template(
        "asking/inquiry.html",
        one=read_one(current_session(), inquiry_id, signed_in().person_id),
        text=request.form.get("answer", ""),
        longest=LONGEST,
        problem=problem,
    )
