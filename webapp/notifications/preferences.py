"""What a person wants to be told, how, and when not."""

from datetime import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.notifications import blueprint
from webapp.request_session import current_session
from workflows.notifications.planning import choose
from workflows.notifications.post import is_set_up
from workflows.notifications.preferences import KINDS, MORNING, WAYS, Preferences, preferences_of


@blueprint.get("/notifications/preferences")
def show_preferences() -> ResponseReturnValue:
    """What the reader has chosen."""
    reader = signed_in().person_id
    return _page(preferences_of(current_session(), [reader])[reader])


@blueprint.post("/notifications/preferences")
def choose_preferences() -> ResponseReturnValue:
    """Keep what the reader chooses; it applies to what waits to be sent, too."""
    try:
        quiet = [time.fromisoformat(request.form.get(name, "")) for name in ("quiet_from", "quiet_to")]
    except ValueError:
        reader = signed_in().person_id
        chosen = preferences_of(current_session(), [reader])[reader]
        return invalid(_page(chosen, "Write both times of the quiet hours, for instance 19:00 and 07:00."))
    ways = {kind: request.form.get(f"way_{kind}", "") for kind in KINDS}
    chosen = Preferences(ways, quiet[0], quiet[1], on_days_off=bool(request.form.get("on_days_off")))
    choose(current_session(), signed_in().person_id, chosen, clock.now())
    flash("Your choice is kept.", "success")
    return redirect(url_for("notifications.show_preferences"))


def _page(chosen: Preferences, problem: str = "") -> str:
    return render_template(
        "notifications/preferences.html",
        kinds=KINDS,
        ways=WAYS,
        chosen=chosen,
        morning=MORNING,
        is_set_up=is_set_up(current_session()),
        problem=problem,
    )
