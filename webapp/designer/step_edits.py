"""What the forms of the step list ask for, as edits of the diagram with the words that the list of changes keeps."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from engine import NotFound, Rejection
from workflows.designs import asking
from workflows.designs.checking import can_be
from workflows.designs.form_questions import Question
from workflows.designs.outline import Outline, Ways, changing, deciding, settings, ways
from workflows.designs.outline.conditions import (
    COMPARISONS,
    Comparison,
    Condition,
    signs_for,
    write_condition,
    write_value,
)
from workflows.designs.outline.deciding import Answer, variable_for
from workflows.designs.outline.weaving import Draft
from workflows.designs.outline.words import Words
from workflows.designs.questions import OF_AN_ACTOR, REMINDERS, TICK, TIME, list_questions
from workflows.voting import settings as voting

Form = MultiDict[str, str]
Change = Callable[[Draft], str]
Known = Mapping[str, Question]
UNITS = {"D": "P{}D", "W": "P{}W", "H": "PT{}H", "N": "{} working days"}
MOST_ROWS = 20
IS = {"number": "is a number", "boolean": "is answered with yes or no"}
"""What answers without choices are, by their type; all others are text."""

ASKING = (changing.CONDITION, changing.STOP)
"""What is added under a condition, which is chosen at the same time."""


class Unfit(Rejection):
    """A condition compares an answer with what it can never be."""

    def __init__(self, question: Question, compared: str) -> None:
        answers = " or ".join(f"“{label}”" for _, label in question.options)
        has = f"is answered with {answers}" if answers else IS.get(question.compared_as, "is text")
        super().__init__(f"“{question.label or question.key}” {has}, so it cannot be asked whether it {compared}.")


def read_edit(form: Form, outline: Outline, known: Known) -> tuple[Change, str]:
    """The edit that a form asks for, and what it is in words.

    `known` are the values of conditions, by their names there. Raises NotFound for an edit that there is not.
    """
    read = EDITS.get(form.get("edit", ""))
    if read is None:
        raise NotFound("There is no such change. Reload the page and try again.")
    return read(form, outline, known)


def read_time(form: Form, name: str) -> str:
    """A time from a number and a unit, or as it was written where it is neither. Raises Rejection for any other."""
    written = form.get(f"{name}-text")
    if written is not None:
        return written.strip()
    number = form.get(name, "").strip()
    if not number:
        return ""
    if not re.fullmatch(r"[1-9]\d{0,3}", number, re.ASCII):
        raise Rejection(f"“{number[:20]}” is no time. Write a whole number from 1 to 9999.")
    unit = form.get(f"{name}-unit", "D")
    return "1 working day" if (number, unit) == ("1", "N") else UNITS.get(unit, UNITS["D"]).format(number)


def read_condition(form: Form, outline: Outline, known: Known) -> tuple[str, list[Answer]]:
    """A condition from rows of name, sign and value, or as FEEL where it was written; with the answers it asks for.

    Raises Unfit for what no answer can be compared with.
    """
    if "feel" in form:
        return form["feel"].strip(), []
    chosen = [form.get(f"name-{at}", "").strip() for at in range(MOST_ROWS)]
    answers = {name: _with_type(answer, known.get(name)) for name in chosen if (answer := Answer.of(name))}
    names = {name: variable_for(outline, answer) for name, answer in answers.items()}
    rows = [
        _row(names.get(name, name), form.get(f"sign-{at}", "="), form.get(f"value-{at}", ""), known.get(name))
        for at, name in enumerate(chosen)
        if name
    ]
    return write_condition(Condition(tuple(rows), "or" if form.get("join") == "or" else "and")), list(answers.values())


def _with_type(answer: Answer, question: Question | None) -> Answer:
    return answer if question is None else replace(answer, type=question.compared_as, label=question.label)


def _row(name: str, sign: str, written: str, question: Question | None) -> Comparison:
    """One row; an answer that is chosen by what people read is meant by its value. Raises Unfit."""
    text = written.strip()
    if question is None:
        return Comparison(name, sign, write_value(text, ""))
    by_label = {label.casefold(): value for value, label in question.options}
    value = write_value(by_label.get(text.casefold(), text), question.compared_as)
    row = Comparison(name, sign, value)
    if sign not in signs_for(question.compared_as) or not can_be(question, row):
        raise Unfit(question, f"{COMPARISONS.get(sign, sign)} “{text}”")
    return row


def named(outline: Outline, step: str) -> str:
    """What a step or a block is called, in quotation marks."""
    found, entry = outline.diagram.steps.get(step), outline.entries.get(step)
    if isinstance(entry, Ways):
        return f"“{Words().block(entry)}”"
    return f"“{found.name}”" if found else "a step"


def _add(form: Form, outline: Outline, known: Known) -> tuple[Change, str]:
    name = " ".join(form.get("name", "").split())
    place, kind, actor = form.get("place", ""), form.get("kind", ""), form.get("actor", "")
    condition, answers = read_condition(form, outline, known) if kind in ASKING else ("", [])

    def change(draft: Draft) -> str:
        shown = changing.add_step(draft, place, kind, name, actor)
        if kind == "machine":
            settings.set_settings(draft, shown, {"handler": form.get("handler", "")})
        return _under(draft, draft.sheet.out_of(shown)[0], condition, answers) if condition else shown

    return change, f"Added “{name}”" if name else "Added a step"


def _move(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step = form.get("step", "")
    words = f"Moved {named(outline, step)}"
    if form.get("place"):
        return lambda draft: changing.move_to(draft, step, form["place"]), words
    direction = changing.UP if form.get("direction") == changing.UP else changing.DOWN
    return lambda draft: changing.move(draft, step, direction), f"{words} {direction}"


def _remove(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step = form.get("step", "")
    return lambda draft: changing.remove(draft, step), f"Took {named(outline, step)} away"


def _wrap(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step, how = form.get("step", ""), form.get("how", "")
    said = {"condition": "a condition", "parallel": "a step at the same time", "each": "a group for each participant"}
    return lambda draft: changing.wrap(draft, step, how), f"Added {said.get(how, 'a block')} to {named(outline, step)}"


def _way(form: Form, outline: Outline, known: Known) -> tuple[Change, str]:
    step, name = form.get("step", ""), " ".join(form.get("name", "").split())
    condition, answers = read_condition(form, outline, known)

    def change(draft: Draft) -> str:
        task = ways.add_way(draft, step, name, form.get("actor", ""))
        return _under(draft, draft.sheet.into(task)[0], condition, answers) or task

    return change, f"Added a way to {named(outline, step)}"


def _under(draft: Draft, flow: str, condition: str, answers: list[Answer]) -> str:
    """Let a way be taken under a condition that was chosen; returns its gateway, "" where nothing was chosen."""
    for answer in answers:
        deciding.keep(draft, answer)
    return deciding.set_condition(draft, flow, condition) if condition else ""


def _remove_way(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step, flow = form.get("step", ""), form.get("flow", "")
    return lambda draft: ways.remove_way(draft, step, flow), f"Took a way of {named(outline, step)} away"


def _condition(form: Form, outline: Outline, known: Known) -> tuple[Change, str]:
    flow, (condition, answers) = form.get("flow", ""), read_condition(form, outline, known)
    if not condition:
        raise NotFound("Say when this way is taken. To do without it, take the way away.")
    return lambda draft: _under(draft, flow, condition, answers), f"Changed a condition to: {condition}"


def _reject(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step = form.get("step", "")
    of_reward = any(one.settings.get("form") == asking.PROPOSAL_FORM for one in outline.diagram.steps.values())
    return lambda draft: asking.end_when_rejected(
        draft, step, of_reward=of_reward
    ), f"Let it end when {named(outline, step)} says no"


def _back(form: Form, outline: Outline, known: Known) -> tuple[Change, str]:
    place, target = form.get("place", ""), form.get("target", "")
    condition, answers = read_condition(form, outline, known)
    if not condition:
        raise NotFound("Choose when it goes back.")

    def change(draft: Draft) -> str:
        for answer in answers:
            deciding.keep(draft, answer)
        return ways.go_back(draft, place, target, condition)

    return change, f"Added a way back to {named(outline, target)}"


def _border(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step, time, stops = form.get("step", ""), read_time(form, "late") or "P7D", form.get("stops") == "yes"
    return lambda draft: settings.add_border(
        draft, step, time, stops=stops
    ), f"Said what happens when {named(outline, step)} takes too long"


def _border_time(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    event, time = form.get("event", ""), read_time(form, "late")
    return lambda draft: settings.set_time(
        draft, event, time
    ), f"Changed how long it takes until {named(outline, event)}"


def _remove_border(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step, event = form.get("step", ""), form.get("event", "")
    return lambda draft: settings.remove_border(draft, step, event), f"Took {named(outline, event)} away"


def _settings(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step = form.get("step", "")
    values = {name: form[name].strip() for name in ("handler", "decision", "result", *voting.SETTINGS) if name in form}
    if "actor" in form:
        actor = form["actor"]
        values |= {"actor": actor, "actorArgument": form.get(f"argument-{actor}", "").strip()}
        values |= dict(_answered(form, actor))

    def change(draft: Draft) -> str:
        settings.set_texts(draft, step, " ".join(form.get("name", "").split()), form.get("documentation", "").strip())
        settings.set_settings(draft, step, values)
        if "set-name-0" in form:
            settings.set_answers(draft, step, _answers(form))
        _set_more(draft, step, form)
        return step

    return change, f"Changed {named(outline, step)}"


def _answered(form: Form, actor: str) -> Iterator[tuple[str, str]]:
    """The answers to the questions about a step that people do. What is not asked any more is taken away."""
    for question in list_questions():
        name = question.name
        if question.only in OF_AN_ACTOR and actor != question.only:
            yield name, ""
        elif question.kind == TICK:
            yield name, question.value if name in form else ""
        elif question.kind == TIME and (name in form or f"{name}-text" in form):
            yield name, read_time(form, name)
        elif name in form:
            yield name, _reminders(form[name]) if question.kind == REMINDERS else form[name].strip()


def _answers(form: Form) -> list[tuple[str, str]]:
    rows = [
        (form.get(f"set-name-{at}", "").strip(), form.get(f"set-value-{at}", "").strip()) for at in range(MOST_ROWS)
    ]
    return [(name, value) for name, value in rows if name and value]


def _pattern(form: Form, outline: Outline, _known: Known) -> tuple[Change, str]:
    step, pattern = form.get("step", ""), form.get("vote", "")
    return lambda draft: settings.set_pattern(draft, step, pattern), f"Changed who decides {named(outline, step)}"


def _set_more(draft: Draft, step: str, form: Form) -> None:
    """What only some kinds of steps have."""
    if "time" in form or "time-text" in form:
        settings.set_time(draft, step, read_time(form, "time"))
    if "script" in form:
        settings.set_script(draft, step, form["script"].strip())
    if "over" in form:
        closes, sequential = "closes" in form, "sequential" in form
        settings.set_population(draft, step, form["over"], closes=closes, sequential=sequential)
    if form.get("repeats") and (form["repeats"], form.get("repeats-text", "")) != (
        form.get("repeated"),
        form.get("repeated-text"),
    ):
        settings.set_repetition(draft, step, form["repeats"], form.get("repeats-text", "").strip())


def _reminders(text: str) -> str:
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    return " ".join(f"P{part}D" if part.isdecimal() else part for part in parts)


EDITS: dict[str, Callable[[Form, Outline, Known], tuple[Change, str]]] = {
    "add": _add,
    "move": _move,
    "remove": _remove,
    "wrap": _wrap,
    "way": _way,
    "remove_way": _remove_way,
    "condition": _condition,
    "back": _back,
    "reject": _reject,
    "border": _border,
    "border_time": _border_time,
    "remove_border": _remove_border,
    "pattern": _pattern,
    "settings": _settings,
}
