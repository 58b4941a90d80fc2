"""All cycles at a glance."""

from flask import render_template
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.request_session import current_session
from workflows.cycles.overview import summarise_cycles
from workflows.people.accounts import HR


@blueprint.get("")
@only_for(HR)
def show_cycles() -> ResponseReturnValue:
    """Every cycle with its state, how far it is, and its dates."""
    summaries = summarise_cycles(current_session(), clock.now(), viewer=signed_in().person_id)
    running = [summary for summary in summaries if summary.cycle.state == "running"]
    ended = [summary for summary in summaries if summary.cycle.state != "running"]
    return render_template("cycles/list.html", running=running, ended=ended)
