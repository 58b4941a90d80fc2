"""Unary tests: the cells of a decision table, and what stands after `in`. The value tested is `?`."""

from __future__ import annotations

from engine.feel import nodes
from engine.feel.comparison import contains, equal, order
from engine.feel.compiling.comparing import any_holds
from engine.feel.compiling.registry import Evaluator, compile_node, compiles
from engine.feel.limits import Meter
from engine.feel.nodes import mentions
from engine.feel.ranges import Range
from engine.feel.scope import MISSING, Scope
from engine.feel.values import Value, describe, normalise


def _tested(scope: Scope) -> Value:
    value = scope.find("?")
    return None if value is MISSING else normalise(value, scope.run.meter)


@compiles(nodes.AnyTest)
def compile_any_test(node: nodes.AnyTest) -> Evaluator:
    return lambda scope: True


@compiles(nodes.ComparisonTest)
def compile_comparison_test(node: nodes.ComparisonTest) -> Evaluator:
    right, operator = compile_node(node.right), node.operator

    def evaluate(scope: Scope) -> Value:
        value, limit = _tested(scope), right(scope)
        result = compare(operator, value, limit, scope.run.meter)
        return _cannot_test(value, limit, scope, node.position) if result is None else result

    return evaluate


def compare(operator: str, left: Value, right: Value, meter: Meter) -> bool | None:
    """The comparison, or None where the two cannot be compared."""
    if operator in ("=", "!="):
        same = equal(left, right, meter)
        return None if same is None else same is (operator == "=")
    place = order(left, right, meter)
    if place is None:
        return None
    return {"<": place < 0, "<=": place <= 0, ">": place > 0, ">=": place >= 0}[operator]


def _cannot_test(value: Value, wanted: Value, scope: Scope, position: int) -> Value:
    if value is None or wanted is None:
        return scope.run.note("The value to test is empty.", position)
    return scope.run.fault(
        f"The value is {describe(value)}, which cannot be tested against {describe(wanted)}.",
        position,
        hint="Test it against a value of its own kind.",
    )


@compiles(nodes.ExpressionTest)
def compile_expression_test(node: nodes.ExpressionTest) -> Evaluator:
    expression = compile_node(node.expression)
    if mentions(node.expression, "?"):
        return _compile_condition_test(node, expression)

    def evaluate(scope: Scope) -> Value:
        wanted, value = expression(scope), _tested(scope)
        result = matches(value, wanted, scope.run.meter)
        return _cannot_test(value, wanted, scope, node.position) if result is None else result

    return evaluate


def _compile_condition_test(node: nodes.ExpressionTest, expression: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> Value:
        result = expression(scope)
        if result is None or type(result) is bool:
            return result
        return scope.run.fault(f"A test with ? must give true or false, not {describe(result)}.", node.position)

    return evaluate


def matches(value: Value, wanted: Value, meter: Meter) -> bool | None:
    """Whether the value is what a test allows: equal to it, inside of the range, or one of the list."""
    if type(wanted) is Range:
        return contains(wanted, value, meter)
    if type(wanted) is list:
        meter.spend(len(wanted))
        if type(value) is list and equal(value, wanted, meter) is True:
            return True
        return any(_matches_item(value, normalise(item, meter), meter) for item in wanted)
    return equal(value, wanted, meter)


def _matches_item(value: Value, wanted: Value, meter: Meter) -> bool:
    if type(wanted) is Range and type(value) is not list:
        return contains(wanted, value, meter) is True
    return equal(value, wanted, meter) is True


@compiles(nodes.Tests)
def compile_tests(node: nodes.Tests) -> Evaluator:
    tests = [compile_node(test) for test in node.tests]
    if not node.negated:
        return lambda scope: any_holds(tests, scope)

    def evaluate(scope: Scope) -> Value:
        held = any_holds(tests, scope)
        return None if held is None else not held

    return evaluate
