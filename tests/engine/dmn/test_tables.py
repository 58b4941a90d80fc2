"""Decision tables: hit policies, aggregation, defaults, allowed values, and the trace that explains the result."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import dmn, feel
from tests.engine.dmn.drawing import column, decision, model, output, table

RATING, GRADE = column("rating", "number", label="Rating"), column("grade", "string", label="Grade")
PERCENT = output("percent", "number")
OVERLAPPING = [(">= 3", "-", "3"), (">= 4", '"E1","E2"', "8"), (">= 4", "-", "5")]


def one_table(
    policy: str, rows: list[Any], *, outputs: list[str] | None = None, columns: list[str] | None = None
) -> dmn.Model:
    drawn = table(policy, columns or [RATING, GRADE], outputs or [PERCENT], rows)
    return dmn.load(model(decision("raise", drawn, name="Raise")))


def decide(made: dmn.Model, **inputs: Any) -> Any:
    return made.evaluate("raise", inputs).value


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("FIRST", 3),
        ("COLLECT", [3, 8, 5]),
        ("RULE ORDER", [3, 8, 5]),
        ("COLLECT+SUM", 16),
        ("COLLECT+MIN", 3),
        ("COLLECT+MAX", 8),
        ("COLLECT+COUNT", 3),
    ],
)
def test_a_hit_policy_makes_one_result_of_several_rows(policy: str, expected: Any) -> None:
    assert decide(one_table(policy, OVERLAPPING), rating=4, grade="E1") == expected


@pytest.mark.parametrize(("policy", "expected"), [("PRIORITY", 8), ("OUTPUT ORDER", [8, 5, 3])])
def test_priorities_follow_the_list_of_output_values(policy: str, expected: Any) -> None:
    made = one_table(policy, OVERLAPPING, outputs=[output("percent", "number", values="8, 5, 3")])

    assert decide(made, rating=4, grade="E1") == expected


def test_unique_gives_the_one_row_that_applies() -> None:
    assert decide(one_table("UNIQUE", OVERLAPPING), rating=3, grade="E9") == 3


def test_an_overlap_in_a_unique_table_names_the_rows() -> None:
    with pytest.raises(dmn.DmnError) as told:
        decide(one_table("UNIQUE", OVERLAPPING), rating=4, grade="E1")

    assert "Raise: Rows 1, 2 and 3 apply at the same time, but this table allows only one" in str(told.value)
    assert "choose another hit policy" in told.value.hint


def test_rows_of_an_any_table_must_agree() -> None:
    rows = [(">= 3", "-", "5"), (">= 4", "-", "5"), (">= 5", "-", "6")]
    made = one_table("ANY", rows)

    assert decide(made, rating=4, grade="E1") == 5
    with pytest.raises(dmn.DmnError, match="Rows 1, 2 and 3 apply at the same time and give different results"):
        decide(made, rating=5, grade="E1")


def test_several_outputs_make_a_context() -> None:
    rows = [(">= 4", "-", "8", '"director"'), ("< 4", "-", "3", '"manager"')]
    made = one_table("UNIQUE", rows, outputs=[PERCENT, output("approver", "string")])

    assert decide(made, rating=4, grade="E1") == {"percent": 8, "approver": "director"}


def test_priority_over_several_outputs_looks_at_the_first_column_first() -> None:
    outputs = [output("level", values='"high","low"'), output("days", values="30,10")]
    rows = [("-", "-", '"low"', "30"), ("-", "-", '"high"', "10"), ("-", "-", '"high"', "30")]
    made = one_table("PRIORITY", rows, outputs=outputs)

    assert decide(made, rating=1, grade="") == {"level": "high", "days": 30}


@pytest.mark.parametrize(
    ("policy", "expected"), [("UNIQUE", 1), ("FIRST", 1), ("COLLECT", [1]), ("COLLECT+SUM", 1), ("RULE ORDER", [1])]
)
def test_the_default_counts_where_no_row_applies(policy: str, expected: Any) -> None:
    made = one_table(policy, OVERLAPPING, outputs=[output("percent", "number", default="1")])

    assert decide(made, rating=1, grade="E1") == expected


def test_without_default_there_is_no_result() -> None:
    assert decide(one_table("UNIQUE", OVERLAPPING), rating=1, grade="E1") is None
    assert decide(one_table("COLLECT+COUNT", OVERLAPPING), rating=1, grade="E1") == 0


def test_a_value_that_is_not_allowed_is_an_error() -> None:
    made = one_table(
        "FIRST", OVERLAPPING, columns=[column("rating", "number", label="Rating", allowed="[1..5]"), GRADE]
    )

    assert decide(made, rating=5, grade="E1") == 3
    with pytest.raises(dmn.DmnError, match=r"Rating is 6, which is not one of the allowed values \[1..5\]"):
        decide(made, rating=6, grade="E1")


def test_an_empty_value_passes_only_where_no_test_is() -> None:
    rows = [("> 3", "-", "1"), ("-", "null", "2"), ("null", "-", "3")]

    assert decide(one_table("FIRST", rows), rating=None, grade="E1") == 3
    assert decide(one_table("FIRST", rows), rating=None, grade=None) == 2


def test_cells_may_use_the_other_inputs_and_outputs_may_calculate() -> None:
    rows = [("> average + 1", "-", "round half up(rating * factor, 1)"), ("-", "-", "0")]

    assert decide(one_table("FIRST", rows), rating=4.5, average=3, factor=Decimal("1.11"), grade="") == 5


def test_iso_text_is_read_where_the_column_is_a_date() -> None:
    rows = [('< date("2025-01-01")', "1"), ("-", "2")]
    made = one_table("FIRST", rows, columns=[column("hired", "date", label="Hired")])

    assert decide(made, hired="2024-12-31") == 1
    assert decide(made, hired="2025-01-01") == 2


def test_the_data_dictionary_reaches_into_tables() -> None:
    drawn = table("FIRST", [column("employee.hired")], [PERCENT], [('< date("2025-01-01")', "1"), ("-", "2")])
    made = dmn.load(model(decision("raise", drawn)), types={"employee.hired": "date"})

    assert decide(made, employee={"hired": "2024-12-31"}) == 1


@pytest.mark.parametrize(
    ("rows", "inputs", "message"),
    [
        (
            [("> three", "-", "1")],
            {"rating": 4, "grade": ""},
            "Raise, row 1, column 'Rating': 'three' is not known here.",
        ),
        ([('"a"', "-", "1")], {"rating": 4, "grade": ""}, "Raise, row 1, column 'Rating': The value is the number 4"),
        ([("-", "-", '"a" + 1')], {"rating": 4, "grade": ""}, 'Raise, row 1: The left side is the text "a"'),
        (
            [("-", "-", '"much"')],
            {"rating": 4, "grade": ""},
            'row 1 is the text "much", which does not fit the type number',
        ),
        ([("> 3 >", "-", "1")], {"rating": 4, "grade": ""}, "Raise, row 1, column 'Rating' cannot be read"),
        ([("-", "-", "1")], {"rating": 4}, "Raise, column 'Grade': 'grade' is not known here"),
        ([("-", "-", "1")], {"rating": "x", "grade": ""}, "column 'Rating' is the text \"x\", which does not fit"),
    ],
)
def test_a_wrong_cell_is_named(rows: list[Any], inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(feel.FeelError) as told:
        decide(one_table("FIRST", rows), **inputs)

    assert message in str(told.value)


def test_the_trace_tells_which_rows_and_cells_decided() -> None:
    rows = [(">= 4", '"E9"', "10"), (">= 4", "-", "8"), (">= 3", "-", "3")]

    result = one_table("FIRST", rows).evaluate("raise", {"rating": 4, "grade": "E1"})

    (made,) = result.trace
    (ran,) = made.tables
    assert (made.id, made.name, made.value) == ("raise", "Raise", 8)
    assert ran.inputs == (("Rating", 4), ("Grade", "E1"))
    assert ran.rows == (
        dmn.RowTrace(1, (True, False), matched=False),
        dmn.RowTrace(2, (True, True), matched=True),
    )
    assert (ran.matched, ran.decided, ran.used_default) == ((2,), (2,), False)
    assert result.matched_rows == (2,)


def test_the_trace_of_priorities_tells_the_row_that_won() -> None:
    made = one_table("PRIORITY", OVERLAPPING, outputs=[output("percent", "number", values="8, 5, 3")])

    ran = made.evaluate("raise", {"rating": 4, "grade": "E1"}).trace[0].tables[0]

    assert (ran.matched, ran.decided) == ((1, 2, 3), (2,))


def test_the_trace_tells_when_the_default_was_taken() -> None:
    made = one_table("UNIQUE", OVERLAPPING, outputs=[output("percent", "number", default="1")])

    assert made.evaluate("raise", {"rating": 1, "grade": "E1"}).trace[0].tables[0].used_default


@pytest.mark.parametrize("policy", ["BEST", "COLLECT+MEDIAN"])
def test_an_unknown_hit_policy_is_refused(policy: str) -> None:
    with pytest.raises(dmn.DmnFileError, match="There is no hit policy"):
        one_table(policy, OVERLAPPING)


def test_a_row_with_missing_cells_is_refused() -> None:
    with pytest.raises(dmn.DmnFileError, match="Row 2 has not as many cells as the table has columns"):
        one_table("FIRST", [("-", "-", "1"), ("-", "1")])
