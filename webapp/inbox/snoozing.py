"""Putting a task off until a day."""

from datetime import UTC, date, datetime, time, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Rejection, clock, tasks
from webapp.actor import signed_in
from webapp.inbox import blueprint
from webapp.presentation import format_day, reader_zone
from webapp.request_session import current_session
from webapp.standing import forget_standing
from webapp.tasks.closed import find_task
from workflows.cases.dossier import dossier_of
from workflows.inbox.snoozing import snooze, wake

MORNING = time(7)


@blueprint.get("/tasks/<int:task_id>/snooze")
def choose_snooze(task_id: int) -> ResponseReturnValue:
    """The days to choose from."""
    session, now = current_session(), clock.now()
    task = find_task(session, task_id)
    tasks.load(session, task_id, actor=signed_in().person_id, now=now)
    today = now.astimezone(reader_zone()).date()
    return render_template(
        "inbox/snooze.html", task=task, dossier=dossier_of(session, task, now.date()), days=_days(today), today=today
    )


@blueprint.post("/tasks/<int:task_id>/snooze")
def snooze_task(task_id: int) -> ResponseReturnValue:
    """Set a task aside until the morning of a day, where the reader is."""
    session = current_session()
    find_task(session, task_id)
    day = _read_day(request.form.get("day") or request.form.get("other_day", ""))
    until = datetime.combine(day, MORNING, reader_zone()).astimezone(UTC)
    task = snooze(session, task_id, until=until, by=signed_in().person_id, now=clock.now())
    forget_standing()
    flash(f"“{task.name}” comes back to your inbox on {format_day(day)}. Until then it is under “Later”.", "success")
    return redirect(url_for("inbox.show_inbox"))


@blueprint.post("/tasks/<int:task_id>/snooze/end")
def wake_task(task_id: int) -> ResponseReturnValue:
    """Take a snoozed task back."""
    session = current_session()
    task = find_task(session, task_id)
    wake(session, task_id, by=signed_in().person_id)
    forget_standing()
    flash(f"“{task.name}” is in your inbox again.", "success")
    return redirect(url_for("inbox.show_inbox"))


def _days(today: date) -> list[tuple[str, date]]:
    monday = today + timedelta(days=7 - today.weekday())
    return [("Tomorrow", today + timedelta(days=1)), ("In three days", today + timedelta(days=3)), ("Monday", monday)]


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Rejection("Choose a day.") from None
