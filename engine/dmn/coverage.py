"""Gaps, overlaps and unreachable rows of a decision table.

Every row is a box: one set of pieces for each column (see `columns`). A gap is a combination of pieces that no box
holds. Cells that depend on other data are read so that nothing is reported which might be right: for gaps as if they
accepted everything, for overlaps and hiding rows as if they accepted nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from engine.dmn.columns import ColumnSets, column_sets, describe_pieces
from engine.dmn.tables import Table
from engine.feel.errors import FeelLimitError
from engine.feel.limits import Limits
from engine.feel.scope import Run

Box = tuple[int, ...]
_ROOMY = Limits(steps=50_000_000, seconds=1.2)
_MOST_GAPS = 20
_ONE_RESULT = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})


@dataclass(frozen=True, slots=True)
class TableFinding:
    """`rows` are the rows concerned, counted from 1; none for a gap."""

    problem: str
    message: str
    rows: tuple[int, ...] = ()
    hint: str = ""


def checking_run() -> Run:
    """The budget for checking all tables of a model."""
    return Run(strict=False, limits=_ROOMY)


def check_table(table: Table, run: Run) -> list[TableFinding]:
    """Gaps, overlaps and unreachable rows, in this order. A table too large to check says so."""
    try:
        return _check(table, run)
    except FeelLimitError:
        return [TableFinding("too large", "This table is too large to be checked for gaps and overlaps.")]


def _check(table: Table, run: Run) -> list[TableFinding]:
    if not table.rows or not table.inputs:
        return []
    columns = [
        column_sets(column, [row.inputs[at].text for row in table.rows], table.texts, run)
        for at, column in enumerate(table.inputs)
    ]
    found = [*_gaps(table, columns, run), *_overlaps(table, columns, run)]
    return [*found, *_never_matching(columns), *_hidden(table, columns, run)]


def _box(columns: list[ColumnSets], row: int, *, unknown_accepts: bool) -> Box:
    bits = (
        (column.possible if unknown_accepts else 0) if (accepted := column.accepted[row]) is None else accepted
        for column in columns
    )
    return tuple(accepted & column.possible for accepted, column in zip(bits, columns, strict=True))


def _uncovered(inside: Box, boxes: list[Box], run: Run) -> Iterator[Box]:
    """The parts of a box that none of the boxes holds, column by column from the left."""
    run.meter.spend(1 + len(boxes))
    if not boxes:
        yield inside
        return
    if not inside:
        return
    groups: dict[tuple[int, ...], int] = {}
    for piece in _single_bits(inside[0]):
        run.meter.spend(len(boxes))
        holding = tuple(at for at, box in enumerate(boxes) if box[0] & piece)
        groups[holding] = groups.get(holding, 0) | piece
    for holding, pieces in groups.items():
        for rest in _uncovered(inside[1:], [boxes[at][1:] for at in holding], run):
            yield (pieces, *rest)


def _single_bits(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest
        bits ^= lowest


def _situation(columns: list[ColumnSets], box: Box, run: Run) -> str:
    """The box in words; columns that do not matter are left out."""
    parts = [
        f"{column.label} is {describe_pieces(column, bits, run)}"
        for column, bits in zip(columns, box, strict=True)
        if bits != column.possible
    ]
    return " and ".join(parts) or "in every case"


def _gaps(table: Table, columns: list[ColumnSets], run: Run) -> Iterator[TableFinding]:
    if table.hit_policy not in _ONE_RESULT or any(column.default for column in table.outputs):
        return
    boxes = [_box(columns, row, unknown_accepts=True) for row in range(len(table.rows))]
    everything = tuple(column.possible for column in columns)
    for count, box in enumerate(_uncovered(everything, boxes, run)):
        if count == _MOST_GAPS:
            return
        yield TableFinding(
            "gap",
            f"No row applies when {_situation(columns, box, run)}.",
            hint="Add a row for this case, or a default result.",
        )


def _overlaps(table: Table, columns: list[ColumnSets], run: Run) -> Iterator[TableFinding]:
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return
    boxes = [_box(columns, row, unknown_accepts=False) for row in range(len(table.rows))]
    for (first, left), (second, right) in combinations(enumerate(boxes), 2):
        run.meter.spend(len(columns))
        common = tuple(a & b for a, b in zip(left, right, strict=True))
        same_result = _outputs(table, first) == _outputs(table, second)
        if not all(common) or (table.hit_policy == "ANY" and same_result):
            continue
        yield TableFinding(
            "overlap",
            f"Rows {first + 1} and {second + 1} both apply when {_situation(columns, common, run)}.",
            (first + 1, second + 1),
            f"Hit policy {table.hit_policy.capitalize()} does not allow it: change one row, or the hit policy.",
        )


def _outputs(table: Table, row: int) -> list[str]:
    return ["".join(cell.text.split()) for cell in table.rows[row].outputs]


def _never_matching(columns: list[ColumnSets]) -> Iterator[TableFinding]:
    for row in range(len(columns[0].accepted)):
        for column in columns:
            accepted = column.accepted[row]
            if accepted is not None and not accepted & column.possible:
                yield TableFinding(
                    "unreachable",
                    f"Row {row + 1} can never apply: no allowed value of {column.label} passes its test.",
                    (row + 1,),
                    "Correct the cell or remove the row.",
                )
                break


def _hidden(table: Table, columns: list[ColumnSets], run: Run) -> Iterator[TableFinding]:
    """Rows of a First table that the rows above them take every case from."""
    if table.hit_policy != "FIRST":
        return
    above: list[Box] = []
    for row in range(len(table.rows)):
        box = _box(columns, row, unknown_accepts=True)
        if all(box) and next(_uncovered(box, above, run), None) is None:
            yield TableFinding(
                "unreachable",
                f"Row {row + 1} is never reached: the rows above it apply first in every case.",
                (row + 1,),
                "Move it up, or remove it.",
            )
        solid = _box(columns, row, unknown_accepts=False)
        if all(solid):
            above.append(solid)
