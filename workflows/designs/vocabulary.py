"""What a diagram can be made of here: the words that the designer offers, each with what people call it."""

import inspect
import itertools
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine import OWN, RUNS, InvalidDiagram, Rejection, handlers, known_variables, populations, read_diagram, read_xml
from engine.dmn import local_name
from engine.feel import Field
from workflows.cycles.processes import list_processes
from workflows.designs.files import diagram_path
from workflows.designs.form_questions import Question, list_compared
from workflows.designs.forms import READY, title_of
from workflows.designs.questions import list_parts
from workflows.people.committees import list_committees
from workflows.questionnaires.disclosure import READ_SINCE, READERS, WORDS
from workflows.questionnaires.kinds import KINDS
from workflows.routing.resolvers import ACTORS, GROUPS
from workflows.voting.following import ANSWERS
from workflows.voting.settings import CHOICES, LABELS, PATTERNS

POPULATIONS = {
    "participants": "each participant",
    "calibration groups": "each calibration group",
    "changed ratings": "each rating that was changed",
}
TYPES = {
    "string": "Text",
    "number": "Number",
    "boolean": "Yes or no",
    "date": "Date",
    "list": "List",
    "context": "Group of values",
}


def describe_approvals() -> dict[str, Any]:
    """The patterns of approval that several people share, the settings each asks for, and what is known afterwards."""
    return {
        "patterns": [
            {"name": one.name, "label": one.label, "help": one.help, "asks": one.asks, "settings": dict(one.settings)}
            for one in PATTERNS.values()
        ],
        "settings": [
            {
                "name": name,
                "label": label,
                "hint": hint,
                "options": [{"name": value, "label": text} for value, text in CHOICES.get(name, {}).items()],
            }
            for name, (label, hint) in LABELS.items()
        ],
        "answers": [{"name": name, "label": field.label} for name, field in ANSWERS.items()],
    }


def describe_vocabulary(session: Session, day: date) -> dict[str, Any]:
    """What every package can use, as JSON: see the keys. Steps are the kinds that run, with their events."""
    return {
        "steps": {kind: sorted(events) for kind, events in RUNS.items()},
        "actors": [
            {"name": actor.name, "label": actor.label, "argument": actor.argument, "several": actor.several}
            for actor in ACTORS.values()
        ],
        "approvals": describe_approvals(),
        "committees": [{"name": one.id, "label": one.name} for one in list_committees(session, day)],
        "groups": [{"name": name, "label": label} for name, label in GROUPS.items()],
        "populations": [{"name": name, "label": POPULATIONS.get(name, name)} for name in sorted(populations)],
        "handlers": [{"name": name, "label": say_handler(name)} for name in sorted(handlers)],
        "processes": [{"name": process.key, "label": process.name} for process in list_processes(session)],
        "parts": [
            {
                "name": part.name,
                "title": part.title,
                "closed": part.closed,
                "questions": [question.describe() for question in part.questions],
            }
            for part in list_parts()
        ],
        "types": [{"name": name, "label": label} for name, label in TYPES.items()],
        "variables": [
            {"name": name, "type": field.type, "label": field.label}
            for name, field in {**known_variables, **OWN}.items()
        ],
    }


def describe_package(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The forms and decision tables of a package that its steps can name; forms with the keys of their answers."""
    forms = [_form(path, content) for path, content in files.items() if path.startswith("forms/")]
    tables = [table for path, content in files.items() if path.endswith(".dmn") for table in _decisions(path, content)]
    ready = [{"name": name, "label": label} for name, label in READY.items()]
    return {"forms": forms, "decisions": tables, "ready": ready}


def describe_form_vocabulary(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a form of this package can be built of: kinds of questions, who can read answers and when, variables."""
    declared = declared_variables(files)
    return {
        "kinds": [asdict(kind) for kind in KINDS],
        "readers": [{"name": name, "label": WORDS[name]} for name in READERS],
        "states": [{"name": name, "label": label} for name, label in READ_SINCE.items()],
        "variables": [
            {"name": name, "type": field.type, "label": field.label}
            for name, field in itertools.chain(known_variables.items(), declared)
        ],
    }


def declared_variables(files: Mapping[str, bytes]) -> tuple[tuple[str, Field], ...]:
    """The variables that the diagram declares; none while it cannot be read."""
    path = diagram_path(files)
    try:
        return read_diagram(files[path], path).variables
    except InvalidDiagram:
        return ()


def say_handler(name: str) -> str:
    """What a handler does: the first sentence that is written on it."""
    function = handlers[name]
    return (inspect.getdoc(function) or function.__name__).partition("\n")[0].partition(". ")[0].rstrip(".")


def _form(path: str, content: bytes) -> dict[str, Any]:
    name = path.removeprefix("forms/").removesuffix(".json")
    label = title_of(content, name)
    questions = [describe_question(one) for one in list_compared(content)]
    return {"name": name, "label": label, "keys": sorted(set(_keys(orjson.loads(content)))), "questions": questions}


def describe_question(question: Question) -> dict[str, Any]:
    """A question as JSON, as conditions choose it: what its answer is compared by, with those that can be chosen."""
    options = [{"name": value, "label": label} for value, label in question.options]
    chosen = {"options": options} if options else {}
    return {"value": question.value, "label": question.label, "type": question.compared_as, **chosen}


def _keys(part: Any) -> list[str]:
    """The keys of the fields of a form, however deep; those of a list of rows are named by its path alone."""
    if isinstance(part, list):
        return [key for each in part for key in _keys(each)]
    if not isinstance(part, dict):
        return []
    if isinstance(part.get("path"), str):
        return [part["path"]]
    own = [part["key"]] if isinstance(part.get("key"), str) else []
    return own + _keys(part.get("components"))


def _decisions(path: str, content: bytes) -> list[dict[str, str]]:
    try:
        root = read_xml(content, path)
    except Rejection:
        return []
    file = path.removeprefix("decisions/").removesuffix(".dmn")
    return [
        {"name": element.get("id") or "", "label": element.get("name") or element.get("id") or "", "file": file}
        for element in root
        if local_name(element) == "decision"
    ]
