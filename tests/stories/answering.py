"""Answers that a person could give to any form, chosen by a random generator that can be repeated."""

from random import Random
from typing import Any

from workflows.questionnaires import Questionnaire
from workflows.questionnaires.components import (
    Checkbox,
    Choice,
    Component,
    Field,
    Group,
    Moment,
    MultipleChoice,
    Number,
    Rating,
    RowList,
    TextField,
)

SENTENCE = "She finished what was planned, helped two colleagues, and wants to learn more about the customers."


def answer(questionnaire: Questionnaire, chance: Random, given: dict[str, Any]) -> dict[str, Any]:
    """What a person types into every field, as a browser would send it; `given` answers come first."""
    return {**_answer_all(questionnaire.components, chance), **given}


def _answer_all(components: tuple[Component, ...], chance: Random) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for component in components:
        if isinstance(component, RowList):
            continue
        if isinstance(component, Group):
            answers.update(_answer_all(component.components, chance))
        elif isinstance(component, Field):
            answers[str(component.key[0])] = _answer_one(component, chance)
    return answers


def _answer_one(field: Field, chance: Random) -> Any:
    if isinstance(field, Checkbox):
        return "true"
    if isinstance(field, Rating):
        return str(chance.choices(range(1, field.points + 1), weights=(3, 10, 50, 28, 9))[0])
    if isinstance(field, Number):
        return "3"
    if isinstance(field, Choice):
        return str(chance.choice(field.options.fixed).value)
    if isinstance(field, MultipleChoice):
        return [str(option.value) for option in field.options.fixed]
    if isinstance(field, Moment):
        return "2027-03-01"
    assert isinstance(field, TextField), field
    return SENTENCE[: field.max_length] if isinstance(field.max_length, int) else SENTENCE
