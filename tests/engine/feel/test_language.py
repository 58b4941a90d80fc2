"""What FEEL expressions mean, by example."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import feel

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
DATA: dict[str, Any] = {
    "rating": 4.5,
    "grade": "E1",
    "employee": {"name": "Anna", "hire date": date(2024, 1, 10), "manager": None},
    "reviews": [{"rating": 3, "by": "Ben"}, {"rating": 5, "by": "Cleo"}, {"by": "Dan"}],
    "hired": date(2024, 1, 31),
    "weights": (40, 60),
}
EXAMPLES: dict[str, Any] = {
    # numbers are decimal
    "0.1 + 0.2": Decimal("0.3"),
    "= 1 + 2 * 3": 7,
    "2 ** 3 ** 2": 64,
    "-2 ** 2": 4,
    "1 / 3 * 3 = 1": False,
    "--3": 3,
    ".5 + 1e2": Decimal("100.5"),
    # logic with three values
    "true and null": None,
    "false and null": False,
    "true or null": True,
    "not(false)": True,
    # text
    '"a" + "b"': "ab",
    "“curly” + „quotes“": "curlyquotes",
    '"\\u00e9\\uD83D\\uDE00\\n"': "é😀\n",
    # comparisons and tests
    "rating between 4 and 5": True,
    "rating in [4..5]": True,
    "rating in (4..4.5)": False,
    "rating in (< 2, > 4)": True,
    "rating in ]4..5[": True,
    'grade in ("E1", "E2")': True,
    'grade in ["E1", "E2"]': True,
    "5 in (2 + 1) * 2": False,
    "6 in (2 + 1) * 2": True,
    "null = null": True,
    "[1] = 1": True,
    "[1, [2]] = [1, [2]]": True,
    "{a: 1} = {a: 1}": True,
    # paths and filters
    "employee.name": "Anna",
    "employee.hire date.year": 2024,
    "employee.manager.name": None,
    "reviews.rating": [3, 5, None],
    "reviews[1].by": "Ben",
    "reviews[-1].by": "Dan",
    "reviews[rating > 3].by": ["Cleo"],
    "reviews[9]": None,
    "count(reviews[item.by = grade])": 0,
    "[1,2,3,4][item > 2]": [3, 4],
    "weights[2]": 60,
    # control
    'if rating > 4 then "high" else "low"': "high",
    "for i in 1..3 return i * i": [1, 4, 9],
    "for i in 3..1 return i": [3, 2, 1],
    "for i in [1,2], j in [10,20] return i + j": [11, 21, 12, 22],
    "for i in 1..4 return if i <= 2 then 1 else partial[-1] + partial[-2]": [1, 1, 2, 3],
    'for d in @"2026-01-30"..@"2026-02-01" return d.day': [30, 31, 1],
    "some r in reviews satisfies r.rating > 4": True,
    "every w in weights satisfies w > 10": True,
    "{a: 1, b: a + 1}.b": 2,
    "(function(x, y) x + y)(1, 2)": 3,
    "{fact: function(n) if n < 2 then 1 else n * fact(n - 1), r: fact(10)}.r": 3628800,
    # types
    "rating instance of number": True,
    "weights instance of list<number>": True,
    "employee instance of context<name: string>": True,
    "null instance of number": False,
    # time
    '@"2026-03-31"': date(2026, 3, 31),
    'hired + duration("P1M")': date(2024, 2, 29),
    'date("2026-03-31") - date("2026-03-01")': timedelta(days=30),
    'date and time("2026-03-29T01:30:00@Europe/Berlin") + duration("PT1H") = '
    'date and time("2026-03-29T01:30:00Z")': True,
    'time("09:30:00") + duration("PT20H")': time(5, 30),
    'duration("PT90M").hours': 1,
    'duration("P1Y6M") * 2 = duration("P3Y")': True,
    '@"-0044-03-15".year': -44,
    '@"-0044-03-15" < @"2026-01-01"': True,
    'string(@"9999-12-31" + duration("P1D"))': "10000-01-01",
    "now() > hired": None,
    "today()": date(2026, 11, 22),
    # comments
    "1 /* one */ + // two\n 2": 3,
}


@pytest.mark.parametrize(("text", "expected"), EXAMPLES.items())
def test_an_expression_gives_its_value(text: str, expected: Any) -> None:
    names = ["hire date"]

    assert feel.compile(text, names).evaluate(DATA, now=NOW, strict=text != "now() > hired") == expected


CELLS: list[tuple[str, Any, bool]] = [
    ("-", None, True),
    ("", 3, True),
    ("> 3", 4, True),
    ("> 3", None, False),
    ("3, 4", 4, True),
    ("[3..4)", 4, False),
    ('"E1", "E2"', "E2", True),
    ('not("E1", "E2")', "E3", True),
    ("not(< 3)", 2, False),
    ("null", None, True),
    ("= 3", 3, True),
    ("? > 3 and ? < limit", 4, True),
    ("limit", 5, True),
    ('contains(?, "a")', "Anna", True),
    ("not(?) or limit > 6", True, False),
    ("[1, 2, 3]", 2, True),
]


@pytest.mark.parametrize(("text", "value", "expected"), CELLS)
def test_a_cell_tests_a_value(text: str, value: Any, expected: object) -> None:
    assert feel.compile_unary_tests(text).matches(value, {"limit": 5}) is expected


def test_a_name_of_several_words_is_known_beforehand() -> None:
    data = {"years in grade": 3, "pay - base": 100, "years": 1}

    assert feel.compile("years in grade + years", ["years in grade"]).evaluate(data) == 4
    assert feel.compile("pay - base * 2", ["pay - base"]).evaluate(data) == 200


def test_an_expression_says_what_it_reads() -> None:
    expression = feel.compile(
        "employee.grade = limit and (some r in reviews satisfies r.rating > floor(x)) and count(reviews[by = me]) > 0"
    )

    assert expression.free_names == {"employee.grade", "limit", "reviews", "x", "by", "me"}
    assert expression.text.startswith("employee.grade")


def test_an_expression_can_be_used_again_and_leaves_the_data_alone() -> None:
    data = {"a": [1, 2], "hired": "2024-01-10"}
    expression = feel.compile("concatenate(a, [3])", types={"hired": "date"})

    assert expression.evaluate(data) == expression.evaluate(data) == [1, 2, 3]
    assert data == {"a": [1, 2], "hired": "2024-01-10"}


def test_the_time_is_the_callers() -> None:
    with pytest.raises(feel.FeelValueError, match="current time is not known"):
        feel.compile("today()").evaluate({})


def test_a_standard_name_may_be_taken_by_data() -> None:
    """A field called 'count' is the field, and still the function where it is called."""
    assert feel.compile("count + count([1, 2])").evaluate({"count": 5}) == 7


def test_a_loop_deeper_than_the_data_keeps_its_names_apart() -> None:
    text = "for r in reviews return count(reviews[by = r.by])"

    assert feel.compile(text).evaluate(DATA) == [1, 1, 1]
