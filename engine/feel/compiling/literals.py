"""Constants, lists, contexts and ranges."""

from __future__ import annotations

from engine.feel import nodes
from engine.feel.comparison import ORDERED_KINDS, order
from engine.feel.compiling.registry import Evaluator, compile_node, compiles
from engine.feel.errors import FeelValueError
from engine.feel.ranges import Range
from engine.feel.scope import Run, Scope
from engine.feel.temporal import parse_temporal
from engine.feel.values import Value, describe, kind


@compiles(nodes.Constant)
def compile_constant(node: nodes.Constant) -> Evaluator:
    value = node.value
    return lambda scope: value


@compiles(nodes.Temporal)
def compile_temporal(node: nodes.Temporal) -> Evaluator:
    value = parse_temporal(node.text)
    if value is not None:
        return lambda scope: value
    return lambda scope: scope.run.fault(
        f'@"{node.text[:40]}" is not a date, time or duration.',
        node.position,
        hint="Write for example 2026-03-31, 2026-03-31T09:00:00Z, 09:00:00 or P14D.",
        error=FeelValueError,
    )


@compiles(nodes.Group)
def compile_group(node: nodes.Group) -> Evaluator:
    return compile_node(node.inner)


@compiles(nodes.ListNode)
def compile_list(node: nodes.ListNode) -> Evaluator:
    items = [compile_node(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@compiles(nodes.ContextNode)
def compile_context(node: nodes.ContextNode) -> Evaluator:
    entries = [(name, compile_node(value)) for name, value in node.entries]
    twice = next((name for name, _ in entries if sum(name == other for other, _ in entries) > 1), None)
    if twice is not None:
        return lambda scope: scope.run.fault(f"The context has two entries called '{twice}'.", node.position)

    def evaluate(scope: Scope) -> Value:
        values: dict[str, Value] = {}
        inside = Scope(values, scope, scope.run)
        for name, value in entries:
            values[name] = value(inside)
        return values

    return evaluate


@compiles(nodes.RangeNode)
def compile_range(node: nodes.RangeNode) -> Evaluator:
    start, end = compile_node(node.start), compile_node(node.end)
    return lambda scope: _make_range(node, start(scope), end(scope), scope.run)


def _make_range(node: nodes.RangeNode, start: Value, end: Value, run: Run) -> Range | None:
    """The range, or null where both ends are empty, of different kinds, or in the wrong order."""
    position, includes_start, includes_end = node.position, node.includes_start, node.includes_end
    if start is None and end is None:
        run.note("Both ends of the range are empty.", position)
        return None
    if start is None or end is None:
        return Range(start, end, includes_start and start is not None, includes_end and end is not None)
    place = order(start, end, run.meter)
    if place is None:
        run.fault(f"A range cannot run from {describe(start)} to {describe(end)}.", position)
        return None
    if place > 0:
        run.fault(f"A range cannot run from {describe(start)} down to {describe(end)}.", position, error=FeelValueError)
        return None
    return Range(start, end, includes_start, includes_end)


@compiles(nodes.OpenRange)
def compile_open_range(node: nodes.OpenRange) -> Evaluator:
    end = compile_node(node.end)
    operator = node.operator

    def evaluate(scope: Scope) -> Value:
        value = end(scope)
        if kind(value) not in ORDERED_KINDS or operator == "!=":
            return None if value is None else scope.run.fault(f"{describe(value)} has no order.", node.position)
        if operator == "=":
            return Range(value, value, includes_start=True, includes_end=True, from_comparison=True)
        if operator in ("<", "<="):
            return Range(None, value, includes_start=False, includes_end=operator == "<=", from_comparison=True)
        return Range(value, None, includes_start=operator == ">=", includes_end=False, from_comparison=True)

    return evaluate
