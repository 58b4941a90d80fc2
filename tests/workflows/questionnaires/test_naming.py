"""A designer mistypes a name in a condition: it is found before anybody meets a question that never comes."""

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files as resources
from typing import Any

import pytest

from engine import feel, inspect_package
from engine.packages import read_package
from tests.workflows.questionnaires.conftest import Draw
from workflows.installing import install
from workflows.questionnaires.naming import find_misnamed
from workflows.questionnaires.scopes import typed

ANNUAL = read_package(resources("bpmn") / "annual_review")
VARIABLES = {"rating": feel.Field("number"), "period_from": feel.Field("date")}
ROWS = {"type": "dynamiclist", "path": "rows", "label": "Rows"}


def shown(condition: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": "why", "label": "Why?", "id": "F", "conditional": {"hide": condition}, **more}


def said(form: Any) -> list[str]:
    return [f"{found.id}: {found.problem} {found.remedy}" for found in find_misnamed(form, VARIABLES)]


@pytest.mark.parametrize(
    "condition",
    [
        "=rating = null or rating > 2",
        '=period_from > date("2027-01-01")',
        "=(score + 1 <= rating) != true",
        '=next.grade = "G5"',
        '=list contains(rows.what, "a")',
        '=subject_name = "Ana"',
    ],
)
def test_answers_variables_and_what_every_task_tells_can_be_named(draw: Draw, condition: str) -> None:
    grade = {"type": "textfield", "key": "grade", "label": "Grade"}
    form = draw(
        {"type": "number", "key": "score", "label": "Score"},
        {"type": "group", "label": "Next", "path": "next", "components": [grade]},
        ROWS | {"components": [{"type": "textfield", "key": "what", "label": "What"}]},
        shown(condition),
    )
    assert said(form) == []


def test_what_nobody_knows_and_what_does_not_go_together_is_found(draw: Draw) -> None:
    form = draw(
        shown("=raiting > 2"),
        shown('=day = "2027-01-01"', key="b", id="G"),
        shown("=false", key="c", id="H", label="Rated {{ratign}}", validate={"minLength": "=lenght"}),
        {"type": "datetime", "key": "day", "label": "Day"},
    )
    first, second, *others = said(form)
    assert first.startswith("F: The expression 'raiting > 2': 'raiting' is not known here.")
    assert second.startswith("G: ")
    assert "a date and text together" in second
    assert sorted(other[:2] for other in others) == ["H:", "H:"]


def test_rows_know_their_own_answers_and_the_form_does_not(draw: Draw) -> None:
    row = [{"type": "textfield", "key": "what", "label": "What"}, shown('=what = "a" and this.what = parent.why')]
    (outside,) = said(draw(ROWS | {"components": row}, shown('=what = "a"', key="outside", id="G")))
    assert outside.startswith("G: The expression 'what = \"a\"': 'what' is not known here.")


def test_publishing_hears_of_it_where_the_process_declares_what_it_knows() -> None:
    install()
    form = {"components": [shown("=salery > 2"), {"type": "rating", "key": "rating", "label": "Rating"}]}
    files = {**ANNUAL, "forms/release.json": json.dumps(form).encode()}
    (error,) = inspect_package(files).errors
    assert (error.file, error.id) == ("forms/release.json", "F")
    assert "'salery' is not known here" in error.problem
    # Without a data dictionary nobody knows what there is.
    bare = {path: content.replace(b"<rf:variable ", b"<rf:other ") for path, content in files.items()}
    assert not [found for found in inspect_package(bare).findings if found.file == "forms/release.json"]


def test_stored_variables_are_days_and_exact_numbers_in_forms() -> None:
    dictionary = feel.Dictionary({**VARIABLES, "missing": "string"})
    stored = {"rating": "3.50", "period_from": "2027-01-01", "undeclared": "as it is"}
    assert typed(stored, dictionary) == {
        "rating": Decimal("3.50"),
        "period_from": date(2027, 1, 1),
        "undeclared": "as it is",
        "missing": None,
    }
    assert typed(stored, None) == stored
    assert typed({"rating": "many"}, dictionary)["rating"] is None
