"""What a browser posts becomes nested answers; what nobody can have written is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from webapp.forms import apply_buttons, read_submitted
from workflows.questionnaires import SubmissionRefused


def test_names_are_paths() -> None:
    form = MultiDict(
        [
            ("csrf_token", "x"),
            ("_refresh", "1"),
            ("title", "My year"),
            ("next.wish", "Lead"),
            ("skills[]", "law"),
            ("skills[]", "sales"),
            ("goals[2].title", "Second"),
            ("goals[0].title", "First"),
            ("goals[0].weight", "60"),
            ("goals[2].tags[]", "a"),
        ]
    )
    assert read_submitted(form) == {
        "title": "My year",
        "next": {"wish": "Lead"},
        "skills": ["law", "sales"],
        "goals": [{"title": "First", "weight": "60"}, {"title": "Second", "tags": ["a"]}],
    }


@pytest.mark.parametrize("name", ["__class__", "a..b", "a[b]", "[0]", "a[-1]", "a[123456].b", "a b", "", ".", "é"])
def test_names_no_field_can_have_are_left_out(name: str) -> None:
    assert read_submitted(MultiDict([(name, "x")])) == {}


def test_more_than_a_person_can_have_written_is_refused() -> None:
    with pytest.raises(SubmissionRefused, match="Please shorten"):
        read_submitted(MultiDict([(f"a{number}", "x") for number in range(5_001)]))
    with pytest.raises(SubmissionRefused, match="Please shorten"):
        read_submitted(MultiDict([("a", "x" * 2_000_001)]))


def test_a_row_is_added_and_removed_without_scripts() -> None:
    answers: dict[str, Any] = {"goals": [{"title": "A"}, {"title": "B"}]}
    assert apply_buttons(MultiDict([("_add", "goals")]), answers)
    assert answers == {"goals": [{"title": "A"}, {"title": "B"}, {}]}
    assert apply_buttons(MultiDict([("_remove", "goals[0]")]), answers)
    assert answers == {"goals": [{"title": "B"}, {}]}
    assert apply_buttons(MultiDict([("_add", "next.steps")]), answers)
    assert answers["next"] == {"steps": [{}]}
    assert apply_buttons(MultiDict([("_refresh", "1")]), answers)
    assert not apply_buttons(MultiDict([("outcome", "approve")]), answers)


texts = st.text(st.characters())
names = st.text("ab_[]0.1", max_size=12) | texts


@given(st.lists(st.tuples(names | st.sampled_from(["_add", "_remove"]), names), max_size=20))
def test_whatever_is_posted_is_read(pairs: list[tuple[str, str]]) -> None:
    answers = read_submitted(MultiDict(pairs))
    apply_buttons(MultiDict(pairs), answers)
    assert all(isinstance(name, str) for name in answers)
