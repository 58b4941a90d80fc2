"""Going on in a walk-through: handing in, changing a rating, letting time pass, jumping ahead, going back.

What is asked for is played with no transaction open, and kept at the end: nobody else waits while a stage is played on.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, Rejection, clock
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.errors import invalid
from webapp.forms import apply_buttons, read_submitted
from webapp.numbers import read_number
from webapp.presentation import format_day, reader_zone
from webapp.request_session import current_session, discard_changes, live_sessions
from webapp.walks import blueprint
from webapp.walks.playing import Attempt, render_task, render_walk
from workflows.people.accounts import HR
from workflows.people.search import name_people
from workflows.reviews.submitting import FormIncomplete
from workflows.walking import keeping, playing
from workflows.walking.acting import CHOICE, Act, Back, Change, Sent
from workflows.walking.advancing import DATE, END, PERSON, STEP, Goal
from workflows.walking.models import WalkStep
from workflows.walking.scene import look

MORNING = time(8)


@blueprint.post("/<int:walk_id>/tasks/<int:task_id>")
@only_for(HR)
def hand_in(walk_id: int, task_id: int) -> ResponseReturnValue:
    """Hand in a form, or vote, in somebody's role."""
    person_id, answers = request.form.get("_as", ""), read_submitted(request.form)
    if CHOICE in request.form:
        answers = {CHOICE: request.form[CHOICE]}
    elif apply_buttons(request.form, answers):
        return render_task(walk_id, task_id, person_id, Attempt(answers, {}))
    act = Act(task_id, person_id, answers)
    try:
        _play(walk_id, lambda last: playing.hand_in(last, act))
    except Conflict as conflict:
        return _went_on(walk_id, conflict)
    except FormIncomplete as incomplete:
        return invalid(render_task(walk_id, task_id, person_id, Attempt(answers, incomplete.checked.errors)))
    except Rejection as refusal:
        return invalid(render_task(walk_id, task_id, person_id, Attempt(answers, {}, str(refusal))))
    return redirect(url_for("walks.show", walk_id=walk_id))


@blueprint.post("/<int:walk_id>/tasks/<int:task_id>/sending-back")
@only_for(HR)
def send_back(walk_id: int, task_id: int) -> ResponseReturnValue:
    """Send a task back to an earlier step, in somebody's role."""
    form = request.form
    back = Back(task_id, form.get("to", ""), form.get("reason", "").strip(), form.get("_as", ""))
    if not back.to or not back.reason:
        missing = Attempt({}, {}, "Choose a step, and say what should be different.")
        return invalid(render_task(walk_id, task_id, back.by, missing))
    try:
        _play(walk_id, lambda last: playing.send_back(last, back))
    except Conflict as conflict:
        return _went_on(walk_id, conflict)
    return redirect(url_for("walks.show", walk_id=walk_id))


@blueprint.post("/<int:walk_id>/tasks/<int:task_id>/ratings/<int:case_id>")
@only_for(HR)
def change_rating(walk_id: int, task_id: int, case_id: int) -> ResponseReturnValue:
    """Change a rating in a calibration session, as whoever leads it."""
    person_id, reason = request.form.get("_as", ""), request.form.get("reason", "")
    change = Change(case_id, request.form.get("rating", 0, type=read_number), reason, person_id)
    try:
        _play(walk_id, lambda last: playing.calibrate(last, change))
    except Conflict as conflict:
        return _went_on(walk_id, conflict)
    except Rejection as refusal:
        return invalid(render_task(walk_id, task_id, person_id, Attempt({}, {}, str(refusal))))
    role: dict[str, Any] = {"as": person_id}
    return redirect(url_for("walks.show_task", walk_id=walk_id, task_id=task_id, **role))


@blueprint.post("/<int:walk_id>/messages")
@only_for(HR)
def send(walk_id: int) -> ResponseReturnValue:
    """Let a message or signal come in that the process waits for."""
    form = request.form
    try:
        sent = Sent(form.get("kind", ""), form.get("name", ""), form.get("key", ""), _read_data(form.get("data", "")))
        _play(walk_id, lambda last: playing.send(last, sent))
    except Conflict as conflict:
        return _went_on(walk_id, conflict)
    except Rejection as refusal:
        return invalid(render_walk(walk_id, str(refusal)))
    return redirect(url_for("walks.show", walk_id=walk_id))


