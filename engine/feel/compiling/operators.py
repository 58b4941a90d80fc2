"""Arithmetic and logic."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from engine.feel import nodes
from engine.feel.arithmetic import calculate
from engine.feel.compiling.explaining import mismatch, needs_truth
from engine.feel.compiling.registry import Evaluator, compile_node, compiles
from engine.feel.durations import Months
from engine.feel.errors import FeelValueError
from engine.feel.nodes import label
from engine.feel.numbers import NUMBERS
from engine.feel.scope import MISSING, Scope
from engine.feel.values import Value, describe

# Adding and subtracting numbers is most of what rules do, so it skips the search by kinds.
_DIRECT = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply}


@compiles(nodes.Arithmetic)
def compile_arithmetic(node: nodes.Arithmetic) -> Evaluator:
    left, right = compile_node(node.left), compile_node(node.right)
    operator, direct = node.operator, _DIRECT.get(node.operator)
    what = f"'{operator}'"

    def evaluate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        try:
            if direct is not None and type(first) is Decimal and type(second) is Decimal:
                return direct(first, second)
            result = calculate(operator, first, second, scope.run)
        except (ArithmeticError, ValueError):
            return _no_result(node, first, second, scope)
        if result is MISSING:
            return mismatch(what, (node.left, first), (node.right, second), scope, node.position)
        return result

    return evaluate


def _no_result(node: nodes.Arithmetic, first: Value, second: Value, scope: Scope) -> Value:
    if node.operator == "/" and isinstance(second, Decimal) and not second:
        name = label(node.right)
        message = f"{name} is 0, and nothing can be divided by 0." if name else "Nothing can be divided by 0."
        hint = "Test for 0 first: if ... = 0 then ... else ..."
    else:
        message = f"'{node.operator}' has no result for {describe(first)} and {describe(second)}."
        hint = "The result would be too large, or does not exist."
    return scope.run.fault(message, node.position, hint=hint, error=FeelValueError)


@compiles(nodes.Negation)
def compile_negation(node: nodes.Negation) -> Evaluator:
    inner = compile_node(node.inner)

    def evaluate(scope: Scope) -> Value:
        value = inner(scope)
        try:
            turned = _negative(value)
        except OverflowError:
            return scope.run.fault("'-' has no result: the duration is too long.", node.position, error=FeelValueError)
        if turned is not MISSING:
            return turned
        if value is None:
            return scope.run.note(f"{label(node.inner) or 'The value'} after '-' is empty.", node.position)
        return scope.run.fault(f"'-' needs a number or a duration, but here is {describe(value)}.", node.position)

    return evaluate


def _negative(value: Value) -> Value:
    if isinstance(value, Decimal):
        return NUMBERS.minus(value) if value else value
    if isinstance(value, Months):
        return Months(-value.months)
    if isinstance(value, timedelta):
        return -value
    return MISSING


@compiles(nodes.Junction)
def compile_junction(node: nodes.Junction) -> Evaluator:
    """Three-valued logic: a part that is null makes the whole null unless another part decides it."""
    parts = [compile_node(part) for part in node.parts]
    decides = node.operator == "or"
    what = f"'{node.operator}'"

    def evaluate(scope: Scope) -> Value:
        result: bool | None = not decides
        for part in parts:
            value = part(scope)
            if value is decides:
                return decides
            if type(value) is not bool:
                needs_truth(what, value, scope, node.position)
                result = None
        return result

    return evaluate
