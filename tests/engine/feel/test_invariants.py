"""What must hold whatever the expression and the data."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel import Dictionary, FeelError, Limits
from engine.feel.comparison import equal, order
from engine.feel.far_moments import FarMoment, add_span, day_number, from_instant, instant
from engine.feel.limits import Meter
from engine.feel.rendering import quoted
from engine.feel.temporal import moment_text, parse_date, parse_date_time
from tests.engine.feel.test_errors import UNREADABLE, WRONG
from tests.engine.feel.test_language import EXAMPLES

QUICK = Limits(seconds=0.5)
DICTIONARY = Dictionary({"rating": "number", "employee.name": "string", "reviews": "list", "reviews.rating": "number"})
CORPUS = [*EXAMPLES, *WRONG, *UNREADABLE]
PIECES = [
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "..",
        ".",
        ",",
        ":",
        "@",
        "?",
        "=",
        "<",
        ">=",
        "**",
        "-",
        "+",
        "/",
        "//",
        "/*",
        "*/",
    ),
    *("and", "or", "not(", "in", "between", "if", "then", "else", "for x in", "return", "some", "satisfies", "null"),
    *("function(", "instance of", "list<", "context<", "string(", "sort(", "flatten(", "range(", "matches(", "abs"),
    *("1e6144", "1e-6176", "0.1", '"a"', "“", "”", "\\", "\x00", "😀", "item", "partial", "rating", "reviews"),
    *('@"-999999999-01-01"', '@"9999-12-31T23:59:59@Europe/Paris"', 'duration("P99999999Y")', 'duration("PT1S")'),
]


@st.composite
def damaged_expressions(draw: st.DrawFn) -> str:
    """An expression that somebody typed over."""
    text = draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=3) | st.sampled_from(CORPUS))
        text = f"{text[:start]} {piece} {text[end:]}"
    return text


def numbers() -> st.SearchStrategy[Any]:
    return st.integers() | st.floats() | st.decimals(allow_nan=True, allow_infinity=True) | st.just(10**4200)


ZONES = st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=-11, minutes=-30)))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    numbers(),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(timezones=ZONES),
    st.times(timezones=ZONES),
    st.timedeltas(),
)
VALUES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=4)
        | st.tuples(below, below)
        | st.dictionaries(st.sampled_from(["rating", "name", "a", "b c"]), below, max_size=3)
    ),
    max_leaves=8,
)
DATA = st.dictionaries(
    st.sampled_from(["rating", "employee", "reviews", "grade", "hired", "weights", "a", "limit"]), VALUES, max_size=6
)


def work_out(text: str, data: dict[str, Any], *, strict: bool) -> str:
    """Everything the product does with an expression, as text; errors of ours are an answer."""
    try:
        value = feel.compile(text, types=DICTIONARY).evaluate(data, limits=QUICK, strict=strict)
        return json.dumps(feel.to_plain(value))
    except FeelError as error:
        return str(error) + error.pointer()


@settings(max_examples=400)
@given(text=damaged_expressions() | st.text(max_size=60), data=DATA, strict=st.booleans())
def test_only_our_own_errors_come_out(text: str, data: dict[str, Any], strict: bool) -> None:  # noqa: FBT001
    assert work_out(text, data, strict=strict)


@settings(max_examples=200)
@given(text=damaged_expressions(), data=DATA, strict=st.booleans())
def test_only_our_own_errors_come_out_of_cells(text: str, data: dict[str, Any], strict: bool) -> None:  # noqa: FBT001
    with suppress(FeelError):
        tests = feel.compile_unary_tests(text)
        assert type(tests.matches(data.get("rating"), data, limits=QUICK, strict=strict)) is bool


@settings(max_examples=200)
@given(text=damaged_expressions() | st.text(max_size=60))
def test_checking_never_fails(text: str) -> None:
    for finding in feel.check(text, DICTIONARY):
        assert str(finding)


@given(text=st.text(max_size=50))
def test_a_text_written_as_a_constant_is_the_same_text(text: str) -> None:
    assert feel.compile(quoted(text)).evaluate({}) == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_a_number_as_text_and_back_is_the_same_number(number: Decimal) -> None:
    assert feel.compile("number(string(n))").evaluate({"n": number}) == number


FAR_DAYS = st.integers(-999_999_999 * 365, 999_999_999 * 365)


@given(days=FAR_DAYS, span=st.integers(-10_000_000, 10_000_000))
def test_days_added_to_any_date_can_be_counted_again(days: int, span: int) -> None:
    start = from_instant(days * 86_400_000_000, None)
    later = add_span(start, timedelta(days=span))

    assert day_number(later) - day_number(start) == span
    assert parse_date_time(moment_text(later)) == later


@given(moment=st.datetimes(timezones=st.timezones() | st.none()))
def test_an_instant_names_one_moment(moment: datetime) -> None:
    there = from_instant(instant(moment), moment.tzinfo)

    assert isinstance(there, FarMoment) or instant(there) == instant(moment)


@given(day=st.dates())
def test_a_date_as_text_and_back_is_the_same_date(day: date) -> None:
    assert parse_date(moment_text(day)) == day


@given(left=VALUES, right=VALUES)
def test_equality_and_order_agree(left: Any, right: Any) -> None:
    meter = Meter()

    assert equal(left, right, meter) == equal(right, left, meter)
    forwards, backwards = order(left, right, meter), order(right, left, meter)
    assert (forwards is None) == (backwards is None)
    if forwards is not None and backwards is not None:
        assert forwards == -backwards


@given(
    a=st.integers(0, 6), b=st.integers(0, 6), c=st.integers(0, 6), d=st.integers(0, 6), ends=st.text("[](", min_size=4)
)
def test_relations_between_ranges_mirror_each_other(a: int, b: int, c: int, d: int, ends: str) -> None:
    first = f"{'[' if ends[0] == '[' else '('}{min(a, b)}..{max(a, b)}{']' if ends[1] == ']' else ')'}"
    second = f"{'[' if ends[2] == '[' else '('}{min(c, d)}..{max(c, d)}{']' if ends[3] == ']' else ')'}"
    for relation, mirrored in (
        ("before", "after"),
        ("meets", "met by"),
        ("overlaps", "overlaps"),
        ("overlaps before", "overlaps after"),
        ("starts", "started by"),
        ("finishes", "finished by"),
        ("includes", "during"),
        ("coincides", "coincides"),
    ):
        text = f"{relation}({first}, {second}) = {mirrored}({second}, {first})"
        assert feel.compile(text).evaluate({}) is True, text


@given(clock=st.times(), span=st.timedeltas())
def test_a_time_plus_and_minus_a_span_is_the_same_time(clock: time, span: timedelta) -> None:
    assert feel.compile("t + s - s").evaluate({"t": clock, "s": span}) == clock