def _read_data(text: str) -> dict[str, Any]:
    """Lines such as `lead = Ben` or `amount = 500`: what reads as JSON is that, everything else a text."""
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not name:
            raise Rejection(f"“{line[:60]}” is not understood. Write a name and its value, as: lead = Ben")
        try:
            found[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            found[name] = value
    return found


@blueprint.post("/<int:walk_id>/jump")
@only_for(HR)
def jump(walk_id: int) -> ResponseReturnValue:
    """Go on until it is somebody's turn, until a step, to the next date, or to the end; the rest is assumed."""
    try:
        goal = _read_goal(walk_id, request.form.get("goal", ""))
        _play(walk_id, lambda last: playing.jump(last, goal))
    except Conflict as conflict:
        return _went_on(walk_id, conflict)
    except Rejection as refusal:
        return invalid(render_walk(walk_id, str(refusal)))
    return redirect(url_for("walks.show", walk_id=walk_id))


def _read_goal(walk_id: int, text: str) -> Goal:
    kind, _, value = text.partition("-")
    session = current_session()
    if kind in (DATE, END):
        return Goal(kind)
    if kind == PERSON and (name := name_people(session, [value]).get(value)):
        return Goal(PERSON, value, name)
    last = keeping.latest_step(session, keeping.get_walk(session, walk_id, signed_in().person_id))
    with playing.stage_of(last) as factory, factory() as stage:
        steps = look(stage, last.at).program.diagram.steps
    if kind == STEP and value in steps:
        return Goal(STEP, value, steps[value].name)
    raise Rejection("Choose whose turn it shall be, or until which step the walk-through goes on.")


@blueprint.post("/<int:walk_id>/time")
@only_for(HR)
def travel(walk_id: int) -> ResponseReturnValue:
    """Let time pass: a day, until the next deadline is over, until something happens, until a day."""
    wish, day = request.form.get("until", ""), request.form.get("day", "")
    try:
        _play(walk_id, lambda last: playing.travel(last, *_read_moment(last, wish, day)))
    except Conflict as conflict:
        return _went_on(walk_id, conflict)
    except Rejection as refusal:
        return invalid(render_walk(walk_id, str(refusal)))
    return redirect(url_for("walks.show", walk_id=walk_id))


def _read_moment(last: WalkStep, until: str, day: str) -> tuple[datetime | None, str]:
    if until == "next":
        return None, "Time passes until something happens"
    if until == "day":
        return last.at + timedelta(days=1), "A day passes"
    if until == "deadline":
        with playing.stage_of(last) as factory, factory() as stage:
            due = look(stage, last.at).next_due
        if due is None:
            raise Rejection("No open task has a deadline that is still to come.")
        return due + playing.A_MINUTE, "Time passes until the next deadline is over"
    goal = _read_day(day)
    return datetime.combine(goal, MORNING, reader_zone()), f"Time passes until the morning of {format_day(goal)}"


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Rejection("Choose the day to go to.") from None


@blueprint.post("/<int:walk_id>/position")
@only_for(HR)
def go_back(walk_id: int) -> ResponseReturnValue:
    """Be again where the walk-through was after a step; what came later is forgotten."""
    number = request.form.get("number", -1, type=read_number)
    keeping.go_back(current_session(), walk_id, number, by=signed_in().person_id, now=clock.now())
    flash("You are back at the launch." if number == 0 else "You are back. What came later is forgotten.", "success")
    return redirect(url_for("walks.show", walk_id=walk_id))


def _play(walk_id: int, play: Callable[[WalkStep], WalkStep]) -> None:
    """Go on from the step that the form was drawn at."""
    discard_changes()
    by = signed_in().person_id
    number = request.form.get("_number", -1, type=read_number)
    step = play(keeping.fetch(live_sessions(), walk_id, number, by=by))
    keeping.keep_step(current_session(), walk_id, step, by=by, now=clock.now())


def _went_on(walk_id: int, conflict: Conflict) -> ResponseReturnValue:
    discard_changes()
    return render_walk(walk_id, str(conflict)), 409
