"""The team of a manager."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.actor import signed_in
from webapp.paging import SIZE, Paging, asked_page, offset_of
from webapp.request_session import current_session
from webapp.team import blueprint
from workflows.cases.team import team_of

__all__ = ["blueprint"]


@blueprint.get("/team")
def show_team() -> ResponseReturnValue:
    """Who reports to the reader, on demand with everybody below them, and where each review stands."""
    reader, page, indirect = signed_in().person_id, asked_page(), request.args.get("all") == "yes"
    search, today = request.args.get("q", "").strip(), clock.now().date()
    team = team_of(current_session(), reader, today, indirect=indirect, name=search, first=offset_of(page), limit=SIZE)
    paging = Paging(page, team.total)
    return render_template("team/team.html", team=team, paging=paging, indirect=indirect, search=search, reader=reader)
