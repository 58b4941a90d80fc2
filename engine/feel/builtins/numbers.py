"""Functions on numbers: rounding, roots, remainders, reading numbers from text."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from engine.feel.durations import Months
from engine.feel.numbers import LARGEST_EXPONENT, NUMBERS, is_whole, number_from_text
from engine.feel.scope import Run
from engine.feel.signatures import builtin

_TO_NEAREST = (decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN, decimal.ROUND_HALF_EVEN)
_SMALLEST_SCALE, _LARGEST_SCALE = -6111, 6176


def _rounding(mode: str) -> Callable[..., Decimal]:
    def round_number(run: Run, value: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
        if not _SMALLEST_SCALE <= scale <= _LARGEST_SCALE:
            raise ValueError(f"the scale must lie between {_SMALLEST_SCALE} and {_LARGEST_SCALE}")
        places = int(scale)
        if mode in _TO_NEAREST and value.adjusted() + places < -1:
            return Decimal(0)
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent >= -places:
            return value
        return NUMBERS.scaleb(value, places).to_integral_value(mode).scaleb(-places, NUMBERS)

    return round_number


builtin("decimal", "n: number, scale: number", gives="number")(_rounding(decimal.ROUND_HALF_EVEN))
builtin("floor", "n: number, scale?: number", gives="number")(_rounding(decimal.ROUND_FLOOR))
builtin("ceiling", "n: number, scale?: number", gives="number")(_rounding(decimal.ROUND_CEILING))
builtin("round up", "n: number, scale: number", gives="number")(_rounding(decimal.ROUND_UP))
builtin("round down", "n: number, scale: number", gives="number")(_rounding(decimal.ROUND_DOWN))
builtin("round half up", "n: number, scale: number", gives="number")(_rounding(decimal.ROUND_HALF_UP))
builtin("round half down", "n: number, scale: number", gives="number")(_rounding(decimal.ROUND_HALF_DOWN))


@builtin("sqrt", "number: number", gives="number")
def square_root(run: Run, value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError("a number below 0 has no square root")
    return NUMBERS.sqrt(value)


@builtin("exp", "number: number", gives="number")
def exponential(run: Run, value: Decimal) -> Decimal:
    run.meter.spend(20)
    return NUMBERS.exp(value)


@builtin("log", "number: number", gives="number")
def natural_logarithm(run: Run, value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("a number above 0 is needed")
    run.meter.spend(20)
    return NUMBERS.ln(value)


@builtin("odd", "number: number", gives="boolean")
def is_odd(run: Run, value: Decimal) -> bool:
    # Beyond 34 digits the last digits are zeros, so the number is even.
    return is_whole(value) and value.adjusted() <= 34 and int(value) % 2 == 1


@builtin("even", "number: number", gives="boolean")
def is_even(run: Run, value: Decimal) -> bool:
    return is_whole(value) and (value.adjusted() > 34 or int(value) % 2 == 0)


@builtin("abs", "n: number", "n: span", "n: months")
def absolute(run: Run, value: Decimal | timedelta | Months) -> Decimal | timedelta | Months:
    if isinstance(value, timedelta):
        return abs(value)
    return Months(abs(value.months)) if isinstance(value, Months) else abs(value)


@builtin("modulo", "dividend: number, divisor: number", gives="number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise ValueError("nothing can be divided by 0")
    quotient = NUMBERS.divide(dividend, divisor)
    if quotient.adjusted() > LARGEST_EXPONENT // 2:
        raise ValueError("the number is too large")
    return NUMBERS.subtract(dividend, NUMBERS.multiply(quotient.to_integral_value(decimal.ROUND_FLOOR), divisor))


@builtin("number", "from: text, grouping separator?: text|null, decimal separator?: text|null", gives="number")
def number_of_text(run: Run, text: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    if grouping not in (None, " ", ",", "."):
        raise ValueError("the grouping separator must be a space, comma or full stop")
    if point not in (None, ",", "."):
        raise ValueError("the decimal separator must be a comma or full stop")
    if grouping is not None and grouping == point:
        raise ValueError("the two separators must differ")
    if grouping:
        text = text.replace(grouping, "")
    return number_from_text(text.replace(point, ".") if point else text)


@builtin("number", "from: number", gives="number")
def number_of_number(run: Run, value: Decimal) -> Decimal:
    return value
