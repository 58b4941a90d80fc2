"""Whatever is sent, a check answers; it never breaks, and what it keeps can be stored."""

import json
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.questionnaires import InvalidForm, load, visible_answers
from workflows.questionnaires.reading import BUILDERS

FORMS = [
    load(form.read_bytes())
    for form in (resources.files("bpmn") / "annual_review" / "forms").iterdir()
    if form.name.endswith(".json")
]
OPTIONS = {"values": ["a", "b", 1], "currency": "EUR", "path": "rows", "components": []}
EVERY_TYPE = load(
    json.dumps(
        {
            "components": [
                {"type": kind, "key": kind, "label": kind, **OPTIONS, "validate": {"required": True}}
                for kind in BUILDERS
                if kind != "group"
            ]
        }
    )
)
KEYS = sorted({str(step) for form in [*FORMS, EVERY_TYPE] for field in form.fields() for step in field.key})

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["1", "2027-01-31", "yes", "\ud800", "\x00", "1e9", "a", "9" * 30])
)
names = st.sampled_from(KEYS) | st.text(max_size=5)
submissions = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=8), max_leaves=40
)


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from([*FORMS, EVERY_TYPE]),
    submitted=st.dictionaries(names, submissions, max_size=12),
    draft=st.booleans(),
)
def test_a_check_never_breaks_and_its_answers_are_json(form: Any, submitted: dict[str, Any], *, draft: bool) -> None:
    checked = form.check(submitted, context={}, draft=draft)
    stored = json.dumps(checked.answers, allow_nan=False, ensure_ascii=False).encode()
    assert b"\\u0000" not in stored
    assert all(isinstance(sentence, str) and sentence.endswith(".") for sentence in checked.errors.values())
    assert not checked.errors.keys() & checked.hidden
    visible_answers(form, checked.answers, viewer_roles={"author"}, state="draft")


@settings(max_examples=200, deadline=None)
@given(form=st.sampled_from([*FORMS, EVERY_TYPE]), submitted=st.dictionaries(names, submissions, max_size=12))
def test_stored_answers_check_to_themselves(form: Any, submitted: dict[str, Any]) -> None:
    first = form.check(submitted, context={}, draft=True).answers
    assert form.check(first, context={}, draft=True).answers == first


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(sorted(set(BUILDERS) - {"text", "separator", "spacer", "group"})),
    sent=submissions,
)
def test_a_hidden_required_field_never_blocks(kind: str, sent: Any) -> None:
    hidden = {"type": kind, "key": "x", "label": "X", **OPTIONS, "path": "x", "validate": {"required": True}}
    form = load(json.dumps({"components": [{**hidden, "conditional": {"hide": "=true"}}]}))
    checked = form.check({"x": sent}, context={})
    assert checked.ok
    assert checked.answers == {}


@settings(max_examples=200, deadline=None)
@given(
    form=submissions,
    components=st.lists(st.dictionaries(st.sampled_from(["type", "key", "label", "validate"]), leaves)),
)
def test_an_arbitrary_form_is_loaded_or_refused_with_reasons(form: Any, components: Any) -> None:
    for candidate in (form, {"components": components}):
        try:
            text = json.dumps(candidate)
        except ValueError:
            continue
        assert has_fields(text) or reasons(text)


def has_fields(text: str) -> bool:
    try:
        return bool(load(text).components)
    except InvalidForm:
        return False


def reasons(text: str) -> str:
    with pytest.raises(InvalidForm) as refused:
        load(text)
    return str(refused.value)
