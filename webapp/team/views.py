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
    team = team_of(current_session(), reader, clock.now().date(), indirect=indirect, first=offset_of(page), limit=SIZE)
    paging = Paging(page, team.total)
    return render_template(
        "team/team.html", team=team.members, total=team.total, paging=paging, indirect=indirect, reader=reader
    )
