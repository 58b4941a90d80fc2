"""What two versions of the annual review do differently, forms included."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import orjson
import pytest

from engine.packages import read_package
from engine.spiff import compile_program
from workflows.installing import install
from workflows.versions.difference import describe_change

FORM = "forms/acknowledgement.json"


@pytest.fixture(scope="module")
def package() -> dict[str, bytes]:
    """The shipped annual review."""
    install()
    return read_package(files("bpmn") / "annual_review")


def tell(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    return [change.text for change in describe_change(compile_program(old), compile_program(new))]


def with_form(package: dict[str, bytes], change: Callable[[list[dict[str, Any]]], object]) -> dict[str, bytes]:
    """The package with one form changed; `change` gets its components."""
    form = orjson.loads(package[FORM])
    change(form["components"])
    return package | {FORM: orjson.dumps(form)}


class TestForms:
    def test_saved_again_mean_the_same(self, package: dict[str, bytes]) -> None:
        assert package[FORM] != (new := with_form(package, lambda _: None))[FORM]
        assert tell(package, new) == []

    def test_a_field_that_is_new(self, package: dict[str, bytes]) -> None:
        field = {"type": "textfield", "key": "wish", "label": "A wish", "validate": {"required": True}}
        assert tell(package, with_form(package, lambda form: form.append(field))) == [
            "The form “Read and acknowledge” now asks for “A wish”, which must be answered."
        ]

    def test_a_field_that_is_gone(self, package: dict[str, bytes]) -> None:
        assert tell(package, with_form(package, lambda form: form.pop(1))) == [
            "The form “Read and acknowledge” no longer asks for “I have read my review”."
        ]

    def test_a_field_that_is_called_otherwise_and_optional(self, package: dict[str, bytes]) -> None:
        new = with_form(package, lambda form: form[1].update(label="Seen", validate={}))
        assert tell(package, new) == [
            "In the form “Read and acknowledge”, “I have read my review” is now called “Seen”.",
            "In the form “Read and acknowledge”, “Seen” may be left out now.",
        ]

    def test_who_may_read_an_answer(self, package: dict[str, bytes]) -> None:
        new = with_form(package, lambda form: form[1].update(properties={"visibleTo": "hr", "from": "released"}))
        assert tell(package, new) == [
            (
                "In the form “Read and acknowledge”, “I have read my review” can now be read by: hr "
                "(before: hr, manager and subject)."
            ),
            (
                "In the form “Read and acknowledge”, “I have read my review” is now shown to the person it is about "
                "once it is released (before: submitted)."
            ),
        ]

    def test_only_a_text(self, package: dict[str, bytes]) -> None:
        assert tell(package, with_form(package, lambda form: form[0].update(text="Welcome"))) == [
            "The texts or the settings of the form “Read and acknowledge” have changed."
        ]

    def test_a_form_that_is_new(self, package: dict[str, bytes]) -> None:
        assert tell(package, package | {"forms/more.json": package[FORM]}) == [
            "The form “Read and acknowledge” is new."
        ]


def test_the_example_of_the_product(package: dict[str, bytes]) -> None:
    # given
    text = package["annual_review.bpmn"].decode()
    text = text.replace(
        'form="manager-review" rf:due="P14D" rf:remind="P3D"', 'form="manager-review" rf:due="P14D" rf:remind="P5D"'
    )
    for old, new in (
        (
            'id="launch_to_write" sourceRef="cycle_launched" targetRef="write_review"',
            'id="launch_to_write" sourceRef="cycle_launched" targetRef="calibrate"',
        ),
        ('sourceRef="write_review" targetRef="calibrate"', 'sourceRef="calibrate" targetRef="write_review"'),
        ('sourceRef="calibrate" targetRef="release"', 'sourceRef="write_review" targetRef="release"'),
    ):
        assert old in text
        text = text.replace(old, new)
    # when, then
    assert tell(package, package | {"annual_review.bpmn": text.encode()}) == [
        "“Calibrate the ratings” now comes before “Write the review”.",
        "The reminder of “Manager review” moved from 3 to 5 days before the deadline.",
    ]
