"""The team of a manager."""

from flask import render_template
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.request_session import current_session
from webapp.team import blueprint
from workflows.cases.team import team_of

__all__ = ["blueprint"]


@blueprint.get("/team")
def show_team() -> ResponseReturnValue:
    """Everybody who reports to the reader, and where each review stands."""
    reader = signed_in().person_id
    return render_template("team/team.html", team=team_of(current_session(), reader, clock.now().date()), reader=reader)
