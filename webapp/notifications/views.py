"""Reading what one was told, and going where it leads."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from engine.errors import NotFound
from webapp.actor import signed_in
from webapp.notifications import blueprint
from webapp.request_session import current_session
from webapp.standing import count_unread
from workflows.notifications.models import ESCALATION, Notification
from workflows.notifications.reading import list_notifications, mark_read

__all__ = ["blueprint"]


@blueprint.get("/notifications")
def show_notifications() -> ResponseReturnValue:
    """What the reader was told, the newest first."""
    return render_template(
        "notifications/notifications.html",
        notifications=list_notifications(current_session(), signed_in().person_id),
        unread=count_unread(signed_in()),
    )


@blueprint.post("/notifications/reading")
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    mark_read(current_session(), signed_in().person_id, clock.now())
    flash("All notifications are marked as read.", "success")
    return redirect(url_for("notifications.show_notifications"))


@blueprint.post("/notifications/<int:notification_id>/reading")
def read_one(notification_id: int) -> ResponseReturnValue:
    """Mark one as read and go to what it is about."""
    session, reader = current_session(), signed_in().person_id
    notification = session.get(Notification, notification_id)
    if notification is None or notification.person_id != reader:
        raise NotFound("There is no such notification.")
    mark_read(session, reader, clock.now(), notification_id=notification_id)
    return redirect(_target(notification))


def _target(notification: Notification) -> str:
    # Whoever hears of a task that waits for somebody else cannot open it; their team page shows where it stands.
    if notification.kind == ESCALATION:
        return url_for("team.show_team")
    if notification.task_id is not None:
        return url_for("tasks.show_task", task_id=notification.task_id)
    return url_for("cases.show_my_review")
