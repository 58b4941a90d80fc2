"""Reading what one was told, and going where it leads."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine import NotFound, Task, clock
from webapp.actor import signed_in
from webapp.notifications import blueprint, preferences
from webapp.request_session import current_session
from webapp.standing import count_unread
from workflows.notifications.models import ESCALATION, MENTION, Notification
from workflows.notifications.reading import find_alike, list_notifications, mark_read

__all__ = ["blueprint", "preferences"]

UNDER_THE_BELL = 7


@blueprint.get("/notifications")
def show_notifications() -> ResponseReturnValue:
    """What the reader was told, the newest first."""
    return render_template(
        "notifications/notifications.html",
        notifications=list_notifications(current_session(), signed_in().person_id),
        unread=count_unread(signed_in()),
    )


@blueprint.get("/notifications/latest")
def show_latest() -> ResponseReturnValue:
    """The newest few, for the list under the bell, with how many are not read."""
    return render_template(
        "notifications/latest.html",
        notifications=list_notifications(current_session(), signed_in().person_id, limit=UNDER_THE_BELL),
        unread=count_unread(signed_in()),
    )


@blueprint.post("/notifications/reading")
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    mark_read(current_session(), signed_in().person_id, clock.now())
    flash("All notifications are marked as read.", "success")
    return redirect(url_for("notifications.show_notifications"))


@blueprint.get("/notifications/<int:notification_id>")
def open_one(notification_id: int) -> ResponseReturnValue:
    """Go to what one is about: where the links in mails lead."""
    notification = _own(notification_id)
    return redirect(_target(notification, find_alike(current_session(), notification)))


@blueprint.post("/notifications/<int:notification_id>/reading")
def read_one(notification_id: int) -> ResponseReturnValue:
    """Mark one as read, with all that its line tells of, and go to what it is about."""
    session, notification = current_session(), _own(notification_id)
    alike = find_alike(session, notification)
    mark_read(session, notification.person_id, clock.now(), only=alike or [notification_id])
    return redirect(_target(notification, alike))


def _own(notification_id: int) -> Notification:
    notification = current_session().get(Notification, notification_id)
    if notification is None or notification.person_id != signed_in().person_id:
        raise NotFound("There is no such notification.")
    return notification


def _target(notification: Notification, alike: Sequence[int]) -> str:
    if alike and notification.task_id is not None:
        task = current_session().get_one(Task, notification.task_id)
        return url_for("inbox.show_inbox", cycle=task.root_id, step=task.step)
    # Whoever hears of a task that waits for somebody else cannot open it; their team page shows where it stands.
    if notification.kind == ESCALATION:
        return url_for("team.show_team")
    if notification.kind == MENTION and notification.case_id is not None:
        return url_for("cases.show_comments", case_id=notification.case_id)
    if notification.inquiry_id is not None:
        return url_for("asking.show_inquiry", inquiry_id=notification.inquiry_id)
    if notification.task_id is not None:
        return url_for("tasks.show_task", task_id=notification.task_id)
    return url_for("cases.show_my_review")
