"""Launching a cycle: choose and look, confirm, launch."""

from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Rejection, clock, definitions, program_for
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles import blueprint
from webapp.cycles.choosing import STATUS_NAMES, TYPE_NAMES, Choice, describe_selection, find_people, read_choice
from webapp.errors import invalid
from webapp.paging import Paging, asked_page, offset_of
from webapp.request_session import current_session
from workflows.cycles.launching import launch
from workflows.cycles.outlook import foresee
from workflows.cycles.population import count_by_manager, preview
from workflows.cycles.processes import list_processes
from workflows.cycles.queries import list_cycles
from workflows.cycles.shipped import CLOSING_REVIEW, list_shipped, read_shipped
from workflows.people.accounts import HR
from workflows.people.values import Values, list_values
from workflows.routing.situations import SITUATIONS, tell_choices

PROBLEMS_A_PAGE = 10


@blueprint.get("/new")
@only_for(HR)
def show_launch() -> ResponseReturnValue:
    """Choose process, name, period and population, and see at once who would take part."""
    choice = read_choice(request.args, _today(), find_people)
    if request.headers.get("HX-Request") == "true":
        return render_template("cycles/preview.html", **_preview(choice, list_values(current_session(), _today())))
    return _launch_page(choice, errors={})


@blueprint.get("/new/confirmation")
@only_for(HR)
def show_confirmation() -> ResponseReturnValue:
    """What the launch will set off, before it happens."""
    choice = read_choice(request.args, _today(), find_people)
    if choice.errors:
        return invalid(_launch_page(choice, errors=choice.errors))
    session, now = current_session(), clock.now()
    definition = definitions.latest(session, choice.process)
    seen = preview(session, choice.population, _today())
    if not seen.participants:
        return _launch_page(choice, errors={})
    loads = [count for manager, count in count_by_manager(seen.participants).items() if manager is not None]
    return render_template(
        "cycles/confirmation.html",
        choice=choice,
        policies=tell_choices(choice.policies),
        definition=definition,
        count=len(seen.participants),
        problems=len(seen.problems),
        first=foresee(program_for(session, definition.id), len(seen.participants), now),
        managers=len(loads),
        heaviest=max(loads, default=0),
        described=describe_selection(choice.population, _name_units(list_values(session, _today()))),
        running=[cycle for cycle in list_cycles(session) if cycle.state == "running"],
        fields=[(name, value) for name, values in request.args.lists() for value in values],
    )


@blueprint.post("")
@only_for(HR)
def launch_cycle() -> ResponseReturnValue:
    """Launch; the first tasks are handed out by jobs while the progress page counts them."""
    choice = read_choice(request.form, _today(), find_people)
    if choice.errors:
        return invalid(_launch_page(choice, errors=choice.errors))
    session = current_session()
    if any(cycle.name == choice.name and cycle.state == "running" for cycle in list_cycles(session)):
        raise Rejection(
            f"“{choice.name}” is running already. If you have just launched it, you find it among the cycles; "
            "otherwise give the new one another name."
        )
    definition = definitions.latest(session, choice.process)
    cycle = launch(
        session,
        definition,
        name=choice.name,
        period=choice.period,
        selection=choice.selection,
        policies=choice.policies,
        by=signed_in().person_id,
        now=clock.now(),
    )
    flash(f"{cycle.name} is launched.", "success")
    return redirect(url_for("cycles.show_progress", cycle_id=cycle.id))


@blueprint.post("/processes/<package>")
@only_for(HR)
def publish(package: str) -> ResponseReturnValue:
    """Publish a process that comes with Reviewflow, so that cycles can be launched with it."""
    if package not in {process.package for process in list_shipped()}:
        abort(404)
    definition = definitions.deploy(current_session(), read_shipped(package), by=signed_in().person_id, now=clock.now())
    flash(f"{definition.name} is published.", "success")
    return redirect(url_for("cycles.show_launch", process=definition.key))


def _launch_page(choice: Choice, errors: dict[str, str]) -> str:
    session = current_session()
    processes = [process for process in list_processes(session) if process.key != CLOSING_REVIEW]
    published = {*(process.key for process in processes), CLOSING_REVIEW}
    values = list_values(session, _today())
    return render_template(
        "cycles/launch.html",
        choice=choice,
        errors=errors,
        processes=processes,
        unpublished=[process for process in list_shipped() if process.key not in published],
        values=values,
        status_names=STATUS_NAMES,
        type_names=TYPE_NAMES,
        situations=SITUATIONS.values(),
        **_preview(choice, values),
    )


def _preview(choice: Choice, values: Values) -> dict[str, Any]:
    page = asked_page()
    seen = preview(current_session(), choice.population, _today())
    begin = offset_of(page, PROBLEMS_A_PAGE)
    return {
        "seen": seen,
        "described": describe_selection(choice.population, _name_units(values)),
        "problems": seen.problems[begin : begin + PROBLEMS_A_PAGE],
        "paging": Paging(page, len(seen.problems), PROBLEMS_A_PAGE),
    }


def _name_units(values: Values) -> dict[str, str]:
    return {unit.id: unit.name for unit, _ in values.units}


def _today() -> date:
    return clock.now().date()
