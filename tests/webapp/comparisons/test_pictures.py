"""Where the pictures of two versions begin: both at the first place at which they differ."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files

import pytest

from engine import Program, inspect_package
from engine.packages import read_package
from webapp.comparisons.pictures import draw_both
from workflows.designs.difference import describe_change
from workflows.designs.outline import changing, settings
from workflows.designs.outline.editing import edit
from workflows.designs.outline.weaving import Draft
from workflows.installing import install

PATH = "annual_review.bpmn"
Edit = Callable[[Draft], str]
RENAME = partial(settings.set_texts, identifier="release", name="Let everybody know", documentation=None)
ADD = partial(changing.add_step, place="after:self_assessment", kind="person", name="Ask peers", actor="manager")
REMOVE = partial(changing.remove, identifier="second_approval")


@pytest.fixture(scope="module")
def package() -> dict[str, bytes]:
    """The shipped annual review."""
    install()
    return read_package(files("bpmn") / "annual_review")


def program_of(package: dict[str, bytes]) -> Program:
    found = inspect_package(package).program
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("edits", "begins_at"),
    [
        ([RENAME], ("release", "release")),
        ([ADD], ("ready_for_manager", "ask_peers")),
        ([REMOVE], ("second_approval", "extreme_rating")),
        # Of several changes it is the leftmost one, in both.
        ([REMOVE, ADD, RENAME], ("ready_for_manager", "ask_peers")),
        ([], ("", "")),
    ],
)
def test_both_pictures_begin_at_the_same_change(
    package: dict[str, bytes], edits: list[Edit], begins_at: tuple[str, str]
) -> None:
    content = package[PATH]
    for one in edits:
        content = edit(content, one).content
    old, new = program_of(package), program_of(package | {PATH: content})
    before, after = draw_both(old, new, describe_change(old, new), ("Before", "After"))
    assert before is not None
    assert after is not None
    assert (before.begins_at, after.begins_at) == begins_at


def test_a_side_that_cannot_run_has_no_picture(package: dict[str, bytes]) -> None:
    before, after = draw_both(program_of(package), None, [], ("Before", "After"))
    assert before is not None
    assert (before.begins_at, after) == ("", None)
