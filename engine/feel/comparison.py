"""Equality and order of FEEL values (DMN 1.5, 10.3.2.3 and 10.3.2.13)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.feel.durations import Months
from engine.feel.far_moments import FarMoment, instant, split_moment
from engine.feel.limits import Meter
from engine.feel.ranges import Range
from engine.feel.temporal import clock_microseconds, offset_of
from engine.feel.values import Value, is_context, kind, normalise

_PLAIN = frozenset({Decimal, str, bool, date, timedelta, Months})
ORDERED_KINDS = frozenset(
    {
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)


def equal(left: Value, right: Value, meter: Meter) -> bool | None:
    """True, False, or None where the two are of kinds that cannot be compared."""
    left, right = normalise(left, meter), normalise(right, meter)
    if left is None or right is None:
        return left is right
    if type(left) is type(right) and type(left) in _PLAIN:
        if type(left) is str:
            meter.spend(len(left) >> 8)
        return bool(left == right)
    return _equal_same_kind(left, right, meter) if kind(left) == kind(right) else _equal_single(left, right, meter)


def _equal_single(left: Value, right: Value, meter: Meter) -> bool | None:
    """A list of one item equals that item."""
    if type(left) is list and len(left) == 1 and type(right) is not list:
        return equal(left[0], right, meter)
    if type(right) is list and len(right) == 1 and type(left) is not list:
        return equal(left, right[0], meter)
    return None


def _equal_same_kind(left: Value, right: Value, meter: Meter) -> bool:
    meter.spend()
    if type(left) is list:
        meter.spend(len(left) >> 1)
        return len(left) == len(right) and all(equal(a, b, meter) is True for a, b in zip(left, right, strict=True))
    if is_context(left):
        meter.spend(len(left))
        return left.keys() == right.keys() and all(equal(left[key], right[key], meter) is True for key in left)
    if isinstance(left, (datetime, time, FarMoment)):
        return _place_in_time(left) == _place_in_time(right)
    return _equal_ranges(left, right, meter) if type(left) is Range else left is right


def _equal_ranges(left: Range, right: Range, meter: Meter) -> bool:
    return (
        (left.includes_start, left.includes_end, left.from_comparison)
        == (right.includes_start, right.includes_end, right.from_comparison)
        and equal(left.start, right.start, meter) is True
        and equal(left.end, right.end, meter) is True
    )


def order(left: Value, right: Value, meter: Meter) -> int | None:
    """-1, 0 or 1 as left comes before, with or after right; None where the two have no order."""
    left, right = normalise(left, meter), normalise(right, meter)
    if type(left) is not type(right):
        return _order_mixed(left, right, meter)
    if type(left) is str:
        meter.spend(len(left) >> 8)
    if isinstance(left, (Decimal, str, timedelta)):
        return int(left > right) - int(left < right)
    if isinstance(left, Months):
        return int(left.months > right.months) - int(left.months < right.months)
    return _order_in_time(left, right)


def _order_mixed(left: Value, right: Value, meter: Meter) -> int | None:
    if type(left) is list and len(left) == 1:
        return order(left[0], right, meter)
    if type(right) is list and len(right) == 1:
        return order(left, right[0], meter)
    return _order_in_time(left, right) if kind(left) == kind(right) else None


def _order_in_time(left: Value, right: Value) -> int | None:
    first, second = _place_in_time(left), _place_in_time(right)
    if first is None or second is None or first[0] is not second[0]:
        return None
    return (first[1] > second[1]) - (first[1] < second[1])


def _place_in_time(value: Value) -> tuple[bool, int] | None:
    """(zone known, microseconds): values with and without a zone have no order among each other."""
    if isinstance(value, time):
        return offset_of(value) is not None, clock_microseconds(value)
    if isinstance(value, (date, FarMoment)):
        inner, _ = split_moment(value)
        return isinstance(inner, datetime) and inner.tzinfo is not None, instant(value)
    return None


def contains(inside: Range, value: Value, meter: Meter) -> bool | None:
    """Whether the value lies in the range; None where it cannot be told."""
    if value is None or (not inside.from_comparison and (inside.start is None or inside.end is None)):
        return None
    if inside.start is not None:
        place = order(value, inside.start, meter)
        if place is None:
            return None
        if place < 0 or (place == 0 and not inside.includes_start):
            return False
    if inside.end is None:
        return True
    place = order(value, inside.end, meter)
    if place is None:
        return None
    return place < 0 or (place == 0 and inside.includes_end)
