"""form-js in a real browser and the server read the same forms the same way.

The form builder lets HR build with form-js what the server alone shows and checks. So both get the same forms and
answers, made by chance, and must agree on what is shown, what is wrong and why, and what is kept.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hatch_build import FRONTEND, find_node
from tests.webapp.forms.generating import Maker
from workflows.questionnaires import load
from workflows.questionnaires.checking import name_slot
from workflows.questionnaires.components import Field, RowList
from workflows.questionnaires.slots import lay_out

CASES = 250
TODAY = date(2027, 1, 15)
REASONS = {
    "required": ("Field is required", ("Please write an answer.", "Please answer", "Please tick")),
    "fewest characters": ("Field must have minimum length", ("Please write at least",)),
    "most characters": ("Field must have maximum length", ("Please shorten this",)),
    "lowest": ("Field must have minimum value", ("or more.",)),
    "highest": ("Field must have maximum value", ("or less.",)),
    "digits": ("Value is expected to", ("digits after the point", "a whole number")),
    "steps": ("Please select a valid value", ("a multiple of",)),
    "pattern": ("Field must match pattern", ("the form that is asked for",)),
}
"""Each reason in the words of form-js and in ours."""


@pytest.fixture(scope="module")
def form_js(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An empty page with form-js in it, as `fillForms(cases)`."""
    bundle = tmp_path_factory.mktemp("form-js") / "form_js.js"
    build(Path(__file__).with_name("form_js.js"), bundle)
    page = browser.new_page()
    page.add_script_tag(content=bundle.read_text(encoding="utf-8"))
    yield page
    page.close()


def build(source: Path, target: Path) -> None:
    """Bundle a script with the packages of the front end."""
    commands = find_node()
    assert commands, "the browser side is built with Node"
    subprocess.run(
        [
            *commands[0],
            str(FRONTEND / "node_modules/esbuild/bin/esbuild"),
            str(source),
            "--bundle",
            f"--outfile={target}",
        ],
        env={"NODE_PATH": str(FRONTEND / "node_modules")},
        check=True,
        capture_output=True,
        timeout=240,
    )


