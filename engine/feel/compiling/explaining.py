"""Messages about values that do not go together, naming both."""

from __future__ import annotations

from engine.feel.nodes import Node, label
from engine.feel.scope import Scope
from engine.feel.values import Value, describe, kind

_CONVERSIONS = {
    frozenset({"string", "number"}): 'number("...") makes a number of a text.',
    frozenset({"string", "date"}): 'date("2026-03-31") makes a date of a text.',
    frozenset({"string", "date and time"}): 'date and time("2026-03-31T09:00:00Z") makes a date and time of a text.',
    frozenset({"string", "time"}): 'time("09:00:00") makes a time of a text.',
    frozenset({"string", "days and time duration"}): 'duration("P14D") makes a duration of a text.',
    frozenset({"string", "boolean"}): "Write true and false without quotation marks.",
    frozenset({"date", "date and time"}): "date(...) takes the day of a date and time.",
    frozenset({"date", "number"}): 'Write a span of time as duration("P90D").',
}


def mismatch(what: str, left: tuple[Node, Value], right: tuple[Node, Value], scope: Scope, position: int) -> Value:
    """Null for an empty side (noted), else a fault that names both sides and says how to bring them together."""
    run = scope.run
    if left[1] is None or right[1] is None:
        empty = label(left[0] if left[1] is None else right[0]) or "One side"
        return run.note(f"{empty} is empty, so {what} has no result.", position)
    if not run.strict:
        return run.note(f"{what}: {kind(left[1])} against {kind(right[1])}", position)
    message = f"{_named('the left side', *left)}, but {_named('the right side', *right)}, so {what} has no result."
    hint = _CONVERSIONS.get(frozenset({kind(left[1]), kind(right[1])}), "Use two values of one kind.")
    return run.fault(message[0].upper() + message[1:] if not label(left[0]) else message, position, hint=hint)


def _named(side: str, node: Node, value: Value) -> str:
    name = label(node)
    return f"{name or side} is {describe(value)}"


def needs_truth(what: str, value: Value, scope: Scope, position: int) -> Value:
    """Null for an empty value (noted), else a fault: `what` needs true or false."""
    if value is None:
        return scope.run.note(f"A part of {what} is empty.", position)
    return scope.run.fault(
        f"{what} needs true or false, but here is {describe(value)}.",
        position,
        hint="Compare it with something, for example with = or >.",
    )
