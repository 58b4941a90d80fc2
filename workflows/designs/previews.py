"""What a preview of a form is filled with: the examples of the data dictionary, and invented answers."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import orjson

from engine import known_variables
from engine.feel import Dictionary, FeelError
from workflows.designs.vocabulary import declared_variables
from workflows.questionnaires import Checked, Questionnaire
from workflows.questionnaires.inventing import invent
from workflows.questionnaires.scopes import typed

NAMES = {"subject_name": "Ana Lindqvist", "actor_name": "Uma Jansen", "cycle_name": "Annual review"}
"""What tasks tell a form besides the variables of its process."""

SEED = 7


def example_context(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The variables a form of this package may name, with the examples that the data dictionary gives."""
    fields = {**known_variables, **dict(declared_variables(files))}
    context: dict[str, Any] = dict(NAMES)
    for name, field in fields.items():
        if field.example:
            _put(context, name.split("."), _read(field.example))
    try:
        return typed(context, Dictionary(fields))
    except FeelError:
        return context


def example_answers(questionnaire: Questionnaire, context: Mapping[str, Any], today: date) -> Checked:
    """Answers as somebody could have handed them in, the same each time, without what the form would not show."""
    return questionnaire.check(
        invent(questionnaire, Random(SEED), today, context=context),  # noqa: S311 - nothing secret
        context=context,
        today=today,
    )


def _read(example: str) -> Any:
    try:
        return orjson.loads(example)
    except orjson.JSONDecodeError:
        return example


def _put(context: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        inner = context.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        context = inner
    context[steps[-1]] = value
