"""Comparisons, `between`, `in`, `instance of`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from engine.feel import nodes
from engine.feel.comparison import equal, order
from engine.feel.compiling.explaining import mismatch
from engine.feel.compiling.registry import Evaluator, compile_node, compiles
from engine.feel.conversion import is_instance
from engine.feel.scope import Scope
from engine.feel.types import type_text
from engine.feel.values import Value

# Kinds whose Python comparison is FEEL's; the others, and all mixtures, take the general way.
_DIRECT = frozenset({Decimal, date, timedelta})
_BY_VALUE: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@compiles(nodes.Comparison)
def compile_comparison(node: nodes.Comparison) -> Evaluator:
    return _compile_equality(node) if node.operator in ("=", "!=") else _compile_order(node)


def _compile_equality(node: nodes.Comparison) -> Evaluator:
    left, right = compile_node(node.left), compile_node(node.right)
    wanted = node.operator == "="
    what = f"'{node.operator}'"

    def evaluate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        result = equal(first, second, scope.run.meter)
        if result is None:
            return mismatch(what, (node.left, first), (node.right, second), scope, node.position)
        return result is wanted

    return evaluate


def _compile_order(node: nodes.Comparison) -> Evaluator:
    left, right = compile_node(node.left), compile_node(node.right)
    compare = _BY_VALUE[node.operator]
    what = f"'{node.operator}'"

    def evaluate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        if type(first) is type(second) and type(first) in _DIRECT:
            return compare(first, second)
        place = order(first, second, scope.run.meter)
        if place is None:
            return mismatch(what, (node.left, first), (node.right, second), scope, node.position)
        return compare(place, 0)

    return evaluate


@compiles(nodes.Between)
def compile_between(node: nodes.Between) -> Evaluator:
    value, low, high = compile_node(node.value), compile_node(node.low), compile_node(node.high)

    def evaluate(scope: Scope) -> Value:
        middle, lowest, highest = value(scope), low(scope), high(scope)
        after, before = order(middle, lowest, scope.run.meter), order(middle, highest, scope.run.meter)
        if after is None or before is None:
            other = (node.low, lowest) if after is None else (node.high, highest)
            return mismatch("'between'", (node.value, middle), other, scope, node.position)
        return after >= 0 and before <= 0

    return evaluate


@compiles(nodes.Membership)
def compile_membership(node: nodes.Membership) -> Evaluator:
    value = compile_node(node.value)
    tests = [compile_node(test) for test in node.tests]

    def evaluate(scope: Scope) -> Value:
        inside = Scope({"?": value(scope)}, scope, scope.run)
        return any_holds(tests, inside)

    return evaluate


def any_holds(tests: list[Evaluator], scope: Scope) -> bool | None:
    """True when one test holds; null when none does and one could not tell."""
    result: bool | None = False
    for test in tests:
        held = test(scope)
        if held is True:
            return True
        if held is None:
            result = None
    return result


@compiles(nodes.InstanceOf)
def compile_instance_of(node: nodes.InstanceOf) -> Evaluator:
    value = compile_node(node.value)

    def evaluate(scope: Scope) -> Value:
        result = is_instance(value(scope), node.type, scope.run)
        if result is None:
            return scope.run.fault(f"There is no type '{type_text(node.type)}'.", node.position)
        return result

    return evaluate
