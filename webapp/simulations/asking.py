"""Asking for a dry run: of the cycle that is being prepared for launch, or of a draft."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import clock, definitions
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.cycles.choosing import Choice, describe_selection, find_people, read_choice
from webapp.errors import invalid
from webapp.numbers import read_number
from webapp.request_session import current_session
from webapp.simulations import blueprint
from workflows.cycles.population import preview
from workflows.designs.reading import get_design
from workflows.people.accounts import HR
from workflows.people.values import list_values
from workflows.simulation.assuming import usual_assumptions
from workflows.simulation.keeping import Wish, ask

QUESTIONS = {
    "minutes_a_day": ("Minutes a day that each person gives to their tasks", 1, 1440),
    "late": ("Of a hundred tasks, done only after their deadline", 0, 100),
    "never": ("Of a hundred tasks of one’s own, never done", 0, 100),
    "seed": ("Number for chance: the same number gives the same course again", 0, 999_999),
}
"""What can be assumed on the page: the question, the least and the most."""


@blueprint.get("/new")
@only_for(HR)
def show_new() -> ResponseReturnValue:
    """What would be played, and what is assumed."""
    return _new_page(_choice(request.args), _usual(request.args), errors={})


@blueprint.post("")
@only_for(HR)
def ask_for_one() -> ResponseReturnValue:
    """Ask for it, and watch."""
    choice = _choice(request.form)
    written = {name: request.form.get(name, "") for name in QUESTIONS}
    numbers = {name: _read(name, text) for name, text in written.items()}
    errors = {**choice.errors, **{name: _say(name) for name, number in numbers.items() if number is None}}
    if errors:
        return invalid(_new_page(choice, written, errors))
    session = current_session()
    design_id = _design_id(request.form)
    definition_id = None if design_id is not None else definitions.latest(session, choice.process).id
    assumed = _assumed({name: number or 0 for name, number in numbers.items()})
    wish = Wish(choice.name, choice.period, choice.population, assumed, definition_id, design_id)
    asked = ask(session, wish, by=signed_in().person_id, now=clock.now())
    return redirect(url_for("simulations.show", dry_run_id=asked.id))


def _read(name: str, text: str) -> int | None:
    _, least, most = QUESTIONS[name]
    try:
        number = read_number(text)
    except ValueError:
        return None
    return number if least <= number <= most else None


def _say(name: str) -> str:
    _, least, most = QUESTIONS[name]
    return f"Enter a whole number from {least} to {most:,}."


def _assumed(numbers: dict[str, int]) -> dict[str, Any]:
    late, never = numbers["late"] / 100, numbers["never"] / 100
    return {
        "minutes_a_day": numbers["minutes_a_day"],
        "seed": numbers["seed"],
        "work": {"late": late},
        "own_work": {"late": min(late, 1 - never), "never": never},
    }


def _usual(fields: MultiDict[str, str]) -> dict[str, str]:
    """What is usual for the process, in the words of the page."""
    found = usual_assumptions(fields.get("process", ""))
    usual = {
        "minutes_a_day": f"{found.minutes_a_day:.0f}",
        "late": f"{found.work.late * 100:.0f}",
        "never": f"{found.own_work.never * 100:.0f}",
        "seed": str(found.seed),
    }
    return {name: fields.get(name, value) for name, value in usual.items()}


def _design_id(fields: MultiDict[str, str]) -> int | None:
    return fields.get("design", None, type=read_number)


def _choice(fields: MultiDict[str, str]) -> Choice:
    """The choice of the launch page. A draft brings its own process, and both bring a name where none is written."""
    given = MultiDict(fields)
    design_id = _design_id(given)
    session = current_session()
    if design_id is not None:
        design = get_design(session, design_id)
        given["process"] = design.key
        given.setdefault("name", design.name)
    elif given.get("process") and not given.get("name", "").strip():
        given["name"] = definitions.latest(session, given["process"]).name
    return read_choice(given, _today(), find_people)


def _new_page(choice: Choice, written: dict[str, str], errors: dict[str, str]) -> str:
    session = current_session()
    design_id = _design_id(request.values)
    design = None if design_id is None else get_design(session, design_id)
    units = {unit.id: unit.name for unit, _ in list_values(session, _today()).units}
    passed_on = [(name, value) for name, values in request.values.lists() for value in values]
    return render_template(
        "simulations/new.html",
        choice=choice,
        design=design,
        definition=definitions.latest(session, choice.process) if choice.process and design is None else None,
        count=len(preview(session, choice.population, _today()).participants),
        described=describe_selection(choice.population, units),
        questions=QUESTIONS,
        written=written,
        errors=errors,
        fields=[
            (name, value) for name, value in passed_on if name not in {*QUESTIONS, "name", "csrf_token", "process"}
        ],
    )


def _today() -> date:
    return clock.now().date()
