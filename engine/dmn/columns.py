"""What the cells of one column of a decision table accept, as sets of pieces of the column's values.

All constants that a column mentions cut its values into pieces: for numbers, dates and other ordered kinds, the
constants themselves and the stretches between them; for texts and truth values, the constants and "anything else".
No cell tells two values of one piece apart, so a cell is a set of pieces, kept as the bits of an integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key

from engine.dmn.expressions import Texts
from engine.dmn.tables import InputColumn
from engine.feel import nodes
from engine.feel.comparison import contains, equal, order
from engine.feel.compiling import compile_node
from engine.feel.compiling.cells import compare, matches
from engine.feel.errors import FeelError, FeelLimitError
from engine.feel.ranges import Range
from engine.feel.references import free_names_of
from engine.feel.rendering import quoted, render
from engine.feel.scope import Run, Scope
from engine.feel.values import Value, is_context, kind

_UNORDERED = frozenset({"string", "boolean"})


@dataclass(frozen=True, slots=True)
class Test:
    """One constant test of a cell: `operator` is a comparison sign, or "in" for a value, list or range."""

    operator: str
    wanted: Value


@dataclass(frozen=True, slots=True)
class CellTests:
    """None for `tests` means: every value. A cell that depends on other data cannot be read and is no CellTests."""

    tests: tuple[Test, ...] | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Values that no cell tells apart: one constant, a stretch between two (either may be open), or all others."""

    low: Value = None
    high: Value = None
    is_constant: bool = False


@dataclass(frozen=True, slots=True)
class ColumnSets:
    """`accepted` has, for each row, the pieces it accepts, or None where the cell depends on other data."""

    label: str
    pieces: tuple[Piece, ...]
    accepted: tuple[int | None, ...]
    possible: int


def read_cell(text: str, texts: Texts, run: Run) -> CellTests | None:
    """The constant tests of a cell; None where it depends on other data."""
    run.meter.spend(1 + len(text))
    run.meter.look_at_clock()
    node = texts.tests_node(text)
    try:
        if isinstance(node, nodes.AnyTest):
            return CellTests(None)
        if not isinstance(node, nodes.Tests) or free_names_of(node) or nodes.mentions(node, "?"):
            return None
        tests = tuple(_constant_test(test, run) for test in node.tests)
    except FeelLimitError:
        raise
    except FeelError:
        return None
    return CellTests(tests, node.negated) if all(test.wanted is not None for test in tests) else None


def _constant_test(test: nodes.Node, run: Run) -> Test:
    if isinstance(test, nodes.ComparisonTest):
        return Test(test.operator, compile_node(test.right)(Scope({}, None, run)))
    if isinstance(test, nodes.ExpressionTest):
        return Test("in", compile_node(test.expression)(Scope({}, None, run)))
    return Test("in", None)


def column_sets(column: InputColumn, cells: list[str], texts: Texts, run: Run) -> ColumnSets:
    read = [read_cell(text, texts, run) for text in cells]
    domain = read_cell(column.allowed_text, texts, run) if column.allowed_text else None
    constants: list[Value] = []
    for cell in [*read, domain]:
        for test in (cell.tests if cell is not None else None) or ():
            _collect(test.wanted, constants)
    pieces = _pieces(column, constants, run)
    if pieces is None:
        # Kinds are mixed: nothing can be said about this column.
        return ColumnSets(column.label, (Piece(),), (None,) * len(cells), 1)
    everything = (1 << len(pieces)) - 1
    accepted = tuple(None if cell is None else _bits(cell, pieces, run) for cell in read)
    return ColumnSets(column.label, pieces, accepted, everything if domain is None else _bits(domain, pieces, run))


def _collect(wanted: Value, constants: list[Value]) -> None:
    if type(wanted) is list:
        for item in wanted:
            _collect(item, constants)
    elif type(wanted) is Range:
        constants += [end for end in (wanted.start, wanted.end) if end is not None]
    elif wanted is not None and not is_context(wanted):
        constants.append(wanted)


def _pieces(column: InputColumn, constants: list[Value], run: Run) -> tuple[Piece, ...] | None:
    kinds = {kind(value) for value in constants}
    if column.type is not None and column.type.name == "boolean" and kinds <= {"boolean"}:
        return tuple(Piece(value, value, is_constant=True) for value in (True, False))
    if len(kinds) > 1 or kinds & {"list", "context", "function", "range"}:
        return None
    if kinds == {"boolean"}:
        return tuple(Piece(value, value, is_constant=True) for value in (True, False))
    distinct = _distinct_in_order(constants, run)
    if kinds == {"string"}:
        return (*(Piece(value, value, is_constant=True) for value in distinct), Piece())
    return _stretches(distinct)


