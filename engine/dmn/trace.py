"""Why a decision came out as it did: which rows and cells decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engine.feel.errors import Note
from engine.feel.values import Value


class RowTrace(NamedTuple):
    """`number` counts from 1. `cells` are the outcomes in the order of the columns, up to and including the first
    that does not hold: True, False, or None where it could not be told.
    """

    number: int
    cells: tuple[bool | None, ...]
    matched: bool


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One run through a decision table. `inputs` are (column, value); `matched` are the row numbers that apply,
    `decided` those that the hit policy took the result from; neither when the default was taken.
    """

    name: str
    hit_policy: str
    inputs: tuple[tuple[str, Value], ...]
    rows: tuple[RowTrace, ...]
    matched: tuple[int, ...]
    decided: tuple[int, ...]
    used_default: bool = False


@dataclass(frozen=True, slots=True)
class DecisionTrace:
    """One decision that was made on the way, with the tables that were run through for it."""

    id: str
    name: str
    value: Value
    tables: tuple[TableTrace, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`value` is a FEEL value (see `engine.feel.to_plain`). `trace` lists the decisions in the order in which they were
    made, the one that was asked for last. `notes` say why values on the way are null.
    """

    value: Value
    trace: tuple[DecisionTrace, ...]
    notes: tuple[Note, ...] = field(default=())

    @property
    def matched_rows(self) -> tuple[int, ...]:
        """The rows of the last table of the decision asked for."""
        tables = self.trace[-1].tables if self.trace else ()
        return tables[-1].matched if tables else ()
