"""The standard functions, by the examples of DMN 1.5, chapter 10.3.4, and at their edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import feel
from engine.feel import Months
from engine.feel.builtins import BUILTINS

EXAMPLES: dict[str, Any] = {
    # numbers
    "decimal(1/3, 2)": Decimal("0.33"),
    "decimal(1.5, 0)": 2,
    "decimal(2.5, 0)": 2,
    "floor(-1.5)": -2,
    "floor(1.56, 1)": Decimal("1.5"),
    "ceiling(-1.5)": -1,
    "ceiling(1.51, 1)": Decimal("1.6"),
    "round up(5.5, 0)": 6,
    "round up(-5.5, 0)": -6,
    "round down(-5.5, 0)": -5,
    "round half up(-2.5, 0)": -3,
    "round half down(2.5, 0)": 2,
    "round half up(1234.5, -2)": 1200,
    "abs(-10)": 10,
    'abs(duration("-P1D"))': timedelta(days=1),
    'abs(duration("-P1Y"))': Months(12),
    "modulo(12, 5)": 2,
    "modulo(-12, 5)": 3,
    "modulo(12, -5)": -3,
    "modulo(10.1, 4.5)": Decimal("1.1"),
    "sqrt(16)": 4,
    "decimal(exp(1), 4)": Decimal("2.7183"),
    "decimal(log(10), 4)": Decimal("2.3026"),
    "odd(5)": True,
    "even(5)": False,
    "odd(2.5)": False,
    'number("1 000,5", " ", ",")': Decimal("1000.5"),
    'number("1,000.5", ",", ".")': Decimal("1000.5"),
    'number(from: "8.50")': Decimal("8.50"),
    # text
    'substring("foobar", 3)': "obar",
    'substring("foobar", 3, 3)': "oba",
    'substring("foobar", -2, 1)': "a",
    'substring("😀ab", 2)': "ab",
    'string length("😀ab")': 3,
    'upper case("aBc")': "ABC",
    'lower case("aBc")': "abc",
    'trim("  a ")': "a",
    'is blank("  ")': True,
    'substring before("foobar", "bar")': "foo",
    'substring before("foobar", "xyz")': "",
    'substring after("foobar", "ob")': "ar",
    'substring after("foobar", "")': "foobar",
    'contains("foobar", "of")': False,
    'starts with("foobar", "fo")': True,
    'ends with("foobar", "r")': True,
    'string join(["a", null, "c"], "_and_")': "a_and_c",
    'string join(["a", "b"])': "ab",
    'string([1, "a", {b: true}])': '[1, "a", {b: true}]',
    "string(1.10)": "1.1",
    "string(null)": None,
    'matches("foobar", "^fo*b")': True,
    'matches("FooBar", "foobar", "i")': True,
    'matches("hello world", " hello[ ]world ", "x")': True,
    'matches("a.b", "a.b", "q")': True,
    'replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")': "[1=ab][2=]cd",
    'replace("a.b.c", ".", "-", "q")': "a-b-c",
    'replace("price", "p", "\\\\$")': "$rice",
    'split("John Doe", "\\\\s")': ["John", "Doe"],
    'split("a;b;c;;", ";")': ["a", "b", "c", "", ""],
    # logic
    "not(true)": False,
    "all([true, null, false])": False,
    "all([true, null])": None,
    "all([])": True,
    "any([false, null, true])": True,
    "any([])": False,
    "all(true, true)": True,
    'is(@"12:00:00", @"12:00:00Z")': False,
    "is(1, 1.0)": True,
    "get or else(null, 3)": 3,
    # lists
    "list contains([1, 2, null], null)": True,
    "count([1, 2, 3])": 3,
    "min(1, 2, 3)": 1,
    'max(["a", "b"])': "b",
    "min([])": None,
    "sum(1, 2, 3)": 6,
    "sum([])": None,
    "mean([1, 2, 3])": 2,
    "median(8, 2, 5, 3, 4)": 4,
    "median([6, 1, 2, 3])": Decimal("2.5"),
    "stddev(2, 4, 7, 5)": Decimal("2.081665999466132735282297706979931"),
    "stddev([1])": None,
    "mode(6, 3, 9, 6, 6)": [6],
    "mode([6, 1, 9, 6, 1])": [1, 6],
    "product([2, 3, 4])": 24,
    "sublist([4, 5, 6], 1, 2)": [4, 5],
    "sublist([4, 5, 6], -2)": [5, 6],
    "append([1], 2, 3)": [1, 2, 3],
    "concatenate([1, 2], [3])": [1, 2, 3],
    "insert before([1, 3], 1, 2)": [2, 1, 3],
    "insert before([1, 3], -1, 2)": [1, 2, 3],
    "remove([1, 2, 3], 2)": [1, 3],
    "reverse([1, 2, 3])": [3, 2, 1],
    "index of([1, 2, 3, 2], 2)": [2, 4],
    "union([1, 2], [2, 3])": [1, 2, 3],
    "distinct values([1, 2, 1.0, {a: 1}, {a: 1}, null, null])": [1, 2, {"a": 1}, None],
    "flatten([[1, 2], [[3]], 4])": [1, 2, 3, 4],
    "sort([3, 1, 2])": [1, 2, 3],
    "sort([3, 1, 2], function(x, y) x > y)": [3, 2, 1],
    "list replace([2, 4, 7, 8], 3, 6)": [2, 4, 6, 8],
    "list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)": [5, 5, 7, 8],
    "count(1)": 1,
    'upper case(["a"])': "A",
    # contexts
    'get value({a: 1}, "a")': 1,
    'get value({a: {b: 2}}, ["a", "b"])': 2,
    'get value({a: 1}, "c")': None,
    "get entries({a: 1})": [{"key": "a", "value": 1}],
    'context([{key: "a", value: 1}])': {"a": 1},
    'context put({a: 1}, "b", 2)': {"a": 1, "b": 2},
    'context put({a: {b: 1}}, ["a", "c"], 2)': {"a": {"b": 1, "c": 2}},
    'context put({}, ["a", "b"], 2)': {"a": {"b": 2}},
    "context merge([{a: 1}, {a: 2, b: 3}])": {"a": 2, "b": 3},
    # time
    'date("2017-01-03")': date(2017, 1, 3),
    "date(2017, 1, 3)": date(2017, 1, 3),
    'date(date and time("2017-01-03T11:45:30Z"))': date(2017, 1, 3),
    'date and time(date("2017-01-03"), time("11:45:30"))': datetime(2017, 1, 3, 11, 45, 30),  # noqa: DTZ001 - as FEEL has it
    'date and time("2017-01-03T24:00:00Z")': datetime(2017, 1, 4, tzinfo=UTC),
    'time("23:59:00Z")': time(23, 59, tzinfo=UTC),
    'time(11, 45, 30, duration("PT0H"))': time(11, 45, 30, tzinfo=UTC),
    'time(date("2017-01-03"))': time(tzinfo=UTC),
    'duration("P2DT20H14M").hours': 20,
    'duration("-P1Y3M").months': -3,
    'years and months duration(date("2011-12-22"), date("2013-08-24")).months': 8,
    'years and months duration(date("2013-08-24"), date("2011-12-22")).years': -1,
    'day of year(date("2019-09-17"))': 260,
    'day of week(date("2019-09-17"))': "Tuesday",
    'month of year(date("2019-09-17"))': "September",
    'week of year(date("2005-01-01"))': 53,
    'last day of month(date("2024-02-10"))': 29,
    'day of week(@"-0001-01-01")': "Friday",
    # ranges
    "before(1, 10)": True,
    "before([1..10), 10)": True,
    "before([1..10], [10..20])": False,
    "before([1..10), [10..20])": True,
    "after([11..20], 1)": True,
    "after([10..20], [1..10))": True,
    "meets([1..5], [5..10])": True,
    "meets([1..5), [5..10])": False,
    "met by([5..10], [1..5])": True,
    "overlaps([1..5], [3..8])": True,
    "overlaps([1..5), [5..8])": False,
    "overlaps before([1..5], [3..8])": True,
    "overlaps before([1..5], [1..5])": False,
    "overlaps after([3..8], [1..5])": True,
    "finishes(10, [1..10])": True,
    "finishes([5..10], [1..10])": True,
    "finished by([1..10], 10)": True,
    "includes([1..10], 5)": True,
    "includes([1..10], [4..6])": True,
    "includes([1..10), [4..10])": False,
    "during(5, [1..10])": True,
    "starts(1, [1..10])": True,
    "starts([1..5], [1..10])": True,
    "started by([1..10], 1)": True,
    "coincides(5, 5)": True,
    "coincides([1..5], [1..5))": False,
    'range("[1..5)") = [1..5)': True,
    'range("[@\\"2026-01-01\\"..)").start.year': 2026,
    'range("[\\"a\\"..\\"c\\"]").end': "c",
}
UNTESTED_HERE = {"now", "today", "is defined"}


@pytest.mark.parametrize(("text", "expected"), EXAMPLES.items())
def test_a_function_gives_what_the_standard_says(text: str, expected: Any) -> None:
    assert feel.compile(text).evaluate({}) == expected


@pytest.mark.parametrize("name", sorted(set(BUILTINS) - UNTESTED_HERE))
def test_every_function_has_an_example(name: str) -> None:
    assert any(f"{name}(" in text for text in EXAMPLES)


NO_RESULT = [
    "modulo(1, 0)",
    "log(0)",
    "sqrt(-1)",
    "decimal(1, 7000)",
    'number("1,5")',
    'number("1 000", " ", " ")',
    'substring("abc", 0)',
    'substring("abc", 1, 0)',
    "sublist([1, 2], 3)",
    "insert before([1], 5, 2)",
    "remove([], 1)",
    "list replace([1], 0, 2)",
    'min(1, "a")',
    'sum(1, "a")',
    "sort([1, true])",
    "sort([1, 2], function(a, b) 1)",
    'string join(["a", 1])',
    'date("2026-02-30")',
    "date(2026, 13, 1)",
    'date and time("2026-01-01T25:00:00")',
    'time("09:30")',
    'duration("P")',
    'duration("1 day")',
    'date and time(date("2026-01-01"), "Nowhere/City")',
    'time("09:00:00@Nowhere/City")',
    'range("1..5")',
    'range("[5..1]")',
    'range("[a..b]")',
    "before((> 3), (< 5))",
    'matches("a", "[")',
    'matches("a", "a", "z")',
    'context([{key: "a"}])',
    'context put({a: 1}, ["a", "b"], 2)',
    "context merge([1])",
]


@pytest.mark.parametrize("text", NO_RESULT)
def test_a_call_without_result_says_so_or_is_null(text: str) -> None:
    with pytest.raises(feel.FeelValueError, match="has no result"):
        feel.compile(text).evaluate({})
    assert feel.compile(text).evaluate({}, strict=False) is None


def test_parameters_may_be_given_by_name() -> None:
    assert feel.compile('substring(start position: 2, string: "abc")').evaluate({}) == "bc"
    assert feel.compile('number(from: "1.5", grouping separator: null, decimal separator: ".")').evaluate(
        {}
    ) == Decimal("1.5")
    with pytest.raises(feel.FeelTypeError, match="does not take"):
        feel.compile('substring(text: "abc", start position: 1)').evaluate({})


def test_functions_can_be_handed_over() -> None:
    assert feel.compile("(function(f, x) f(x))(abs, -3)").evaluate({}) == 3
