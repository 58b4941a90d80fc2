"""The step list: a design as a numbered outline that is changed by choosing words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import ERROR, Conflict, InvalidDiagram, NotFound, Rejection, clock, definitions
from webapp.access import only_for
from webapp.actor import signed_in
from webapp.designer import blueprint
from webapp.designer.form_edits import read_form_edit
from webapp.designer.outlining import Line, Part, every_line, places_for, write_lines
from webapp.designer.step_answers import about_form, at_steps, known_values, list_answers, rejection_at, split_questions
from webapp.designer.step_edits import named, read_edit
from webapp.errors import invalid
from webapp.request_session import current_session, discard_changes
from workflows.designs import presence, steps
from workflows.designs.files import diagram_path
from workflows.designs.form_questions import Question
from workflows.designs.naming import name_files
from workflows.designs.outline import Doing, Outline, read_outline
from workflows.designs.outline.changing import DOWN, END, STOP, UP, can_end, is_aside, next_place
from workflows.designs.outline.conditions import COMPARISONS, WITHOUT_ORDER, Comparison, parse_condition
from workflows.designs.outline.settings import SETTINGS, can_be_late
from workflows.designs.outline.ways import earlier
from workflows.designs.outline.words import Words, say_time
from workflows.designs.reading import files_of, get_design
from workflows.designs.vocabulary import describe_package, describe_vocabulary
from workflows.people.accounts import HR

KINDS = (
    ("person", "A step for a person"),
    ("parallel", "Two steps at the same time"),
    ("condition", "A step under a condition"),
    ("each", "Steps for each participant"),
    ("wait", "A wait"),
    ("table", "Ask a decision table"),
    ("machine", "A step that Reviewflow does"),
    ("stop", "An end under a condition"),
    ("end", "The process ends here"),
)
"""What can be added, by the names of `workflows.designs.outline.changing.KINDS`."""

KEYS = (
    ("Next step at which something is noted", "n"),
    ("Undo", "u"),
    ("Do again", "r"),
    ("Move the open step", "Alt and an arrow"),
    ("Close the open step", "Esc"),
)
TIME_UNITS = (("D", "days"), ("N", "working days"), ("W", "weeks"), ("H", "hours"))


@dataclass(frozen=True)
class Open:
    """What of the list is open to be changed: a step by its id, or a place by its key."""

    step: str = ""
    place: str = ""


@blueprint.get("/<int:design_id>/steps")
@only_for(HR)
def show_steps(design_id: int) -> ResponseReturnValue:
    """The step list; one step or one place of it may be open."""
    if get_design(current_session(), design_id).archived_at is not None:
        return redirect(url_for("designer.show_design", design_id=design_id))
    return _steps_page(design_id, Open(request.args.get("open", ""), request.args.get("add", "")))


@blueprint.post("/<int:design_id>/steps")
@only_for(HR)
def edit_steps(design_id: int) -> ResponseReturnValue:
    """Do one edit, then show what it was about."""
    session, by, now = current_session(), signed_in().person_id, clock.now()
    revision = request.form.get("revision", 0, type=int)
    try:
        shown = _do_edit(session, design_id, revision, by, now)
        presence.report(session, design_id, diagram_path(files_of(session, design_id)), by=by, now=now)
    except (Conflict, Rejection) as refusal:
        discard_changes()
        return invalid(_refused_page(design_id, refusal))
    edit = request.form.get("edit")
    shown = "" if edit == "remove" else shown
    asks = "yes" if edit == "ask" else None
    return redirect(url_for("designer.show_steps", design_id=design_id, open=shown or None, asks=asks), 303)


def _refused_page(design_id: int, refusal: Rejection) -> str:
    """The page as it was, with what was written to add a step or a question."""
    form, edit = request.form, request.form.get("edit")
    is_open = Open(form.get("step", ""), form.get("place", "") if edit == "add" else "")
    return _steps_page(design_id, is_open, refusal, typed=form if edit in ("add", "ask") else {})


def _do_edit(session: Session, design_id: int, revision: int, by: str, now: datetime) -> str:
    """Do the edit that was asked for, of the diagram or of a form with it; returns what should be looked at next."""
    files = files_of(session, design_id)
    outline = read_outline(files[diagram_path(files)])
    save = partial(steps.edit_steps, session, design_id, based_on=revision, by=by, now=now)
    if found := read_form_edit(request.form, named(outline, request.form.get("step", ""))):
        return save(found[0].settle, found[1], asking=found[0].write)
    vocabulary = _with_variables(describe_vocabulary(session, now.date()), outline)
    return save(*read_edit(request.form, outline, known_values(outline, files, vocabulary["variables"])))


@blueprint.post("/<int:design_id>/steps/history")
@only_for(HR)
def step_through_history(design_id: int) -> ResponseReturnValue:
    """Undo the last edit, or do it again."""
    session, by, now = current_session(), signed_in().person_id, clock.now()
    revision = request.form.get("revision", 0, type=int)
    again = request.form.get("direction") == "redo"
    try:
        go = steps.redo if again else steps.undo
        words = go(session, design_id, based_on=revision, by=by, now=now)
    except (Conflict, NotFound) as refusal:
        discard_changes()
        return invalid(_steps_page(design_id, Open(), refusal))
    flash(f"{'Done again' if again else 'Undone'}: {words}.", "success")
    return redirect(url_for("designer.show_steps", design_id=design_id), 303)


def _find_open(lines: Part, element: str) -> Line | None:
    """The line of an element, or the one at which what is noted of it stands: a way, or an event at a step."""
    every = list(every_line(lines))
    noted = (one for one in every if any(finding.id == element for finding in one.findings))
    return next((one for one in every if one.id == element), None) or next(noted, None)


def _find_next_noted(lines: Part, opened: str) -> str:
    """The line after the open one at which something is noted, what stands against publishing before all else."""
    noted = [one for one in every_line(lines) if one.findings]
    stopping = [one for one in noted if any(finding.severity == ERROR for finding in one.findings)]
    order = [one.id for one in every_line(lines)]
    found = [one.id for one in stopping or noted if one.id != opened]
    after = [one for one in found if opened in order and order.index(one) > order.index(opened)]
    return next(iter(after or found), "")


def _steps_page(
    design_id: int, is_open: Open, problem: Rejection | None = None, typed: Mapping[str, str] | None = None
) -> str:
    session = current_session()
    design, files = get_design(session, design_id), files_of(session, design_id)
    inspection = definitions.inspect(session, files, clock.now(), drawing=True)
    shared = {"design": design, "inspection": inspection, "problem": problem, "typed": typed or {}}
    try:
        outline = read_outline(files[diagram_path(files)])
    except InvalidDiagram as unreadable:
        return render_template("designer/steps.html", **shared, unreadable=unreadable.findings)
    vocabulary = _with_variables(describe_vocabulary(session, clock.now().date()) | describe_package(files), outline)
    findings = at_steps(inspection.findings, outline)
    lines = write_lines(outline, Words.of(vocabulary), findings)
    line = _find_open(lines, is_open.step)
    is_open = is_open if line is None else replace(is_open, step=line.id)
    known = {element for one in every_line(lines) for element in (finding.id for finding in one.findings)}
    return render_template(
        "designer/steps.html",
        **shared,
        part=lines,
        outline=outline,
        is_open=is_open,
        page_keys=KEYS,
        next_noted=_find_next_noted(lines, is_open.step),
        history=steps.history(session, design_id, by=signed_in().person_id),
        colleagues=presence.others(session, design_id, than=signed_in().person_id, now=clock.now()),
        named=name_files(files),
        others=[finding for finding in findings if finding.id not in known],
        vocabulary=vocabulary,
        units=TIME_UNITS,
        signs=COMPARISONS,
        without_order=WITHOUT_ORDER,
        answers=list_answers(outline, files),
        known=known_values(outline, files, vocabulary["variables"]),
        does_nothing=not any(step.kind.endswith("Task") for step in outline.diagram.steps.values()),
        asks="asks" in request.args,
        **(_about(outline, lines, line) | about_form(line, outline, files) | split_questions(line) if line else {}),
        **(_back_from(outline, files, line.after) if line and line.after else {}),
        **(_around(outline, files, is_open.place) if is_open.place in outline.places else {}),
    )


def _around(outline: Outline, files: Mapping[str, bytes], place: str) -> dict[str, Any]:
    """What the form to add a step needs: what can be added, and where and when it may go back from there."""
    able = {END: can_end(outline, place), STOP: not is_aside(outline, place)}
    kinds = [kind for kind in KINDS if able.get(kind[0], True)]
    return {"kinds": kinds, **_back_from(outline, files, place)}


def _back_from(outline: Outline, files: Mapping[str, bytes], place: str) -> dict[str, Any]:
    """Where it can go back from a place, and where and when it usually does: before a decision that was to reject."""
    before = earlier(outline, place)
    by_people = [one.id for one in before[:-1] if isinstance(one, Doing) and one.step.kind == "userTask"]
    usual = by_people[-1] if by_people else before[-1].id if before else ""
    return {"earlier": before, "back_to": usual, "decision": rejection_at(before[-1], files) if before else None}


def _about(outline: Outline, lines: Part, line: Line) -> dict[str, Any]:
    """What the form of the open step needs."""
    element = line.entry
    return {
        "line": line,
        "targets": places_for(lines, line) if line.after else [],
        "up": next_place(outline, element, UP) is not None,
        "down": next_place(outline, element, DOWN) is not None,
        "can_be_late": isinstance(element, Doing) and can_be_late(element),
        "settings": SETTINGS.get(line.kind, ()),
        "documentation": _documentation(outline, line.id),
        "can_end": line.after and not is_aside(outline, line.after),
        "own_name": _own_name(outline, line.id),
        "people": [
            {"name": step.id, "label": step.name}
            for step in outline.diagram.steps.values()
            if step.kind == "userTask" and step.id != line.id
        ],
    }


def _documentation(outline: Outline, step: str) -> str:
    for element in outline.diagram.root.iter("{*}documentation"):
        around = element.getparent()
        if around is not None and around.get("id") == step:
            return element.text or ""
    return ""


def _own_name(outline: Outline, step: str) -> str:
    """The name that the file gives to an element; "" where it gives none."""
    found = next((element for element in outline.diagram.root.iter("*") if element.get("id") == step), None)
    return "" if found is None else found.get("name", "")


def _with_variables(vocabulary: dict[str, Any], outline: Outline) -> dict[str, Any]:
    """The vocabulary with what the process declares and what its steps set, as the diagram's panel offers it."""
    found = {one["name"]: one for one in vocabulary["variables"]}
    for step in outline.diagram.steps.values():
        for name in (*(name for name, _ in step.sets), step.settings.get("result", "")):
            found.setdefault(name, {"name": name, "type": "Any", "label": ""})
    for name, field in outline.diagram.variables:
        found[name] = {"name": name, "type": field.type, "label": field.label}
    return vocabulary | {
        "variables": sorted((one for one in found.values() if one["name"]), key=lambda one: one["name"])
    }


