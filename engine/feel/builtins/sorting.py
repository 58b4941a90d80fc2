"""Sorting, by natural order or by a function that says whether one item comes before another."""

from __future__ import annotations

from functools import cmp_to_key

from engine.feel.comparison import order
from engine.feel.functions import apply
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.values import Function, Value, describe, normalise


@builtin("sort", "list: list, precedes: function", gives="list")
def sort_by(run: Run, items: list[Value], precedes: Function) -> list[Value]:
    def comes_before(left: Value, right: Value) -> bool:
        answer = apply(precedes, [left, right], run)
        if type(answer) is not bool:
            raise ValueError("the function must give true or false for every two items")
        return answer

    def compare(left: Value, right: Value) -> int:
        if comes_before(left, right):
            return -1
        return 1 if comes_before(right, left) else 0

    return sorted((normalise(item, run.meter) for item in items), key=cmp_to_key(compare))


@builtin("sort", "list: list", gives="list")
def sort(run: Run, items: list[Value]) -> list[Value]:
    def compare(left: Value, right: Value) -> int:
        run.meter.spend()
        place = order(left, right, run.meter)
        if place is None:
            raise ValueError(f"{describe(left)} and {describe(right)} have no order")
        return place

    return sorted((normalise(item, run.meter) for item in items), key=cmp_to_key(compare))
