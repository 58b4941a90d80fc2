"""Functions on true, false and null, and the comparison of identity."""

from __future__ import annotations

from datetime import datetime, time

from engine.feel.comparison import equal
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.temporal import offset_of, zone_name
from engine.feel.values import Value, kind, normalise


@builtin("not", "negand: boolean", gives="boolean")
def negate(run: Run, value: Value) -> bool:
    return value is False


@builtin("is defined", "value: any", gives="boolean")
def is_defined(run: Run, value: Value) -> bool:
    return value is not None


@builtin("get or else", "value: any, default: any")
def get_or_else(run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin("is", "value1: any, value2: any", gives="boolean")
def is_same(run: Run, left: Value, right: Value) -> bool:
    """Equal, and written the same: times are told apart by their zone."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, (datetime, time)) and isinstance(right, (datetime, time)):
        same_clock = left.replace(tzinfo=None) == right.replace(tzinfo=None)
        return same_clock and offset_of(left) == offset_of(right) and zone_name(left) == zone_name(right)
    return equal(left, right, run.meter) is True


@builtin("is", "value1?: any, value2?: any", gives="boolean")
def is_incomplete(run: Run, *values: Value) -> bool:
    """A comparison with a side left out is false."""
    return False


def _all_or_any(run: Run, items: list[Value], *, decides: bool) -> bool | None:
    run.meter.spend(len(items) >> 2)
    result: bool | None = not decides
    for item in items:
        value = normalise(item, run.meter)
        if value is decides:
            result = decides
            break
        if type(value) is not bool:
            result = None
    return result


@builtin("all", "list: list", gives="boolean")
def all_true(run: Run, items: list[Value]) -> bool | None:
    return _all_or_any(run, items, decides=False)


@builtin("any", "list: list", gives="boolean")
def any_true(run: Run, items: list[Value]) -> bool | None:
    return _all_or_any(run, items, decides=True)


@builtin("all", "*items: any", gives="boolean")
def all_of(run: Run, *items: Value) -> bool | None:
    return _all_or_any(run, list(items), decides=False)


@builtin("any", "*items: any", gives="boolean")
def any_of(run: Run, *items: Value) -> bool | None:
    return _all_or_any(run, list(items), decides=True)
