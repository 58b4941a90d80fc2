"""Functions that make a new list of old ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.feel.comparison import equal
from engine.feel.functions import apply
from engine.feel.numbers import truncate, whole
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.values import Function, Value, kind, normalise

_HASHABLE = frozenset({str, Decimal, bool, date})


def _index(items: list[Value], place: int) -> int:
    """The index of a place counted from 1, or from the end where negative. Raises ValueError where there is none."""
    if not place or abs(place) > len(items):
        raise ValueError(f"the list has {len(items)} items, so it has no place {place}")
    return place - 1 if place > 0 else len(items) + place


@builtin("reverse", "list: list", gives="list")
def reverse(run: Run, items: list[Value]) -> list[Value]:
    return items[::-1]


@builtin("sublist", "list: list, start position: number, length?: number", gives="list")
def sublist(run: Run, items: list[Value], start: Decimal, length: Decimal | None = None) -> list[Value]:
    at = _index(items, whole(start))
    if length is None:
        return items[at:]
    count = whole(length)
    if count < 1 or at + count > len(items):
        raise ValueError("the length reaches beyond the list")
    return items[at : at + count]


@builtin("append", "*list: any", gives="list")
def append(run: Run, *values: Value) -> list[Value]:
    if len(values) < 2:
        raise ValueError("a list and an item are needed")
    first = values[0]
    items = first if type(first) is list else [first]
    run.meter.spend_items(len(items) + len(values))
    return [*items, *values[1:]]


@builtin("append", "list: list|null, item: any", gives="list")
def append_by_name(run: Run, items: list[Value] | None, item: Value) -> list[Value]:
    return append(run, items or [], item)


@builtin("concatenate", "*lists: any", gives="list")
def concatenate(run: Run, *lists: Value) -> list[Value]:
    joined: list[Value] = []
    for part in lists:
        items = part if type(part) is list else [part]
        run.meter.spend_items(len(joined) + len(items))
        joined += items
    return joined


@builtin("distinct values", "list: list", gives="list")
def distinct_values(run: Run, items: list[Value]) -> list[Value]:
    kept: list[Value] = []
    seen: set[tuple[type, Value]] = set()
    run.meter.spend(len(items))
    for item in items:
        value = normalise(item, run.meter)
        if type(value) not in _HASHABLE:
            run.meter.spend(len(kept) >> 2)
            if not any(kind(other) == kind(value) and equal(value, other, run.meter) is True for other in kept):
                kept.append(value)
        elif (type(value), value) not in seen:
            seen.add((type(value), value))
            kept.append(value)
    return kept


@builtin("union", "*lists: any", gives="list")
def union(run: Run, *lists: Value) -> list[Value]:
    return distinct_values(run, concatenate(run, *lists))


@builtin("insert before", "list: list, position: number, newItem: any", gives="list")
def insert_before(run: Run, items: list[Value], position: Decimal, item: Value) -> list[Value]:
    at = _index(items, whole(position))
    run.meter.spend_items(len(items) + 1)
    return [*items[:at], item, *items[at:]]


@builtin("remove", "list: list, position: number", gives="list")
def remove(run: Run, items: list[Value], position: Decimal) -> list[Value]:
    at = _index(items, whole(position))
    return items[:at] + items[at + 1 :]


@builtin("list replace", "list: list, position: number, newItem: any", gives="list")
def replace_at(run: Run, items: list[Value], position: Decimal, item: Value) -> list[Value]:
    at = _index(items, truncate(position))
    return [*items[:at], item, *items[at + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any", gives="list")
def replace_matching(run: Run, items: list[Value], match: Function, item: Value) -> list[Value]:
    replaced = []
    for old in items:
        hit = apply(match, [normalise(old, run.meter), item], run)
        if type(hit) is not bool:
            raise ValueError("the match function must give true or false")
        replaced.append(item if hit else old)
    return replaced


@builtin("flatten", "list: list", gives="list")
def flatten(run: Run, items: list[Value]) -> list[Value]:
    flat: list[Value] = []
    _flatten_into(flat, items, run)
    run.meter.spend_items(len(flat))
    return flat


def _flatten_into(flat: list[Value], items: list[Value], run: Run) -> None:
    for item in items:
        run.meter.spend()
        value = normalise(item, run.meter)
        if type(value) is list:
            _flatten_into(flat, value, run)
        else:
            flat.append(value)
