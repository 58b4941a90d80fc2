"""`if`, loops, quantifiers, functions and calls."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator as Iterating
from datetime import timedelta
from decimal import Decimal

from engine.feel import nodes
from engine.feel.compiling.explaining import needs_truth
from engine.feel.compiling.registry import Evaluator, compile_node, compiles
from engine.feel.errors import FeelLimitError, FeelNameError, did_you_mean
from engine.feel.far_moments import add_span, day_number
from engine.feel.functions import apply
from engine.feel.nodes import label, mentions
from engine.feel.numbers import is_whole
from engine.feel.ranges import Range
from engine.feel.scope import MISSING, Run, Scope
from engine.feel.signatures import BUILTINS
from engine.feel.values import AnyFunction, Function, Value, describe, kind, normalise


@compiles(nodes.If)
def compile_if(node: nodes.If) -> Evaluator:
    condition, then, otherwise = compile_node(node.condition), compile_node(node.then), compile_node(node.otherwise)

    def evaluate(scope: Scope) -> Value:
        value = condition(scope)
        if value is True:
            return then(scope)
        if value is not False:
            needs_truth("'if'", value, scope, node.position)
        return otherwise(scope)

    return evaluate


class NotIterable(Exception):
    """There is nothing to step through: the loop as a whole is null."""


Source = tuple[str, Evaluator, Evaluator | None]


def compile_iterators(iterators: tuple[nodes.Iterator, ...]) -> list[Source]:
    return [
        (iterator.name, compile_node(iterator.source), compile_node(iterator.until) if iterator.until else None)
        for iterator in iterators
    ]


def combinations(sources: list[Source], scope: Scope, position: int | None, at: int = 0) -> Iterating[Scope]:
    """One scope for every combination of items, the last iterator turning fastest. Raises NotIterable."""
    if at == len(sources):
        yield scope
        return
    name, source, until = sources[at]
    start = source(scope)
    items = steps(start, scope.run, position) if until is None else _span(start, until(scope), scope.run, position)
    for item in items:
        scope.run.meter.spend()
        inside = Scope({name: normalise(item, scope.run.meter)}, scope, scope.run)
        yield from combinations(sources, inside, position, at + 1)


def steps(value: Value, run: Run, position: int | None) -> Iterable[Value]:
    """What a loop goes through: the items of a list, the numbers or days of a range, or the one value."""
    if value is None:
        run.note("A loop cannot step through an empty value.", position)
        raise NotIterable
    if type(value) is not Range:
        return value if type(value) is list else [value]
    if value.start is None or value.end is None:
        run.note("A loop cannot step through a range without both ends.", position)
        raise NotIterable
    items = list(_span(value.start, value.end, run, position))
    return items[0 if value.includes_start else 1 : len(items) if value.includes_end else -1]


def _span(start: Value, end: Value, run: Run, position: int | None) -> Iterable[Value]:
    if isinstance(start, Decimal) and isinstance(end, Decimal) and is_whole(start) and is_whole(end):
        count = abs(end - start)
        _check_span(count, run)
        direction = 1 if end >= start else -1
        return (start + direction * offset for offset in range(int(count) + 1))
    if kind(start) == kind(end) == "date":
        days = day_number(end) - day_number(start)
        _check_span(Decimal(abs(days)), run)
        direction = 1 if days >= 0 else -1
        return (add_span(start, timedelta(days=direction * offset)) for offset in range(abs(days) + 1))
    if start is None or end is None:
        run.note("A loop cannot step through a range without both ends.", position)
    else:
        run.fault(
            f"A loop steps through whole numbers or dates, not from {describe(start)} to {describe(end)}.", position
        )
    raise NotIterable


def _check_span(count: Decimal, run: Run) -> None:
    most = run.meter.limits.items
    if count >= most:
        raise FeelLimitError(f"This range is too long to step through (at most {most} steps).")
    run.meter.spend(int(count) >> 3)


@compiles(nodes.For)
def compile_for(node: nodes.For) -> Evaluator:
    sources, body = compile_iterators(node.iterators), compile_node(node.body)
    uses_partial = mentions(node.body, "partial")

    def evaluate(scope: Scope) -> Value:
        results: list[Value] = []
        try:
            for inside in combinations(sources, scope, node.position):
                results.append(body(_with_partial(results, inside) if uses_partial else inside))
                if len(results) > scope.run.meter.limits.items:
                    scope.run.meter.spend_items(len(results))
        except NotIterable:
            return None
        return results

    return evaluate


def _with_partial(results: list[Value], scope: Scope) -> Scope:
    """The results so far under the name `partial`: a copy, since the list grows on."""
    scope.run.meter.spend_items(len(results))
    return Scope({"partial": list(results)}, scope, scope.run)


@compiles(nodes.Quantified)
def compile_quantified(node: nodes.Quantified) -> Evaluator:
    sources, body = compile_iterators(node.iterators), compile_node(node.body)
    decides = node.word == "some"

    def evaluate(scope: Scope) -> Value:
        result: bool | None = not decides
        try:
            for inside in combinations(sources, scope, node.position):
                value = body(inside)
                if value is decides:
                    return decides
                if type(value) is not bool:
                    needs_truth("'satisfies'", value, scope, node.position)
                    result = None
        except NotIterable:
            return None
        return result

    return evaluate


@compiles(nodes.FunctionNode)
def compile_function(node: nodes.FunctionNode) -> Evaluator:
    body = compile_node(node.body)

    def evaluate(scope: Scope) -> Value:
        def call(values: list[Value], run: Run) -> Value:
            return body(Scope(dict(zip(node.parameters, values, strict=True)), scope, run))

        return Function(node.parameters, call, node.types, node.result)

    return evaluate


@compiles(nodes.External)
def compile_external(node: nodes.External) -> Evaluator:
    return lambda scope: scope.run.fault(
        "Functions from outside are not allowed.", node.position, hint="Write the function in FEEL."
    )


@compiles(nodes.Call)
def compile_call(node: nodes.Call) -> Evaluator:
    arguments = [compile_node(argument) for argument in node.arguments]
    if isinstance(node.function, nodes.Name):
        if node.function.name == "is defined" and len(arguments) == 1:
            return _compile_is_defined(arguments[0])
        find = _compile_function_name(node.function)
    else:
        find = compile_node(node.function)

    def evaluate(scope: Scope) -> Value:
        function = find(scope)
        if not isinstance(function, AnyFunction):
            return _not_a_function(node, function, scope)
        values = [argument(scope) for argument in arguments]
        return apply(function, values, scope.run, names=node.names, position=node.position)

    return evaluate


def _compile_function_name(node: nodes.Name) -> Evaluator:
    """A field may have the name of a standard function; in a call the function is meant."""
    builtin = BUILTINS.get(node.name)

    def find(scope: Scope) -> Value:
        value = scope.find(node.name)
        value = value if value is MISSING else normalise(value, scope.run.meter)
        if isinstance(value, AnyFunction):
            return value
        if builtin is not None:
            return builtin
        return _unknown_function(node, scope) if value is MISSING else value

    return find


def _unknown_function(node: nodes.Name, scope: Scope) -> Value:
    run = scope.run
    if not run.strict:
        return run.note(f"There is no function '{node.name}'", node.position)
    hint = did_you_mean(node.name, list(BUILTINS) + scope.names())
    return run.fault(f"There is no function '{node.name}'.", node.position, hint=hint, error=FeelNameError)


def _not_a_function(node: nodes.Call, value: Value, scope: Scope) -> Value:
    name = label(node.function) or "This"
    if value is None:
        return scope.run.note(f"{name} is empty, so it cannot be called.", node.position)
    return scope.run.fault(
        f"{name} is {describe(value)} and cannot be called like a function.",
        node.position,
        hint="Is an operator missing before the bracket?",
    )


def _compile_is_defined(argument: Evaluator) -> Evaluator:
    """The one function that may be asked about a name that is not there."""

    def evaluate(scope: Scope) -> Value:
        try:
            return argument(scope) is not None
        except FeelNameError:
            return False

    return evaluate
