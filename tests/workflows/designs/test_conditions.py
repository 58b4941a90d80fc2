"""Conditions as rows: read from FEEL, written as FEEL, and said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from workflows.designs.outline.conditions import (
    COMPARISONS,
    Comparison,
    Condition,
    parse_condition,
    say_condition,
    write_condition,
    write_value,
)

TEXTS = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
VALUES = st.one_of(
    st.integers(-99, 99).map(lambda number: write_value(str(number), "number")),
    TEXTS.map(lambda text: write_value(text, "string")),
    st.sampled_from(["yes", "no", "not known"]).map(lambda word: write_value(word, "boolean")),
)
ROWS = st.builds(Comparison, st.sampled_from(["rating", "a.b", "and_so"]), st.sampled_from(sorted(COMPARISONS)), VALUES)


@given(st.builds(Condition, st.lists(ROWS, min_size=2, max_size=4).map(tuple), st.sampled_from(["and", "or"])))
def test_rows_that_are_written_are_read_again_and_are_feel(condition: Condition) -> None:
    text = write_condition(condition)
    assert parse_condition(text) == condition
    feel.compile(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rating >= 4", "the rating is at least 4"),
        ('second_outcome != "no" or late = true', "second outcome is not “no” or late is yes"),
        ('outcome != "approve"', "outcome is not approved"),
        ('outcome = "reject" or outcome = "escalate"', "outcome is rejected or escalated"),
        ("rating = null and x.y < 2", "the rating is not known and x.y is less than 2"),
        ("rating != null", "the rating is known"),
        ("rating = 1 or rating = 5 or late = true", "the rating is 1 or 5 or late is yes"),
        ("count(list) > 3", "count(list) > 3"),
        ("a = 1 and b = 2 or c = 3", "a = 1 and b = 2 or c = 3"),
        ('said = "this and that"', "said is “this and that”"),
    ],
)
def test_conditions_are_said_in_words_where_that_is_possible(text: str, words: str) -> None:
    assert say_condition(text, {"rating": "The rating, 1 to 5"}) == words


def test_what_is_typed_becomes_what_the_variable_is() -> None:
    assert write_value("4", "number") == "4"
    assert write_value("4", "string") == '"4"'
    assert write_value("Yes", "boolean") == "true"
    assert write_value("yes", "") == '"yes"'
    assert write_value("null", "string") == "null"
    assert write_value('a "b" \\', "") == r'"a \"b\" \\"'
