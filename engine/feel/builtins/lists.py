"""Functions that look at a list as a whole: counting, sums, extremes, searching."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel.comparison import equal, order
from engine.feel.numbers import NUMBERS
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.values import Value, describe, normalise


@builtin("count", "list: list", gives="number")
def count(run: Run, items: list[Value]) -> Decimal:
    return Decimal(len(items))


@builtin("list contains", "list: list, element: any", gives="boolean")
def list_contains(run: Run, items: list[Value], element: Value) -> bool:
    run.meter.spend(len(items) >> 2)
    return any(equal(item, element, run.meter) is True for item in items)


@builtin("index of", "list: list, match: any", gives="list")
def index_of(run: Run, items: list[Value], match: Value) -> list[Decimal]:
    run.meter.spend(len(items) >> 2)
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, run.meter) is True]


def _extreme(run: Run, items: list[Value], sign: int) -> Value:
    """The item that comes first (sign -1) or last (1) in order; null for an empty list."""
    run.meter.spend(len(items) >> 2)
    best: Value = None
    for at, given in enumerate(items):
        item = normalise(given, run.meter)
        place = order(item, best if at else item, run.meter)
        if place is None:
            raise ValueError(f"{describe(item)} cannot be put in order with the rest")
        if not at or place * sign > 0:
            best = item
    return best


def _both_ways(name: str, work: Callable[[Run, list[Value]], Value], gives: str) -> None:
    """Register a function that takes either one list or the items themselves."""
    builtin(name, "list: list", gives=gives)(work)
    builtin(name, "*items: any", gives=gives)(lambda run, *items: work(run, list(items)))


_both_ways("min", lambda run, items: _extreme(run, items, -1), "any")
_both_ways("max", lambda run, items: _extreme(run, items, 1), "any")


def _numbers(run: Run, items: list[Value]) -> list[Decimal]:
    run.meter.spend(len(items) >> 2)
    numbers = []
    for item in items:
        value = normalise(item, run.meter)
        if type(value) is list and len(value) == 1:
            value = normalise(value[0], run.meter)
        if not isinstance(value, Decimal):
            shown = "an empty value" if value is None else describe(value)
            raise ValueError(f"the list holds {shown}, not only numbers")  # noqa: TRY004 - told to the author as it is
        numbers.append(value)
    return numbers


def _add_up(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = NUMBERS.add(total, number)
    return total


def _sum(run: Run, items: list[Value]) -> Decimal | None:
    return _add_up(_numbers(run, items)) if items else None


def _product(run: Run, items: list[Value]) -> Decimal | None:
    result = Decimal(1)
    for number in _numbers(run, items):
        result = NUMBERS.multiply(result, number)
    return result if items else None


def _mean(run: Run, items: list[Value]) -> Decimal | None:
    return NUMBERS.divide(_add_up(_numbers(run, items)), Decimal(len(items))) if items else None


def _median(run: Run, items: list[Value]) -> Decimal | None:
    if not items:
        return None
    numbers = sorted(_numbers(run, items))
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return NUMBERS.divide(NUMBERS.add(numbers[middle - 1], numbers[middle]), Decimal(2))


def _stddev(run: Run, items: list[Value]) -> Decimal | None:
    """Of a sample, as the standard asks."""
    numbers = _numbers(run, items)
    if len(numbers) < 2:
        return None
    run.meter.spend(len(numbers))
    mean = NUMBERS.divide(_add_up(numbers), Decimal(len(numbers)))
    squares = [NUMBERS.power(NUMBERS.subtract(number, mean), 2) for number in numbers]
    return NUMBERS.sqrt(NUMBERS.divide(_add_up(squares), Decimal(len(numbers) - 1)))


def _mode(run: Run, items: list[Value]) -> list[Decimal]:
    """The most frequent numbers, in ascending order."""
    counts: dict[Decimal, int] = {}
    for number in _numbers(run, items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


_both_ways("sum", _sum, "number")
_both_ways("product", _product, "number")
_both_ways("mean", _mean, "number")
_both_ways("median", _median, "number")
_both_ways("stddev", _stddev, "number")
_both_ways("mode", _mode, "list")
