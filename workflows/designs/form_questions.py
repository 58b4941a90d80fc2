"""The questions of a form in a design, for people who do not build it question by question: what it asks, one more."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine import Rejection
from workflows.designs.parts import LONGEST_TITLE, check_title
from workflows.questionnaires.kinds import KINDS

LONGEST_KEY = 40
CHOICES = ("radio", "select")
"""The kinds of which one answer is chosen: their answers can be chosen in conditions, too."""

QUICK = ("textarea", "textfield", "radio", "checkbox", "number", "datetime", "rating", "goals")
"""The kinds that a step list offers; the form builder has all of them."""

TYPES = {"number": "number", "rating": "number", "checkbox": "boolean", "checklist": "list", "datetime": "date"}
"""The types of answers in conditions, by the kind of their question; all others are text."""

COMPARED = ("string", "number", "boolean", "money")
"""The types of answers that a condition can compare with a value."""

SKIP = "skip"
HIDDEN_WHEN_SKIPPED = f"={SKIP} = true"
"""The key of the answer that a step is skipped, and the condition under which other questions are not asked."""

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
INDENTED = orjson.OPT_INDENT_2


@dataclass(frozen=True)
class Question:
    """One question of a form: its key, what it asks, the type of its answer, and those that can be chosen by value."""

    key: str
    label: str
    type: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def value(self) -> str:
        """What a condition compares, as an expression: of an amount of money its number."""
        return f"{self.key}.amount" if self.type == "money" else self.key

    @property
    def compared_as(self) -> str:
        """The type of that value."""
        return "number" if self.type == "money" else self.type


def read_form(content: bytes) -> dict[str, Any]:
    """A form that is going to be changed, with its questions and its contract. Raises Rejection for one in shreds."""
    form = orjson.loads(content)
    if isinstance(form, dict):
        questions = form.setdefault("components", [])
        is_sound = isinstance(questions, list) and all(isinstance(one, dict) for one in questions)
        if is_sound and isinstance(form.setdefault("properties", {}), dict):
            return form
    raise Rejection("This form cannot be read. Choose another form for the step.")


def list_form_questions(content: bytes) -> list[Question]:
    """The questions of a form in its order, each key once; those of rows are left out. A form in shreds has none."""
    try:
        form = orjson.loads(content)
    except orjson.JSONDecodeError:
        return []
    return list({found.key: found for found in _questions(form)}.values())


def list_compared(content: bytes) -> list[Question]:
    """The questions whose answers a condition can ask for: of a type that it compares, by a name that it can say."""
    return [one for one in list_form_questions(content) if one.type in COMPARED and _NAME.fullmatch(one.key)]


def kinds() -> list[tuple[str, str]]:
    """The kinds of questions that a step list offers, each with what people call it."""
    labels = {kind.type: kind.label for kind in KINDS}
    return [(kind, labels[kind]) for kind in QUICK]


def add_question(
    content: bytes, label: str, kind: str, *, choices: Sequence[str] = (), required: bool = False
) -> bytes:
    """The form with one more question at its end.

    Raises UnfitTitle for an empty question, a Rejection for a kind that is not offered or a choice of nothing, and what
    `read_form` raises.
    """
    label = check_title(label, "question", "What went well this quarter?")
    found = next((one for one in KINDS if one.type == kind and kind in QUICK), None)
    if found is None:
        raise Rejection("There is no such kind of question. Choose one of the list.")
    form = read_form(content)
    key = _free_key(label, {question.key for question in list_form_questions(content)})
    added = {**found.start, "type": kind, "id": f"question_{key}", "key": key}
    added["dateLabel" if kind == "datetime" else "label"] = label
    if kind in CHOICES:
        added["values"] = _values(choices)
    added["validate"] = {**added.get("validate", {}), "required": required}
    asked = form["components"]
    # A form that can be skipped asks that last, and nothing else when it is.
    skip = next((at for at, one in enumerate(asked) if one.get("key") == SKIP), None)
    if skip is not None:
        added["conditional"] = {"hide": HIDDEN_WHEN_SKIPPED}
    asked.insert(len(asked) if skip is None else skip, added)
    return orjson.dumps(form, option=INDENTED)


def _values(choices: Sequence[str]) -> list[dict[str, str]]:
    labels = list(dict.fromkeys(" ".join(choice.split())[:LONGEST_TITLE] for choice in choices if choice.strip()))
    if len(labels) < 2:
        raise Rejection("Write at least two answers to choose from, with a comma between them.")
    values: dict[str, str] = {}
    for label in labels:
        values[_free_key(label, set(values))] = label
    return [{"value": value, "label": label} for value, label in values.items()]


def _free_key(words: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY].strip("_") or "answer"
    stem = stem if stem[0].isalpha() else f"answer_{stem}"
    numbers = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (stem, *numbers) if name not in taken)


def _questions(part: Any) -> Iterator[Question]:
    if isinstance(part, list):
        for each in part:
            yield from _questions(each)
    elif isinstance(part, dict) and not isinstance(part.get("path"), str):
        if isinstance(part.get("key"), str):
            yield _question(part)
        yield from _questions(part.get("components"))


def _question(part: Mapping[str, Any]) -> Question:
    label, kind = part.get("label") or part.get("dateLabel"), str(part.get("type"))
    values = part.get("values")
    options = [one for one in values if isinstance(one, dict)] if isinstance(values, list) and kind in CHOICES else []
    return Question(
        part["key"],
        label if isinstance(label, str) else part["key"],
        "money" if kind == "money" else TYPES.get(kind, "string"),
        tuple((str(one.get("value")), str(one.get("label", one.get("value")))) for one in options),
    )
