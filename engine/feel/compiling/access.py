"""Names, paths and filters: everything that reaches into data."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import nodes
from engine.feel.compiling.registry import Evaluator, compile_node, compiles
from engine.feel.errors import FeelNameError, did_you_mean
from engine.feel.nodes import label
from engine.feel.numbers import is_whole
from engine.feel.properties import part_of, parts_named
from engine.feel.scope import MISSING, Peers, Run, Scope
from engine.feel.signatures import BUILTINS
from engine.feel.values import Value, describe, is_context, normalise


@compiles(nodes.Name)
def compile_name(node: nodes.Name) -> Evaluator:
    name = node.name

    def evaluate(scope: Scope) -> Value:
        value = scope.values.get(name, MISSING)
        if value is MISSING:
            value = scope.find(name)
            if value is MISSING:
                return _absent(node, scope)
        return normalise(value, scope.run.meter)

    return evaluate


def _absent(node: nodes.Name, scope: Scope) -> Value:
    """A standard function as a value, a path written as one name, or an unknown name."""
    function = BUILTINS.get(node.name)
    if function is not None:
        return function
    if "." in node.name:
        return _dotted(node, scope)
    return unknown_name(node.name, scope, node.position)


def _dotted(node: nodes.Name, scope: Scope) -> Value:
    """A known name may hold a dot; where it has no value of its own, it is a path after all."""
    first, *rest = (part.strip() for part in node.name.split("."))
    value = scope.find(first)
    for part in rest:
        value = value.get(part, MISSING) if is_context(value) else MISSING
    return unknown_name(node.name, scope, node.position) if value is MISSING else normalise(value, scope.run.meter)


def unknown_name(name: str, scope: Scope, position: int) -> Value:
    run = scope.run
    if not run.strict:
        return run.note(f"'{name}' has no value", position)
    hint = did_you_mean(name, scope.names()) or f'If it is a text, put it in quotation marks: "{name}".'
    return run.fault(f"'{name}' is not known here.", position, hint=hint, error=FeelNameError)


@compiles(nodes.Path)
def compile_path(node: nodes.Path) -> Evaluator:
    base, name = compile_node(node.base), node.name

    def evaluate(scope: Scope) -> Value:
        value = base(scope)
        if is_context(value):
            found = value.get(name, MISSING)
            return _no_field(node, value, scope) if found is MISSING else normalise(found, scope.run.meter)
        if type(value) is list:
            return _path_over_list(node, value, scope)
        found = part_of(value, name)
        return found if found is not MISSING else _no_part(node, value, scope)

    return evaluate


def _no_field(node: nodes.Path, value: dict[str, Value], scope: Scope) -> Value:
    owner = label(node.base) or "The context"
    if not scope.run.strict:
        return scope.run.note(f"{owner} has no '{node.name}'", node.position)
    known = [name for name in value if isinstance(name, str)][:1000]
    hint = did_you_mean(node.name, known) or (f"It has: {', '.join(known[:12])}." if known else "It holds nothing.")
    return scope.run.fault(f"{owner} has no field '{node.name}' here.", node.position, hint=hint, error=FeelNameError)


def _no_part(node: nodes.Path, value: Value, scope: Scope) -> Value:
    owner = label(node.base) or "The value"
    if value is None:
        return scope.run.note(f"{owner} is empty, so it has no '{node.name}'.", node.position)
    parts = parts_named(value)
    hint = f"It has: {', '.join(parts)}." if parts else ""
    return scope.run.fault(f"{owner} is {describe(value)}, which has no '{node.name}'.", node.position, hint=hint)


def _path_over_list(node: nodes.Path, items: list[Value], scope: Scope) -> Value:
    """The field of every item. A field that no item has is a wrong name."""
    run = scope.run
    run.meter.spend(len(items))
    values = [_field_of(normalise(item, run.meter), node.name, run) for item in items]
    if values and run.strict and all(value is MISSING for value in values):
        known = [name for item in items[:20] if is_context(item) for name in item if isinstance(name, str)]
        hint = did_you_mean(node.name, known)
        message = f"No item of {label(node.base) or 'the list'} has a field '{node.name}'."
        return run.fault(message, node.position, hint=hint, error=FeelNameError)
    return [None if value is MISSING else value for value in values]


def _field_of(item: Value, name: str, run: Run) -> Value:
    if item is None:
        return None
    if is_context(item):
        found = item.get(name, MISSING)
        return found if found is MISSING else normalise(found, run.meter)
    return part_of(item, name)


@compiles(nodes.Filter)
def compile_filter(node: nodes.Filter) -> Evaluator:
    base, condition = compile_node(node.base), compile_node(node.condition)
    position = _constant_position(node.condition)

    def evaluate(scope: Scope) -> Value:
        value = base(scope)
        if value is None:
            scope.run.note(f"{label(node.base) or 'The list'} to filter is empty.", node.position)
            return [] if position is None else None
        items = value if type(value) is list else [value]
        if position is not None:
            return item_at(items, position, scope.run, node.position)
        if not items and isinstance(node.condition, nodes.Name) and _is_number(node.condition.name, scope):
            return scope.run.note("The list has no item at this place.", node.position)
        return filter_items(items, condition, scope, node.position)

    return evaluate


def _is_number(name: str, scope: Scope) -> bool:
    """An empty list leaves open whether the name in its filter is a condition or a place: its value tells."""
    value = scope.find(name)
    return value is not MISSING and type(normalise(value, scope.run.meter)) is Decimal


def _constant_position(condition: nodes.Node) -> Decimal | None:
    sign = 1
    if isinstance(condition, nodes.Negation):
        condition, sign = condition.inner, -1
    if isinstance(condition, nodes.Constant) and type(condition.value) is Decimal:
        return condition.value * sign
    return None


def filter_items(items: list[Value], condition: Evaluator, scope: Scope, position: int | None) -> Value:
    """The items for which the condition holds; or, where it gives a number, the item at that place."""
    run = scope.run
    peers = Peers(items) if run.strict else None
    kept = []
    for given in items:
        run.meter.spend()
        item = normalise(given, run.meter)
        result = condition(item_scope(item, scope, peers))
        if result is True:
            kept.append(item)
        elif type(result) is Decimal:
            return item_at(items, result, run, position)
        elif result is not False and result is not None:
            return run.fault(
                f"A filter needs true or false, or a place in the list, but here is {describe(result)}.", position
            )
    return kept


def item_scope(item: Value, scope: Scope, peers: Peers | None) -> Scope:
    """Inside of a filter: `item`, and the fields of the item by their bare names."""
    inside = Scope({"item": item}, scope, scope.run, peers)
    return Scope(item, inside, scope.run) if is_context(item) else inside


def item_at(items: list[Value], place: Decimal, run: Run, position: int | None) -> Value:
    """The item at a place, counted from 1, or from the end where negative; null where there is none."""
    if is_whole(place) and place and abs(place) <= len(items):
        at = int(place)
        return normalise(items[at - 1 if at > 0 else at], run.meter)
    return run.note("The list has no item at this place.", position)
