"""Mistakes of models and tables that are found before they decide anything."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn
from tests.engine.dmn.drawing import column, decision, input_data, model, output, table, text

RATING, GRADE = column("rating", "number", label="Rating"), column("grade", "string", label="Grade")


def findings(
    policy: str, rows: list[Any], *, columns: list[str] | None = None, outputs: list[str] | None = None
) -> list[tuple[str, str]]:
    """(problem, message) of a table on rating and grade."""
    drawn = table(policy, columns or [RATING, GRADE], outputs or [output("o")], rows)
    made = dmn.load(
        model(
            input_data("rating", "number"),
            input_data("grade", "string"),
            decision("raise", drawn, needs=["rating", "grade"], name="Raise"),
        )
    )
    return [(finding.problem, finding.message) for finding in made.check()]


def test_a_complete_table_has_no_findings() -> None:
    rows = [("< 3", "-", "0"), ("[3..4)", '"E1"', "1"), ("[3..4)", 'not("E1")', "2"), (">= 4", "-", "3")]

    assert findings("UNIQUE", rows) == []


def test_gaps_are_described_by_what_they_leave_out() -> None:
    rows = [("[1..3]", "-", "0"), ("(3..5]", '"E1","E2"', "1")]

    assert findings("UNIQUE", rows) == [
        ("gap", "No row applies when Rating is below 1 or above 5."),
        ("gap", "No row applies when Rating is in (3..5] and Grade is anything else."),
    ]


def test_a_number_between_two_whole_numbers_is_not_forgotten() -> None:
    assert findings("FIRST", [("<= 3", "-", "0"), (">= 4", "-", "1")]) == [
        ("gap", "No row applies when Rating is in (3..4).")
    ]


def test_allowed_values_bound_what_can_come() -> None:
    columns = [column("rating", "number", label="Rating", allowed="[1..5]"), GRADE]

    assert findings("UNIQUE", [("< 3", "-", "0"), (">= 3", "-", "1")], columns=columns) == []
    assert findings("UNIQUE", [("< 3", "-", "0"), (">= 3", "-", "1"), ("> 5", "-", "2")], columns=columns)[-1] == (
        "unreachable",
        "Row 3 can never apply: no allowed value of Rating passes its test.",
    )


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_a_table_that_collects_may_leave_gaps_and_overlap(policy: str) -> None:
    assert findings(policy, [("> 3", "-", "0"), ("> 4", "-", "0")]) == []


def test_a_default_closes_every_gap() -> None:
    assert findings("UNIQUE", [("> 3", "-", "0")], outputs=[output("o", default="1")]) == []


def test_overlaps_are_found_in_unique_tables() -> None:
    rows = [("<= 3", "-", "0"), (">= 3", '"E1"', "1"), (">= 3", 'not("E2")', "2"), ("> 3", '"E2"', "3")]

    found = [message for problem, message in findings("UNIQUE", rows) if problem == "overlap"]

    assert found == [
        'Rows 1 and 2 both apply when Rating is 3 and Grade is "E1".',
        'Rows 1 and 3 both apply when Rating is 3 and Grade is "E1" or anything else.',
        'Rows 2 and 3 both apply when Rating is at least 3 and Grade is "E1".',
    ]


def test_rows_of_an_any_table_may_overlap_with_the_same_result() -> None:
    rows = [("<= 3", "-", "1"), (">= 3", "-", "1"), ("> 5", "-", "2")]

    assert findings("ANY", rows) == [("overlap", "Rows 2 and 3 both apply when Rating is above 5.")]


def test_rows_behind_others_are_never_reached() -> None:
    rows = [("< 3", "-", "0"), (">= 2", '"E1"', "1"), (">= 2", 'not("E1")', "2"), ("[2..9]", "-", "3"), ("-", "-", "4")]

    assert findings("FIRST", rows) == [
        ("unreachable", "Row 4 is never reached: the rows above it apply first in every case."),
        ("unreachable", "Row 5 is never reached: the rows above it apply first in every case."),
    ]


def test_cells_that_depend_on_other_data_are_given_the_benefit_of_the_doubt() -> None:
    rows = [("> limit", "-", "0"), ("<= limit", "-", "1")]
    drawn = table("UNIQUE", [RATING, GRADE], [output("o")], rows)
    made = dmn.load(model(input_data("limit"), input_data("rating"), input_data("grade"), decision("raise", drawn)))

    assert made.check() == []


def test_dates_and_truth_values_are_ranges_too() -> None:
    columns = [column("hired", "date", label="Hired"), column("leaver", "boolean", label="Leaver")]
    rows = [('< date("2025-01-01")', "true", "1"), ('>= date("2025-01-01")', "-", "2")]
    made = dmn.load(model(decision("d", table("UNIQUE", columns, [output("o")], rows))))

    assert [finding.message for finding in made.check()] == [
        "No row applies when Hired is below 2025-01-01 and Leaver is false."
    ]


def test_wrong_kinds_and_names_are_found_in_cells() -> None:
    rows = [('"high"', "-", "1"), ("-", "> 3", "ratng * 2"), ("> 3 and < 5", "-", "1")]
    drawn = table("COLLECT", [RATING, GRADE], [output("o")], rows)
    made = dmn.load(model(input_data("rating", "number"), input_data("grade"), decision("raise", drawn, name="Raise")))

    assert [str(finding) for finding in made.check()] == [
        "Raise, row 1, column 'Rating': '=' cannot take a number and text together. Use two values of one kind.",
        "Raise, row 2, column 'Grade': '>' cannot take text and a number together. Use two values of one kind.",
        "Raise, row 2: 'ratng' is not known here. Did you mean 'rating'?",
        (
            "Raise, row 3, column 'Rating': 'and' cannot stand between the tests of a cell. Write a range such as "
            "[3..5], tests with commas between them, or both sides with ?: ? > 3 and ? < 5."
        ),
    ]


def test_names_are_not_asked_for_where_the_model_does_not_say_what_comes_in() -> None:
    drawn = table("FIRST", [column("whatever")], [output("o")], [("-", "other")])

    assert dmn.load(model(decision("d", drawn))).check() == []
    assert len(dmn.load(model(decision("d", drawn)), types={"rating": "number"}).check()) == 2


def test_loose_ends_of_a_model_are_found() -> None:
    made = dmn.load(
        model(
            input_data("rating", "tRating"),
            decision("a", text("b"), needs=["!b", "!gone"]),
            decision("b", text("a"), needs=["!a"]),
            decision("c", ""),
            decision("e", table("PRIORITY", [RATING], [output("o")], [])),
        )
    )

    assert sorted({(finding.problem, finding.element) for finding in made.check()}) == [
        ("circle", "a"),
        ("circle", "b"),
        ("empty", "c"),
        ("empty", "e"),
        ("reference", "a"),
        ("reference", "rating"),
    ]


def test_a_table_that_is_too_large_says_so() -> None:
    """Fifteen columns with a test each have more combinations than can be looked at."""
    columns = [column(f"x{n}", "number") for n in range(15)]
    rows = [[f"> {(row * 7 + at * 3) % 40}" for at in range(15)] + ["1"] for row in range(60)]
    made = dmn.load(model(decision("d", table("UNIQUE", columns, [output("o")], rows))))

    assert {finding.problem for finding in made.check()} <= {"too large", "gap", "overlap"}


CELLS = st.sampled_from(
    [
        "-",
        "1",
        "3",
        "1,3",
        "< 2",
        "<= 2",
        "> 3",
        ">= 3",
        "[1..3]",
        "(1..3)",
        "[2..4)",
        "]1..2]",
        "not(2)",
        "not([2..3])",
        "!= 3",
    ]
)
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5)
NUMBERS = st.sampled_from([Decimal(number) / 2 for number in range(11)])


@settings(max_examples=150)
@given(cells=TABLES, x=NUMBERS, y=NUMBERS)
def test_what_checking_says_is_what_happens(cells: list[tuple[str, str]], x: Decimal, y: Decimal) -> None:
    """Whenever values fall into no row or into several, checking has said that they can; and never says so in vain."""
    rows = [(first, second, str(at)) for at, (first, second) in enumerate(cells)]
    made = dmn.load(model(decision("d", table("UNIQUE", [column("x"), column("y")], [output("o")], rows))))
    found = made.check()
    gaps = [finding for finding in found if finding.problem == "gap"]
    overlaps = {finding.rows for finding in found if finding.problem == "overlap"}

    result, matched = None, ()
    with suppress(dmn.DmnError):
        result = made.evaluate("d", {"x": x, "y": y})
        matched = result.matched_rows

    if result is None:
        assert overlaps
    elif not matched:
        assert gaps
    if not gaps and not overlaps:
        assert result is not None
        assert len(matched) == 1


@settings(max_examples=100)
@given(cells=TABLES)
def test_a_row_that_is_called_unreachable_never_applies(cells: list[tuple[str, str]]) -> None:
    rows = [(first, second, str(at)) for at, (first, second) in enumerate(cells)]
    made = dmn.load(model(decision("d", table("FIRST", [column("x"), column("y")], [output("o")], rows))))
    dead = {row for finding in made.check() if finding.problem == "unreachable" for row in finding.rows}
    places = [Decimal(number) / 2 for number in range(11)]

    reached = {row for x in places for y in places for row in made.evaluate("d", {"x": x, "y": y}).matched_rows}

    assert reached == set(range(1, len(rows) + 1)) - dead
