"""The parts of a date, time, duration or range: `hire date.year`, `limit.start included` (DMN 1.5, 10.3.2.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.feel.durations import Months, microseconds
from engine.feel.far_moments import FarMoment
from engine.feel.ranges import Range
from engine.feel.scope import MISSING
from engine.feel.temporal import offset_of, zone_name
from engine.feel.values import Value

Part = Callable[[Value], Value]


def _seconds(value: timedelta) -> int:
    return abs(microseconds(value)) // 1_000_000


def _signed(part: Callable[[int], int]) -> Part:
    """A part of a days and time duration, carrying the sign of the whole."""
    return lambda value: Decimal(part(_seconds(value)) * (-1 if value < timedelta() else 1))


def _months_part(part: Callable[[int], int]) -> Part:
    return lambda value: Decimal(part(abs(value.months)) * (-1 if value.months < 0 else 1))


_DAY_PARTS: dict[str, Part] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(value.isoweekday()),
}
_CLOCK_PARTS: dict[str, Part] = {
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": lambda value: Decimal(value.second),
    "time offset": offset_of,
    "timezone": zone_name,
}
_PARTS: dict[type, dict[str, Part]] = {
    date: _DAY_PARTS,
    datetime: _DAY_PARTS | _CLOCK_PARTS,
    time: _CLOCK_PARTS,
    timedelta: {
        "days": _signed(lambda seconds: seconds // 86_400),
        "hours": _signed(lambda seconds: seconds // 3600 % 24),
        "minutes": _signed(lambda seconds: seconds // 60 % 60),
        "seconds": _signed(lambda seconds: seconds % 60),
    },
    Months: {
        "years": _months_part(lambda months: months // 12),
        "months": _months_part(lambda months: months % 12),
    },
    Range: {
        "start": lambda value: value.start,
        "end": lambda value: value.end,
        "start included": lambda value: value.includes_start,
        "end included": lambda value: value.includes_end,
    },
}
PROPERTY_NAMES = tuple({name for parts in _PARTS.values() for name in parts})


def part_of(value: Value, name: str) -> Value:
    """The part of this name, or MISSING where values of this kind have no such part."""
    if isinstance(value, FarMoment):
        return Decimal(value.year) if name == "year" else part_of(value.inner, name)
    part = _PARTS.get(type(value), {}).get(name)
    return MISSING if part is None else part(value)


def parts_named(value: Value) -> list[str]:
    """The names of the parts that a value of this kind has."""
    inner = value.inner if isinstance(value, FarMoment) else value
    return list(_PARTS.get(type(inner), {}))
