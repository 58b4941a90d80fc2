"""A designer publishes a form: what is wrong with it is said at once, with the field and what to do."""

import json
from importlib import resources
from typing import Any

import pytest

from workflows.questionnaires import InvalidForm, load

FORMS = sorted(
    form
    for package in resources.files("bpmn").iterdir()
    if package.is_dir() and (package / "forms").is_dir()
    for form in (package / "forms").iterdir()
    if form.name.endswith(".json")
)


def complaints(*components: Any, **form: Any) -> str:
    with pytest.raises(InvalidForm) as refused:
        load(json.dumps({"components": list(components), **form}))
    return str(refused.value)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_form_we_ship_can_be_loaded(form: Any) -> None:
    questionnaire = load(form.read_bytes())
    assert list(questionnaire.fields())


def test_everything_wrong_is_said_at_once_and_names_the_field() -> None:
    said = complaints(
        {"type": "html", "content": "<script>"},
        {"type": "number", "key": "weight", "label": "Weight", "validate": {"min": 3, "max": 1}},
        {"type": "textfield", "key": "code", "label": "Code", "validate": {"pattern": "("}},
        {"type": "select", "key": "grade", "label": "Grade"},
    ).splitlines()
    assert len(said) == 4
    assert said[0].startswith("component 1: ")
    assert "text component" in said[0]
    assert said[1] == 'field "Weight" (weight): "min" 3 is more than "max" 1. Swap or correct them.'
    assert said[2].startswith('field "Code" (code): The pattern')
    assert said[3].startswith('field "Grade" (grade): It has no options.')


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        ({"type": "hologram", "key": "a", "label": "A"}, "'hologram' cannot be used. Use one of: checkbox"),
        ({"key": "a", "label": "A"}, "It has no type."),
        ({"type": "textfield", "label": "A"}, "The key is missing."),
        ({"type": "textfield", "key": "_add", "label": "A"}, "not starting with an underscore"),
        ({"type": "textfield", "key": "a b", "label": "A"}, "letters, digits and underscores"),
        ({"type": "textfield", "key": "a"}, "It has no label."),
        ({"type": "textfield", "key": "a", "label": "A", "conditional": {"hide": "=1 +"}}, "The condition '=1 +'"),
        ({"type": "textfield", "key": "a", "label": "Dear {{name +}}"}, 'An expression in "label"'),
        ({"type": "text", "text": "{{#if x}}y{{/if}}"}, "Use conditions on fields instead."),
        ({"type": "textfield", "key": "a", "label": "A", "validate": {"maxLength": "many"}}, "Write a number."),
        ({"type": "textfield", "key": "a", "label": "A", "validate": {"validationType": "iban"}}, "email, phone"),
        ({"type": "textfield", "key": "a", "label": "A", "validate": {"required": "yes"}}, "Write true or false."),
        ({"type": "number", "key": "a", "label": "A", "increment": 0}, "Write a number above 0"),
        ({"type": "money", "key": "a", "label": "A", "currency": "euro"}, "The currency is missing or wrong."),
        ({"type": "rating", "key": "a", "label": "A", "points": 40}, "a whole number from 2 to 10"),
        ({"type": "rating", "key": "a", "label": "A", "points": 3, "labels": ["low"]}, "1 labels stand for 3 points"),
        ({"type": "datetime", "key": "a", "label": "A", "subtype": "year"}, "Use one of: date, time, datetime."),
        ({"type": "radio", "key": "a", "label": "A", "values": [{"label": "x"}]}, "An option has no value"),
        ({"type": "radio", "key": "a", "label": "A", "values": ["x", "x"]}, "Two options have the same value."),
        ({"type": "textfield", "key": "a", "label": "A", "properties": {"visibleTo": "boss"}}, "names boss"),
        ({"type": "group", "label": "A"}, "It has no list of components."),
        ("a text", "It is not an object."),
    ],
)
def test_a_mistake_is_explained(component: Any, expected: str) -> None:
    assert expected in complaints(component)


def test_two_fields_cannot_store_their_answers_in_the_same_place() -> None:
    twice = complaints(
        {"type": "textfield", "key": "wish", "label": "Wish"},
        {"type": "group", "label": "Next year", "components": [{"type": "number", "key": "wish", "label": "Budget"}]},
    )
    assert twice.startswith('field "Budget" (wish): The key \'wish\' is used by field "Wish" (wish) already.')
    around = complaints(
        {"type": "textfield", "key": "next.wish", "label": "Wish"},
        {"type": "textfield", "key": "next", "label": "Next"},
    )
    assert "lies around" in around


def test_rows_of_a_list_have_their_own_keys() -> None:
    title = {"type": "textfield", "key": "title", "label": "Title"}
    form = {"components": [title, {"type": "dynamiclist", "path": "goals", "label": "Goals", "components": [title]}]}
    assert [field.key for field in load(json.dumps(form)).fields()] == [("title",), ("goals",), ("title",)]


def test_a_list_inside_a_list_is_refused() -> None:
    inner = {"type": "dynamiclist", "path": "steps", "label": "Steps", "components": []}
    assert "a list inside a list" in complaints(
        {"type": "dynamiclist", "path": "goals", "label": "Goals", "components": [inner]}
    )


@pytest.mark.parametrize("source", ["", "null", "[1]", "{", '{"components": 3}', "\ud800", "NaN", "[" * 100_000])
def test_what_is_no_form_is_refused(source: str) -> None:
    with pytest.raises(InvalidForm):
        load(source)


def test_a_form_is_not_larger_than_a_person_can_answer() -> None:
    field = {"type": "spacer"}
    assert "more than 300 components" in complaints(*[field] * 301)
    nested: dict[str, Any] = {"type": "group", "components": [field]}
    for _ in range(6):
        nested = {"type": "group", "components": [nested]}
    assert "nested more than 6 deep" in complaints(nested)
    with pytest.raises(InvalidForm, match="bytes"):
        load(" " * 600_000)
    assert "It is empty." in complaints()
    assert "schema version 40" in complaints(field, schemaVersion=40)


def test_buttons_of_the_editor_are_ignored() -> None:
    form = {"components": [{"type": "button", "label": "Send"}, {"type": "separator"}]}
    assert len(load(json.dumps(form)).components) == 1
