"""Decision tables: reading them, and running through their rows (DMN 1.5, chapter 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.dmn.decision_run import DecisionRun
from engine.dmn.errors import DmnError, DmnFileError
from engine.dmn.expressions import Texts
from engine.dmn.hit_policies import AGGREGATIONS, HIT_POLICIES, MANY_RESULTS, Decided, Hits, aggregate
from engine.dmn.trace import RowTrace, TableTrace
from engine.dmn.xml_reading import XmlElement, child, children, text_of
from engine.feel import nodes
from engine.feel.comparison import equal
from engine.feel.compiling import Evaluator, compile_node
from engine.feel.errors import FeelError
from engine.feel.names import canonical
from engine.feel.parser import parse_tests
from engine.feel.rendering import render
from engine.feel.scope import Scope
from engine.feel.types import FeelType
from engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class InputColumn:
    label: str
    expression: Cell
    type: FeelType | None
    allowed: Evaluator | None
    allowed_text: str


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """`priorities` are the output values in falling order, where the column lists them."""

    name: str
    type: FeelType | None
    priorities: tuple[Evaluator, ...] | None
    default: Cell | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A text of the table; `place` says where it stands, for messages."""

    place: str
    text: str
    evaluate: Evaluator


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rows: tuple[Row, ...]
    texts: Texts

    def evaluate(self, scope: Scope) -> Value:
        """The result for the names in scope; the way to it is added to the trace of the run."""
        values = [self._input(column, scope) for column in self.inputs]
        if not all(self._is_allowed(*pair, scope) for pair in zip(self.inputs, values, strict=True)):
            return None
        rows = tuple(self._tried(values, scope))
        matched = tuple(trace.number for trace in rows if trace.matched)
        if matched:
            value, decided = self._decide(matched, scope)
        else:
            value, decided = self._default(scope), ()
        self._record(values, rows, matched, decided, scope)
        return value

    def _input(self, column: InputColumn, scope: Scope) -> Value:
        return self._value(column.expression, column.type, scope)

    def _value(self, cell: Cell, wanted: FeelType | None, scope: Scope) -> Value:
        return self.texts.fit(evaluate_at(cell.place, cell.text, cell.evaluate, scope), wanted, scope.run, cell.place)

    def _is_allowed(self, column: InputColumn, value: Value, scope: Scope) -> bool:
        if column.allowed is None or value is None:
            return True
        if column.allowed(Scope({"?": value}, scope, scope.run)) is True:
            return True
        shown = render(value, scope.run.meter)[:40]
        message = f"{column.label} is {shown}, which is not one of the allowed values {column.allowed_text}."
        scope.run.fault(f"{self.name}: {message}", error=DmnError)
        return False

    def _tried(self, values: list[Value], scope: Scope) -> Iterator[RowTrace]:
        """The rows one after the other; a First table stops at the first that applies."""
        for row in self.rows:
            trace = self._try(row, values, scope)
            yield trace
            if trace.matched and self.hit_policy == "FIRST":
                return

    def _try(self, row: Row, values: list[Value], scope: Scope) -> RowTrace:
        """The outcome of the cells of one row, up to the first that fails."""
        outcomes: list[bool | None] = []
        for cell, value in zip(row.inputs, values, strict=True):
            scope.run.meter.spend()
            inside = Scope({"?": value}, scope, scope.run)
            outcome: bool | None = evaluate_at(cell.place, cell.text, cell.evaluate, inside)
            outcomes.append(outcome)
            if outcome is not True:
                return RowTrace(row.number, tuple(outcomes), matched=False)
        return RowTrace(row.number, tuple(outcomes), matched=True)

    def _decide(self, matched: tuple[int, ...], scope: Scope) -> Decided:
        results = [self._result(self.rows[number - 1], scope) for number in matched]
        hits = Hits(self.name, matched, results, lambda value: self._rank(value, scope), scope.run)
        if self.aggregation is None:
            return HIT_POLICIES[self.hit_policy](hits)
        if len(self.outputs) > 1:
            message = f"{self.name}: only a table with one output can be aggregated."
            return scope.run.fault(message, error=DmnError), ()
        return aggregate(self.aggregation, hits)

    def _result(self, row: Row, scope: Scope) -> Value:
        pairs = zip(row.outputs, self.outputs, strict=True)
        return self._together([self._value(cell, column.type, scope) for cell, column in pairs])

    def _together(self, values: list[Value]) -> Value:
        if len(self.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def _default(self, scope: Scope) -> Value:
        """What the table gives when no row applies."""
        if not any(column.default for column in self.outputs):
            return Decimal(0) if self.aggregation == "COUNT" else None
        value = self._together(
            [self._value(column.default, column.type, scope) if column.default else None for column in self.outputs]
        )
        many = self.hit_policy in MANY_RESULTS and self.aggregation is None and type(value) is not list
        return [value] if many else value

    def _rank(self, result: Value, scope: Scope) -> tuple[int, ...]:
        """Places of the outputs in their lists of values: the lowest comes first."""
        ranks = []
        for column in self.outputs:
            value = result if len(self.outputs) == 1 else result[column.name]
            ranks.append(_place(value, column.priorities or (), scope))
        return tuple(ranks)

    def _record(
        self,
        values: list[Value],
        rows: tuple[RowTrace, ...],
        matched: tuple[int, ...],
        decided: tuple[int, ...],
        scope: Scope,
    ) -> None:
        if not isinstance(scope.run, DecisionRun):
            return
        inputs = tuple((column.label, value) for column, value in zip(self.inputs, values, strict=True))
        scope.run.tables.append(
            TableTrace(self.name, self.hit_policy, inputs, rows, matched, decided, used_default=not matched)
        )


def evaluate_at(place: str, text: str, evaluate: Evaluator, scope: Scope) -> Value:
    """The value of a text of the model; an error that comes out of it is told with the place it stands at."""
    try:
        return evaluate(scope)
    except FeelError as error:
        if not error.text and not (isinstance(error, DmnError) and error.element):
            error.text = text
            error.message = f"{place}: {error.message}"
        raise


def _place(value: Value, priorities: tuple[Evaluator, ...], scope: Scope) -> int:
    for place, priority in enumerate(priorities):
        scope.run.meter.spend()
        if equal(priority(scope), value, scope.run.meter) is True:
            return place
    return len(priorities)


def compile_table(element: XmlElement, texts: Texts, name: str) -> Table:
    """The table of a `decisionTable` element. Raises DmnFileError where its shape makes no sense."""
    policy = (element.get("hitPolicy") or "UNIQUE").upper()
    aggregation = element.get("aggregation")
    if policy not in HIT_POLICIES or aggregation not in (None, "COUNT", *AGGREGATIONS):
        raise DmnFileError(f"There is no hit policy '{policy} {aggregation or ''}'.".replace(" '", "'"), element=name)
    inputs = tuple(_input_column(item, texts, name) for item in children(element, "input"))
    outputs = tuple(_output_column(item, texts, name) for item in children(element, "output"))
    rows = tuple(
        _row(number, item, texts, name, inputs, outputs_wanted=len(outputs))
        for number, item in enumerate(children(element, "rule"), 1)
    )
    return Table(name, policy, aggregation, inputs, outputs, rows, texts)


def _cell(text: str, texts: Texts, place: str) -> Cell:
    return Cell(place, text, texts.expression(text, place))


def _input_column(element: XmlElement, texts: Texts, name: str) -> InputColumn:
    expression, allowed_text = child(element, "inputExpression"), text_of(child(element, "inputValues"))
    text = text_of(expression)
    label = element.get("label") or text
    place = f"{name}, column '{label}'"
    texts.locate(place, element)
    texts.locate(f"{place}, allowed values", element)
    reference = expression.get("typeRef") if expression is not None else None
    return InputColumn(
        label,
        _cell(text, texts, place),
        texts.types.find(reference) if texts.types is not None else None,
        texts.tests(allowed_text, f"{place}, allowed values") if allowed_text else None,
        allowed_text,
    )


def _output_column(element: XmlElement, texts: Texts, name: str) -> OutputColumn:
    label, default = canonical(element.get("name") or ""), text_of(child(element, "defaultOutputEntry"))
    return OutputColumn(
        label,
        texts.types.find(element.get("typeRef")) if texts.types is not None else None,
        _priorities(text_of(child(element, "outputValues")), texts),
        _cell(default, texts, f"{name}, default of '{label}'") if default else None,
    )


def _priorities(text: str, texts: Texts) -> tuple[Evaluator, ...] | None:
    if not text:
        return None
    try:
        tests = parse_tests(text, texts.names)
    except FeelError:
        return None
    listed = tests.tests if isinstance(tests, nodes.Tests) else ()
    return tuple(compile_node(test.expression) for test in listed if isinstance(test, nodes.ExpressionTest))


def _row(
    number: int, element: XmlElement, texts: Texts, name: str, columns: tuple[InputColumn, ...], *, outputs_wanted: int
) -> Row:
    place = f"{name}, row {number}"
    cells, entries = list(children(element, "inputEntry")), list(children(element, "outputEntry"))
    if (len(cells), len(entries)) != (len(columns), outputs_wanted):
        raise DmnFileError(f"Row {number} has not as many cells as the table has columns.", element=name)
    texts.locate(place, element)
    inputs = tuple(
        Cell(where, text, texts.tests(text, where, column.type))
        for cell, column in zip(cells, columns, strict=True)
        for where, text in ((f"{place}, column '{column.label}'", text_of(cell)),)
    )
    for given, cell in zip(inputs, cells, strict=True):
        texts.locate(given.place, cell)
    return Row(number, inputs, tuple(_cell(text, texts, place) for text in map(text_of, entries)))
