"""Boxed expressions: literal, context, list, relation, invocation, function, conditional, filter, loops, tables."""

from __future__ import annotations

from collections.abc import Callable

from engine.dmn.expressions import Texts
from engine.dmn.tables import Table, compile_table
from engine.dmn.xml_reading import XmlElement, child, children, local_name, text_of
from engine.feel.compiling import Evaluator
from engine.feel.compiling.access import filter_items
from engine.feel.compiling.control import NotIterable, steps
from engine.feel.functions import apply
from engine.feel.names import canonical
from engine.feel.scope import Run, Scope
from engine.feel.values import AnyFunction, Function, Value, describe, normalise

LOGIC = (
    *("literalExpression", "decisionTable", "context", "invocation", "list", "relation", "functionDefinition"),
    *("conditional", "filter", "for", "some", "every"),
)
_FOREIGN_LANGUAGES = ("Java", "PMML")


class Boxed:
    """Compiles the boxed expressions of one model. `place` says where an expression stands, for messages."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.tables: list[Table] = []
        self._by_name: dict[str, Callable[[XmlElement, str], Evaluator]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
        }

    def below(self, element: XmlElement | None, place: str) -> Evaluator:
        """The expression inside of an element; null where there is none."""
        inner = child(element, *LOGIC)
        return self.compile(inner, place) if inner is not None else lambda scope: None

    def compile(self, element: XmlElement, place: str) -> Evaluator:
        evaluator = self._by_name[local_name(element)](element, place)
        return self.texts.typed(evaluator, element.get("typeRef"), place)

    def all_below(self, element: XmlElement, place: str) -> list[Evaluator]:
        return [self.compile(inner, place) for inner in children(element, *LOGIC)]

    def _table(self, element: XmlElement, place: str) -> Evaluator:
        table = compile_table(element, self.texts, place)
        self.tables.append(table)
        return table.evaluate

    def _literal(self, element: XmlElement, place: str) -> Evaluator:
        return self.texts.expression(text_of(element), place)

    def _context(self, element: XmlElement, place: str) -> Evaluator:
        entries: list[tuple[str, Evaluator]] = []
        result: Evaluator | None = None
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            if variable is None:
                result = self.below(entry, place)
                continue
            name = canonical(variable.get("name", ""))
            where = f"{place}, entry '{name}'"
            entries.append((name, self.texts.typed(self.below(entry, where), variable.get("typeRef"), where)))

        def evaluate(scope: Scope) -> Value:
            values: dict[str, Value] = {}
            inside = Scope(values, scope, scope.run)
            for name, value in entries:
                values[name] = value(inside)
            return values if result is None else result(inside)

        return evaluate

    def _list(self, element: XmlElement, place: str) -> Evaluator:
        items = self.all_below(element, place)
        return lambda scope: [item(scope) for item in items]

    def _relation(self, element: XmlElement, place: str) -> Evaluator:
        columns = [canonical(column.get("name", "")) for column in children(element, "column")]
        rows = [self.all_below(row, place) for row in children(element, "row")]
        return lambda scope: [{name: cell(scope) for name, cell in zip(columns, row, strict=False)} for row in rows]

    def _invocation(self, element: XmlElement, place: str) -> Evaluator:
        function = self.below(element, place)
        bindings = [
            (canonical(parameter.get("name", "")), self.below(binding, place))
            for binding in children(element, "binding")
            if (parameter := child(binding, "parameter")) is not None
        ]
        names = tuple(name for name, _ in bindings)

        def evaluate(scope: Scope) -> Value:
            called = function(scope)
            if not isinstance(called, AnyFunction):
                return scope.run.fault(f"{place} calls {describe(called)}, which is not a function.")
            return apply(called, [value(scope) for _, value in bindings], scope.run, names=names)

        return evaluate

    def function(self, element: XmlElement, place: str) -> Evaluator:
        """A boxed function, or the logic of a business knowledge model."""
        if element.get("kind") in _FOREIGN_LANGUAGES:
            return lambda scope: scope.run.fault(f"{place} is written in {element.get('kind')}, which is not allowed.")
        parameters = list(children(element, "formalParameter"))
        names = tuple(canonical(parameter.get("name", "")) for parameter in parameters)
        find = self.texts.types.find if self.texts.types is not None else lambda reference: None
        types = tuple(find(parameter.get("typeRef")) for parameter in parameters)
        body = self.below(element, place)

        def evaluate(scope: Scope) -> Value:
            def call(values: list[Value], run: Run) -> Value:
                return body(Scope(dict(zip(names, values, strict=True)), scope, run))

            return Function(names, call, types, name=place)

        return evaluate

    def _conditional(self, element: XmlElement, place: str) -> Evaluator:
        condition, then, otherwise = (self.below(child(element, part), place) for part in ("if", "then", "else"))

        def evaluate(scope: Scope) -> Value:
            value = condition(scope)
            if value is not None and type(value) is not bool:
                return scope.run.fault(f"{place}: 'if' needs true or false, but here is {describe(value)}.")
            return then(scope) if value is True else otherwise(scope)

        return evaluate

    def _filter(self, element: XmlElement, place: str) -> Evaluator:
        source, match = self.below(child(element, "in"), place), self.below(child(element, "match"), place)

        def evaluate(scope: Scope) -> Value:
            value = source(scope)
            if value is None:
                return scope.run.note(f"{place}: the list to filter is empty.")
            return filter_items(value if type(value) is list else [value], match, scope, None)

        return evaluate

    def _for(self, element: XmlElement, place: str) -> Evaluator:
        name, source, body = self._loop(element, "return", place)

        def evaluate(scope: Scope) -> Value:
            results: list[Value] = []
            try:
                for item in steps(source(scope), scope.run, None):
                    scope.run.meter.spend_items(len(results))
                    values = {name: normalise(item, scope.run.meter), "partial": list(results)}
                    results.append(body(Scope(values, scope, scope.run)))
            except NotIterable:
                return None
            return results

        return evaluate

    def _loop(self, element: XmlElement, part: str, place: str) -> tuple[str, Evaluator, Evaluator]:
        name = canonical(element.get("iteratorVariable", ""))
        return name, self.below(child(element, "in"), place), self.below(child(element, part), place)

    def _quantified(self, element: XmlElement, place: str) -> Evaluator:
        name, source, body = self._loop(element, "satisfies", place)
        decides = local_name(element) == "some"

        def evaluate(scope: Scope) -> Value:
            result: bool | None = not decides
            try:
                for item in steps(source(scope), scope.run, None):
                    scope.run.meter.spend()
                    value = body(Scope({name: normalise(item, scope.run.meter)}, scope, scope.run))
                    if value is decides and result is not None:
                        return decides
                    result = result if type(value) is bool else None
            except NotIterable:
                return None
            return result

        return evaluate
