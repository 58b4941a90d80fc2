"""Approving many tasks at once: looking at what can be approved, asking for it, taking it back, what became of it."""

from contextlib import suppress

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import batches, clock
from webapp.actor import signed_in
from webapp.inbox import blueprint
from webapp.inbox.question import Question
from webapp.numbers import read_number
from webapp.request_session import current_session
from webapp.standing import forget_standing, holder_of
from workflows.inbox.bulk_approving import TIME_TO_UNDO, ask_to_approve, find_approvals, list_approvals, undo
from workflows.inbox.bulk_looking import MOST, look_at
from workflows.inbox.listing import list_first
from workflows.inbox.waiting import MINE, Inbox


@blueprint.post("/inbox/approvals/preview")
def preview_approvals() -> ResponseReturnValue:
    """What of the selection can be approved together, and why the rest cannot. Nothing is changed."""
    selection = look_at(current_session(), _read_selected(), by=signed_in().person_id, now=clock.now())
    return render_template("inbox/approvals_preview.html", selection=selection, seconds=_seconds())


@blueprint.post("/inbox/approvals")
def approve_selected() -> ResponseReturnValue:
    """Ask for the approvals."""
    seen = {}
    for text in request.form.getlist("seen"):
        number, _, fingerprint = text.partition("-")
        with suppress(ValueError):
            seen[read_number(number)] = fingerprint
    batch = ask_to_approve(
        current_session(),
        seen,
        confirmed="confirmed" in request.form,
        by=signed_in().person_id,
        now=clock.now(),
    )
    forget_standing()
    return redirect(url_for("inbox.show_approvals", batch_id=batch.id))


@blueprint.get("/inbox/approvals/<int:batch_id>")
def show_approvals(batch_id: int) -> ResponseReturnValue:
    """What became of each task; while there is time, the button that takes it back."""
    session, now = current_session(), clock.now()
    batch = find_approvals(session, batch_id, by=signed_in().person_id)
    return render_template(
        "inbox/approvals.html",
        batch=batch,
        progress=batches.progress_of(session, [batch.id])[batch.id],
        results=list_approvals(session, batch),
        due=batch.asked_at + TIME_TO_UNDO,
        in_time=now < batch.asked_at + TIME_TO_UNDO,
    )


@blueprint.post("/inbox/approvals/<int:batch_id>/undo")
def undo_approvals(batch_id: int) -> ResponseReturnValue:
    """Take back what has not been approved yet."""
    count = undo(current_session(), batch_id, by=signed_in().person_id, now=clock.now())
    forget_standing()
    flash(f"Taken back: {_count_tasks(count)} in your inbox again, not approved.", "success")
    return redirect(url_for("inbox.show_inbox"))


def _count_tasks(count: int) -> str:
    return "one task is" if count == 1 else f"{count} tasks are"


def _read_selected() -> list[int]:
    if "everything" in request.form:
        return _list_everything()
    try:
        return sorted({read_number(text) for text in request.form.getlist("task")})
    except ValueError:
        return []


def _list_everything() -> list[int]:
    """What the reader holds of all that the list shows, what is due first."""
    now, asked = clock.now(), Question.read(request.form)
    inbox = Inbox(holder_of(signed_in()), now, MINE, asked.filters(now))
    return list_first(current_session(), inbox, MOST)


def _seconds() -> int:
    return int(TIME_TO_UNDO.total_seconds())