@blueprint.app_template_filter("as_condition")
def as_condition(text: str | None) -> object:
    """The rows of a condition; none for FEEL that is no row of comparisons."""
    return parse_condition(text or "")


@blueprint.app_template_filter("as_answer")
def as_answer(row: Comparison | None, known: Mapping[str, Question]) -> str:
    """The value of a row as people read it: by the label of the answer that is chosen."""
    if row is None:
        return ""
    labels = dict(known[row.name].options) if row.name in known else {}
    return labels.get(row.text, row.text)


@blueprint.app_template_filter("as_reminders")
def as_reminders(text: str | None) -> str:
    """Reminders as days before: “7, 1” for “P7D P1D”; what is not written in days as it is."""
    parts = (text or "").split()
    days = [found[1] for part in parts if (found := re.fullmatch(r"P(\d+)D", part, re.ASCII))]
    return ", ".join(days) if len(days) == len(parts) else text or ""


@blueprint.app_template_filter("as_time")
def as_time(text: str | None) -> tuple[str, str] | None:
    """A duration as a number and a unit of `TIME_UNITS`; None for what is written in another way."""
    words = say_time(text or "").replace("working day", "working-day").split()
    units = {"day": "D", "week": "W", "hour": "H", "working-day": "N"}
    if not text:
        return "", "D"
    if len(words) == 2 and words[0].isdecimal() and words[1].rstrip("s") in units:
        return words[0], units[words[1].rstrip("s")]
    return None
