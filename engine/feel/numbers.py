"""FEEL numbers: decimals of 34 digits (IEEE 754-2008 decimal128), never binary floats."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal

NUMBERS = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
LARGEST_EXPONENT = 6144
_EXACT_UP_TO = 10**34
_INTEGER_UP_TO = 10**LARGEST_EXPONENT

# No two parts of this pattern can match the same character, so it reads any text in one pass.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


def number_from_text(text: str) -> Decimal:
    """The number written as digits, optional decimal point and exponent. Raises ValueError."""
    if len(text) > 7_000 or not _NUMBER.fullmatch(text):
        raise ValueError(f"'{text[:40]}' is not a number")
    return NUMBERS.create_decimal(text)


def number_from_int(value: int) -> Decimal | None:
    """None where the integer is outside of the range of FEEL numbers."""
    if -_EXACT_UP_TO < value < _EXACT_UP_TO:
        return Decimal(value)
    if -_INTEGER_UP_TO < value < _INTEGER_UP_TO:
        return NUMBERS.create_decimal(value)
    return None


def number_text(value: Decimal) -> str:
    """Digits without exponent and without trailing zeros: what `string()` shows."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def whole(value: Decimal) -> int:
    """The integer that this number is. Raises ValueError where it has decimals or is beyond all use as a position."""
    if not is_whole(value) or value.adjusted() > 34:
        raise ValueError("a whole number is needed")
    return int(value)


def truncate(value: Decimal) -> int:
    """The number without its decimals. Raises ValueError where it is beyond all use as a position."""
    if value.adjusted() > 34:
        raise ValueError("the number is too large")
    return int(value)