def fill(page: Page, cases: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[dict[str, Any]]:
    """What form-js says of each (schema, answers)."""
    told: list[dict[str, Any]] = page.evaluate(
        "cases => fillForms(cases)", [{"schema": schema, "data": data} for schema, data in cases]
    )
    return told


def say(schema: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """What the server says of the same, in the shape of `fillForms`."""
    form = load(json.dumps(schema))
    checked = form.check(data, context={}, today=TODAY)
    shown = [slot for slot in lay_out(form.components, data) if name_slot(slot) not in checked.hidden]
    asked = [slot for slot in shown if isinstance(slot.component, Field) and not isinstance(slot.component, RowList)]
    return {
        "shown": {slot.name for slot in asked},
        "texts": {slot.component.id for slot in shown if slot not in asked},
        "errors": {path: why(sentence, ours=True) for path, sentence in checked.errors.items()},
        "data": plain(checked.answers),
    }


def why(sentence: str, *, ours: bool) -> str:
    """The reason behind a sentence of either side."""
    return next(
        reason
        for reason, (theirs, words) in REASONS.items()
        if (any(word in sentence for word in words) if ours else sentence.startswith(theirs))
    )


def plain(value: Any) -> Any:
    """An answer without what the two sides only write differently: exact numbers, and nothing as "" or null."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner != []}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        try:
            return Decimal(value)
        except ArithmeticError:
            return " ".join(value.split("\n")).strip() or None
    return Decimal(str(value))


def test_both_agree_on_forms_and_answers_made_by_chance(form_js: Page) -> None:
    cases = [make(seed) for seed in range(CASES)]
    reasons: Counter[str] = Counter()
    hidden = 0
    for (schema, data), told in zip(cases, fill(form_js, cases), strict=True):
        said = say(schema, data)
        assert said["shown"] == set(told["shown"]), explain(schema, data)
        assert said["texts"] == set(told["texts"]), explain(schema, data)
        assert said["data"] == plain(told["data"]), explain(schema, data)
        theirs = {path: {why(one, ours=False) for one in given} for path, given in told["errors"].items()}
        assert said["errors"].keys() == theirs.keys(), explain(schema, data)
        assert all(reason in theirs[path] for path, reason in said["errors"].items()), explain(schema, data)
        reasons.update(said["errors"].values())
        hidden += bool(fields_of(schema["components"]) - said["shown"])
    # The cases must try something: conditions at work, and every reason to refuse an answer.
    assert hidden > CASES // 4
    assert reasons.keys() == REASONS.keys()


def make(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    maker = Maker(Random(seed))
    schema = maker.form()
    return schema, maker.answers(schema["components"])


def fields_of(parts: list[dict[str, Any]]) -> set[str]:
    """The questions outside of lists."""
    return {
        name
        for part in parts
        for name in (
            {f"{part['path']}.{one}" if "path" in part else one for one in fields_of(part["components"])}
            if part["type"] == "group"
            else {part["key"]}
            if "key" in part
            else set()
        )
    }


def explain(schema: dict[str, Any], data: dict[str, Any]) -> str:
    return json.dumps({"schema": schema, "data": data}, ensure_ascii=False)


def field(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"id": f"Field_{key}", "type": kind, "key": key, "label": key, **more}


def hidden_when(condition: str) -> dict[str, Any]:
    return field("checkbox", "last", conditional={"hide": f"={condition}"})


CHOICES = {"values": [{"value": "a", "label": "A"}]}
ROWS = {
    "id": "Field_rows",
    "type": "dynamiclist",
    "path": "rows",
    "label": "Rows",
    "isRepeating": True,
    "components": [field("textfield", "what", validate={"required": True})],
}
CHAIN = [
    field("checkbox", "one"),
    field("checkbox", "two", conditional={"hide": "=one = true"}),
    field("checkbox", "three", conditional={"hide": "=two != true"}),
    hidden_when("three != true"),
]

DIFFERENCES: dict[str, tuple[list[dict[str, Any]], dict[str, Any], Any, Any]] = {
    # What nobody can tell yet hides nothing here. form-js takes it as true, because it asks as decision tables do.
    "a comparison with an open answer": ([field("rating", "n"), hidden_when("n > 2")], {"n": None}, True, False),
    # Numbers are exact here, and binary fractions there.
    "a sum of tenths": ([field("number", "n"), hidden_when("(n + 0.2 = 0.3) != true")], {"n": 0.1}, True, False),
    # A number is a number here, also where form-js hands it over as text to keep it exact.
    "a number kept as text": (
        [field("number", "n", serializeToString=True), hidden_when("(n = 2) != true")],
        {"n": "2"},
        True,
        False,
    ),
    # A day is a day here, so that conditions can ask what is earlier, and a text there.
    "a day": (
        [field("datetime", "n", subtype="date"), hidden_when('(n > date("2027-01-01")) != true')],
        {"n": "2027-02-01"},
        True,
        False,
    ),
    # Conditions on conditions settle here; form-js looks at most at two in a row.
    "a chain of conditions": (CHAIN, {"one": True, "two": True, "three": True, "last": True}, False, True),
}
"""Where the last question is shown by us, and by form-js."""


def test_known_differences_in_what_is_shown(form_js: Page) -> None:
    cases = [({"type": "default", "components": parts}, data) for parts, data, _, _ in DIFFERENCES.values()]
    told = fill(form_js, cases)
    found = {
        name: ("last" in say(schema, data)["shown"], "last" in one["shown"])
        for name, (schema, data), one in zip(DIFFERENCES, cases, told, strict=True)
    }
    assert found == {name: (ours, theirs) for name, (_, _, ours, theirs) in DIFFERENCES.items()}


REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], list[str]]] = {
    # What form-js does not know it drops without a word; here the person is asked.
    "a choice not offered": (field("radio", "n", **CHOICES), {"n": "b"}, ["n"], []),
    "a day that is none": (field("datetime", "n", subtype="date"), {"n": "soon"}, ["n"], []),
    # Characters are counted as people do; form-js counts the halves of an emoji.
    "an emoji": (field("textfield", "n", validate={"maxLength": 1}), {"n": "🎉"}, [], ["n"]),
    # A row that nobody wrote in is left out.
    "an empty row": (ROWS, {"rows": [{"what": ""}]}, [], ["rows[0].what"]),
    # form-js accepts numbers with a country's code alone.
    "a phone number at home": (
        field("textfield", "n", validate={"validationType": "phone"}),
        {"n": "044 123 45 67"},
        [],
        ["n"],
    ),
    # How many may be chosen is a rule of ours.
    "too many choices": (
        field(
            "checklist",
            "n",
            values=[{"value": "a", "label": "A"}, {"value": "b", "label": "B"}],
            validate={"maxItems": 1},
        ),
        {"n": ["a", "b"]},
        ["n"],
        [],
    ),
}
"""Which answers are refused by us, and by form-js."""


def test_known_differences_in_what_is_refused(form_js: Page) -> None:
    cases = [({"type": "default", "components": [part]}, data) for part, data, _, _ in REFUSALS.values()]
    told = fill(form_js, cases)
    found = {
        name: (sorted(load(json.dumps(schema)).check(data, context={}, today=TODAY).errors), sorted(one["errors"]))
        for name, (schema, data), one in zip(REFUSALS, cases, told, strict=True)
    }
    assert found == {name: (ours, theirs) for name, (_, _, ours, theirs) in REFUSALS.items()}


def test_form_js_remembers_hidden_answers_that_it_was_opened_with(form_js: Page) -> None:
    """A hidden question has no answer here; form-js goes on seeing the one of the day before."""
    parts = [
        field("checkbox", "one"),
        field("textfield", "two", conditional={"hide": "=one = true"}),
        hidden_when("two = null"),
    ]
    schema, data = {"type": "default", "components": parts}, {"one": True, "two": "Said before", "last": False}
    (told,) = form_js.evaluate("cases => fillForms(cases)", [{"schema": schema, "data": data, "opened": True}])
    assert "last" in told["shown"]
    assert "last" not in say(schema, data)["shown"]
