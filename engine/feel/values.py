"""The values of FEEL and the Python types that carry them.

number Decimal, string str, boolean bool, null None, date `date` (or FarMoment), time `time`, date and time `datetime`
(or FarMoment), days and time duration `timedelta`, years and months duration Months, range Range, list `list`,
context `dict`, function Function. Data from outside is brought into this form by `normalise` when it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.durations import Months
from engine.feel.errors import FeelTypeError, shorten
from engine.feel.far_moments import FarMoment
from engine.feel.limits import Meter
from engine.feel.numbers import LARGEST_EXPONENT, NUMBERS, number_from_int, number_text
from engine.feel.ranges import Range
from engine.feel.types import FeelType

Value = Any


class AnyFunction:
    """What can be called: a standard function, or one written in FEEL."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Function(AnyFunction):
    """A function written in FEEL or made by a decision model. `body` takes (values in order, run)."""

    parameters: tuple[str, ...]
    body: Callable[[list[Value], Any], Value]
    types: tuple[FeelType | None, ...] = ()
    result: FeelType | None = None
    name: str = "function"


_KINDS: dict[type, str] = {
    bool: "boolean",
    Decimal: "number",
    str: "string",
    type(None): "null",
    list: "list",
    dict: "context",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    Months: "years and months duration",
    Range: "range",
}
_READY = frozenset({*_KINDS, Function, FarMoment} - {Decimal})
_IN_WORDS = {
    "boolean": "yes or no",
    "string": "text",
    "null": "empty",
    "days and time duration": "duration in days and time",
    "years and months duration": "duration in months",
}


def normalise(value: Value, meter: Meter) -> Value:
    """The FEEL form of a value from outside. Raises FeelTypeError for a Python object that FEEL has no kind for."""
    known = type(value)
    if known in _READY:
        return value
    if known is Decimal:
        return _normalise_decimal(value)
    if known is int:
        return number_from_int(value)
    if known is float:
        return _normalise_decimal(Decimal(repr(value)))
    return _normalise_other(value, meter)


def _normalise_decimal(value: Decimal) -> Decimal | None:
    if not value.is_finite():
        return None
    adjusted = value.adjusted()
    if adjusted > LARGEST_EXPONENT:
        return None
    return value if adjusted > -LARGEST_EXPONENT else NUMBERS.plus(value)


def _normalise_other(value: Value, meter: Meter) -> Value:
    if isinstance(value, (dict, AnyFunction)):
        return value
    if isinstance(value, (list, tuple)):
        meter.spend_items(len(value))
        return list(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return number_from_int(int(value))
    raise FeelTypeError(
        f"The data holds a value of a kind that rules cannot use ({type(value).__name__}).",
        hint="Turn it into text, a number, a date, a list or a context before the rule is worked out.",
    )


def kind(value: Value) -> str:
    """The FEEL name of the value's kind."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, FarMoment):
        return _KINDS[type(value.inner)]
    return "context" if isinstance(value, dict) else "function"


def is_context(value: Value) -> bool:
    return type(value) is dict or isinstance(value, dict)


def kind_in_words(name: str) -> str:
    """The kind as a person outside of computing says it, with its article."""
    word = _IN_WORDS.get(name, name)
    return word if word in ("text", "empty", "yes or no") else f"a {word}"


def describe(value: Value) -> str:
    """The value for an error message: its kind, and the value itself where it is short."""
    name = kind(value)
    if name == "null":
        return "empty"
    if name == "boolean":
        return "true" if value else "false"
    if name == "number":
        return f"the number {shorten(number_text(value), 30)}" if value.adjusted() < 40 else "a very large number"
    if name == "string":
        return f'the text "{shorten(value[:40], 30)}"'
    return kind_in_words(name)