def _distinct_in_order(constants: list[Value], run: Run) -> list[Value]:
    run.meter.spend(20 * len(constants))
    ordered = sorted(constants, key=cmp_to_key(lambda a, b: order(a, b, run.meter) or 0))
    return [value for at, value in enumerate(ordered) if not at or equal(value, ordered[at - 1], run.meter) is not True]


def _stretches(constants: list[Value]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    low: Value = None
    for value in constants:
        pieces += [Piece(low, value), Piece(value, value, is_constant=True)]
        low = value
    return (*pieces, Piece(low, None))


def _bits(cell: CellTests, pieces: tuple[Piece, ...], run: Run) -> int:
    if cell.tests is None:
        return (1 << len(pieces)) - 1
    bits = 0
    for at, piece in enumerate(pieces):
        run.meter.spend(4 * len(cell.tests))
        if any(_accepts(test, piece, run) for test in cell.tests) is not cell.negated:
            bits |= 1 << at
    return bits


def _accepts(test: Test, piece: Piece, run: Run) -> bool:
    if piece.is_constant:
        if test.operator == "in":
            return matches(piece.low, test.wanted, run.meter) is True
        return compare(test.operator, piece.low, test.wanted, run.meter) is True
    if type(test.wanted) is list:
        return any(_accepts(Test("in", item), piece, run) for item in test.wanted)
    if type(test.wanted) is Range:
        return _stretch_inside(piece, test.wanted, run)
    if test.operator in ("in", "="):
        return False
    if test.operator == "!=":
        return True
    return _stretch_on_side(test.operator, piece, test.wanted, run)


def _stretch_inside(piece: Piece, inside: Range, run: Run) -> bool:
    """A stretch lies between neighbouring constants, so it is in the range when both of its ends are."""
    if piece.low is None and piece.high is None:
        return False
    closed = Range(inside.start, inside.end, includes_start=True, includes_end=True, from_comparison=True)
    low = inside.start is None if piece.low is None else contains(closed, piece.low, run.meter) is True
    high = inside.end is None if piece.high is None else contains(closed, piece.high, run.meter) is True
    return low and high


def _stretch_on_side(operator: str, piece: Piece, limit: Value, run: Run) -> bool:
    if operator in ("<", "<="):
        return piece.high is not None and compare("<=", piece.high, limit, run.meter) is True
    return piece.low is not None and compare(">=", piece.low, limit, run.meter) is True


def describe_pieces(sets: ColumnSets, bits: int, run: Run) -> str:
    """The pieces as a person would write them: `between 3 and 4`, `above 5`, `"A" or "B"`."""
    chosen = [piece for at, piece in enumerate(sets.pieces) if bits >> at & 1]
    return " or ".join(_describe_stretch(first, last, run) for first, last in _joined(chosen, run))


def _joined(pieces: list[Piece], run: Run) -> list[tuple[Piece, Piece]]:
    """Neighbouring pieces put together, as (first, last)."""
    groups: list[tuple[Piece, Piece]] = []
    for piece in pieces:
        last = groups[-1][1] if groups else None
        if (
            last is not None
            and piece.low is not None
            and kind(piece.low) not in _UNORDERED
            and _touch(last, piece, run)
        ):
            groups[-1] = (groups[-1][0], piece)
        else:
            groups.append((piece, piece))
    return groups


def _touch(left: Piece, right: Piece, run: Run) -> bool:
    return left.is_constant is not right.is_constant and equal(left.high, right.low, run.meter) is True


def _describe_stretch(first: Piece, last: Piece, run: Run) -> str:
    def shown(value: Value) -> str:
        return quoted(value) if type(value) is str else render(value, run.meter)

    if first is last and first.is_constant:
        return shown(first.low)
    low, high = first.low, last.high
    if low is None and high is None:
        return "anything else"
    if low is None:
        return f"{'at most' if last.is_constant else 'below'} {shown(high)}"
    if high is None:
        return f"{'at least' if first.is_constant else 'above'} {shown(low)}"
    opening, closing = "[" if first.is_constant else "(", "]" if last.is_constant else ")"
    return f"in {opening}{shown(low)}..{shown(high)}{closing}"
