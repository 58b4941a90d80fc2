"""One evaluation of a model: the FEEL run, the values worked out so far, and the trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.dmn.trace import DecisionTrace, TableTrace
from engine.feel.limits import Limits
from engine.feel.scope import Run
from engine.feel.values import Value


class DecisionRun(Run):
    """`outside` are the names that every expression sees besides what its decision requires."""

    __slots__ = ("decisions", "outside", "tables")

    def __init__(
        self,
        *,
        strict: bool,
        outside: Mapping[str, Value],
        limits: Limits | None = None,
        now: datetime | None = None,
    ) -> None:
        super().__init__(strict=strict, limits=limits, now=now)
        self.outside = outside
        self.tables: list[TableTrace] = []
        self.decisions: list[DecisionTrace] = []
