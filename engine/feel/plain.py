"""FEEL values as plain data that fits into JSON."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.errors import FeelLimitError, FeelTypeError
from engine.feel.limits import Limits, Meter
from engine.feel.numbers import is_whole
from engine.feel.rendering import render
from engine.feel.values import AnyFunction, Value, is_context, normalise

_LARGEST_JSON_INTEGER = 2**53


def to_plain(value: Value, *, limits: Limits | None = None) -> Value:
    """Plain data: None, bool, int, str, list, dict.

    A whole number below 2**53 becomes an int; every other number its exact decimal text ("8.50" keeps its zeros).
    Dates, times, durations and ranges become their FEEL text (ISO 8601 for the first three). A list that the value
    shares many times over is charged each time, since JSON would write it out each time.
    Raises FeelLimitError where the result is too large, FeelTypeError for a function.
    """
    try:
        return _plain(value, Meter(limits))
    except RecursionError:
        raise FeelLimitError("The result is nested too deeply.") from None


def _plain(value: Value, meter: Meter) -> Value:
    value = normalise(value, meter)
    meter.spend()
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        meter.spend_text(len(value))
        return value
    if type(value) is Decimal:
        return _plain_number(value, meter)
    if type(value) is list:
        return [_plain(item, meter) for item in value]
    if is_context(value):
        return {str(key): _plain(item, meter) for key, item in value.items()}
    if isinstance(value, AnyFunction):
        raise FeelTypeError(
            "The result is a function, which cannot be stored.", hint="Call the function and store what it gives."
        )
    return render(value, meter)


def _plain_number(value: Decimal, meter: Meter) -> int | str:
    if is_whole(value) and abs(value) < _LARGEST_JSON_INTEGER:
        return int(value)
    text = format(value, "f")
    meter.spend_text(len(text))
    return text
