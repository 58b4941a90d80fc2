"""From the rows that apply to one result: the seven hit policies and four aggregations (DMN 1.5, 8.2.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.dmn.errors import DmnError
from engine.feel.comparison import equal
from engine.feel.functions import apply
from engine.feel.scope import Run
from engine.feel.signatures import BUILTINS
from engine.feel.values import Value

Rank = Callable[[Value], tuple[int, ...]]
MANY_RESULTS = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})
AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max"}


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows that apply (numbers from 1), their results, and how to rank results by priority."""

    table: str
    rows: tuple[int, ...]
    results: list[Value]
    rank: Rank
    run: Run


Decided = tuple[Value, tuple[int, ...]]


def _shown(rows: tuple[int, ...]) -> str:
    return ", ".join(str(row) for row in rows[:-1]) + f" and {rows[-1]}"


def _fault(hits: Hits, message: str, hint: str) -> Decided:
    if hits.run.strict:
        raise DmnError(message, element=hits.table, hint=hint)
    return hits.run.note(f"{hits.table}: {message}"), ()


def _unique(hits: Hits) -> Decided:
    if len(hits.rows) == 1:
        return hits.results[0], hits.rows
    return _fault(
        hits,
        f"Rows {_shown(hits.rows)} apply at the same time, but this table allows only one (hit policy Unique).",
        "Change the rows so that they do not overlap, or choose another hit policy.",
    )


def _any(hits: Hits) -> Decided:
    if all(equal(result, hits.results[0], hits.run.meter) is True for result in hits.results[1:]):
        return hits.results[0], hits.rows
    return _fault(
        hits,
        f"Rows {_shown(hits.rows)} apply at the same time and give different results (hit policy Any).",
        "Give them the same result, or change them so that they do not overlap.",
    )


def _first(hits: Hits) -> Decided:
    return hits.results[0], hits.rows[:1]


def _by_rank(hits: Hits) -> list[tuple[Value, int]]:
    return sorted(zip(hits.results, hits.rows, strict=True), key=lambda hit: hits.rank(hit[0]))


def _priority(hits: Hits) -> Decided:
    value, row = _by_rank(hits)[0]
    return value, (row,)


def _output_order(hits: Hits) -> Decided:
    ranked = _by_rank(hits)
    return [value for value, _ in ranked], tuple(row for _, row in ranked)


def _all(hits: Hits) -> Decided:
    return hits.results, hits.rows


HIT_POLICIES: dict[str, Callable[[Hits], Decided]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "PRIORITY": _priority,
    "ANY": _any,
    "COLLECT": _all,
    "RULE ORDER": _all,
    "OUTPUT ORDER": _output_order,
}


def aggregate(aggregation: str, hits: Hits) -> Decided:
    """One number (or least, or greatest value) from all rows that apply."""
    if aggregation == "COUNT":
        return Decimal(len(hits.results)), hits.rows
    return apply(BUILTINS[AGGREGATIONS[aggregation]], [hits.results], hits.run), hits.rows
