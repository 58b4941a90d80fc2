"""What two versions of the annual review do differently, forms included."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import Any

import orjson
import pytest

from engine.packages import read_package
from engine.spiff import compile_program
from workflows.designs.difference import describe_change
from workflows.designs.outline import changing, deciding, settings, ways
from workflows.designs.outline.editing import edit
from workflows.designs.outline.weaving import Draft
from workflows.installing import install

Edit = Callable[[Draft], str]
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
                "In the form “Read and acknowledge”, “I have read my review” can now be read by HR "
                "(before: the person reviewed, the manager and HR)."
            ),
        ]

    def test_when_the_person_it_is_about_reads_an_answer(self, package: dict[str, bytes]) -> None:
        late = {"visibleTo": "subject manager hr", "from": "released"}
        assert tell(package, with_form(package, lambda form: form[1].update(properties=late))) == [
            (
                "In the form “Read and acknowledge”, “I have read my review” is now shown to the person it is about "
                "once the results are released (before: as soon as it is handed in)."
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


def add(place: str, kind: str, name: str, actor: str = "manager") -> Edit:
    return partial(changing.add_step, place=place, kind=kind, name=name, actor=actor)


def say(step: str, **values: str) -> Edit:
    return partial(settings.set_settings, identifier=step, values=values)


def ask_five(draft: Draft) -> str:
    return deciding.set_condition(draft, "rating_extreme", "rating = 5")


def keep_readiness(draft: Draft) -> str:
    return settings.set_answers(draft, "manager_review", [("rating", "overall_rating"), ("a", "readiness")])


EDITS: dict[str, tuple[Edit, list[str]]] = {
    "a step": (
        add("after:self_assessment", "person", "Collect feedback"),
        ["“Collect feedback” is new: it comes after “Self-assessment” and before “Manager review”."],
    ),
    "a step under a condition": (
        add("after:release_results", "condition", "Talk about it"),
        [
            (
                "“Talk about it” is new: it comes after “Open the results to everyone” and before “Conclude the "
                "review”, when overall rating is at least 4."
            )
        ],
    ),
    "a condition around a step": (
        partial(changing.wrap, identifier="manager_review", how="condition"),
        ["“Manager review” now comes only when overall rating is at least 4."],
    ),
    "steps at the same time": (
        partial(changing.wrap, identifier="compensation_check", how="parallel"),
        [
            "“Compensation check” and “New step” now go on at the same time, after “Approve the reward”.",
            "“New step” is new: it comes after “Approve the reward” and before “Executive sign-off”.",
        ],
    ),
    "an end under a condition": (
        add("after:acknowledge", "stop", "No reward this year"),
        [
            (
                "The decision “No reward this year?” is new: it comes after “Read and acknowledge” and before "
                "“Propose a reward”. When overall rating is at least 4, it ends with “No reward this year”."
            )
        ],
    ),
    "a way back": (
        partial(ways.go_back, place="after:acknowledge", target="acknowledge", condition="rating = 1"),
        [
            (
                "A decision is new: it comes after “Read and acknowledge” and before “Propose a reward”. "
                "When overall rating is 1, it goes back to “Read and acknowledge”."
            )
        ],
    ),
    "another condition": (
        ask_five,
        [
            (
                "After “Lowest or highest rating?”, the way to “Second-level approval” is now taken when overall "
                "rating is 5 (before: when overall rating is 1 or 5)."
            )
        ],
    ),
    "the time of an event at a step": (
        partial(settings.set_time, identifier="no_answer", time="P20D"),
        ["“No answer” at “Read and acknowledge” now comes after 20 days (before: 14 days)."],
    ),
    "a time limit": (
        partial(settings.add_border, identifier="manager_review", time="P30D", stops=True),
        [
            (
                "The event “After 30 days” is new at “Manager review”: after 30 days, “See why it takes so long” comes "
                "instead."
            ),
            "“See why it takes so long” is new.",
        ],
    ),
    "a step after an event": (
        add("on:answer_overdue", "person", "Call them"),
        ["“Call them” is new: it comes when “No answer” happens."],
    ),
    "who does it, and what is asked": (
        say("second_approval", actor="HR partner", escalate="", form="release", sendBack="", signature="password"),
        [
            "“Second-level approval” is now done by their HR partner instead of their manager's manager.",
            "Nobody is told any more when “Second-level approval” is late (before: their HR partner).",
            "“Second-level approval” now asks for the form “Release the results” instead of “Second-level approval”.",
            (
                "At “Second-level approval”, “Can it be sent back to an earlier step?” is now answered with "
                "“If it asks for an approval” (before: “No”)."
            ),
            "“Second-level approval” is now signed with the password.",
        ],
    ),
    "several who decide": (
        partial(settings.set_pattern, identifier="approve_reward", pattern="quorum"),
        [
            "“Approve the reward” is now done by nobody instead of their manager's manager.",
            "“Approve the reward” no longer asks for a form (before: “Approve the reward”).",
            "“Approve the reward” is now decided in another way: “Enough people agree” (before: by one person).",
        ],
    ),
    "what is kept": (
        partial(
            settings.set_answers, identifier="manager_review", rows=[("rating", "overall_rating"), ("a", "readiness")]
        ),
        ["“Manager review” now keeps “readiness” as “a”."],
    ),
    "what the machine does": (
        say("reject_reward", handler="rewards.grant"),
        [
            (
                "“Close the proposal” now does something else: “Grant the proposal of the case, so that it stands on "
                "the list of rewards” (before: “Close the proposal of the case as not granted”)."
            )
        ],
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_edits_of_the_shipped_review_are_told_as_hr_would_tell_them(package: dict[str, bytes], what: str) -> None:
    change, told = EDITS[what]
    path = "annual_review.bpmn"
    assert tell(package, package | {path: edit(package[path], change).content}) == told
