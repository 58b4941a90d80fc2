"""What an evaluation carries along: the run (budget, clock, strictness, notes) and the names in scope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.feel.errors import FeelError, FeelTypeError, Note
from engine.feel.limits import Limits, Meter
from engine.feel.values import Value, is_context

_MOST_NOTES = 50


class Run:
    """One evaluation. `strict` turns the faults that standard FEEL answers with null into errors; `now` is the
    moment that `now()` and `today()` give, or None where the caller gave none.
    """

    __slots__ = ("meter", "notes", "now", "strict")

    def __init__(self, *, strict: bool = True, limits: Limits | None = None, now: datetime | None = None) -> None:
        self.meter = Meter(limits)
        self.strict = strict
        self.now = now
        self.notes: list[Note] = []

    def fault(
        self, message: str, position: int | None = None, *, hint: str = "", error: type[FeelError] = FeelTypeError
    ) -> Value:
        """A mistake in the expression or its data: raised when strict, else noted and answered with null."""
        if self.strict:
            raise error(message, position=position, hint=hint)
        return self.note(message, position)

    def note(self, message: str, position: int | None = None) -> Value:
        """Remember why a value is null, and give null."""
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(Note(message, position))
        return None


class Missing:
    """Marks a name that is not there, since null is a value."""


MISSING = Missing()


class Peers:
    """The items of a list that is being filtered: which fields any of them has."""

    __slots__ = ("_fields", "_items")

    def __init__(self, items: list[Value]) -> None:
        self._items = items
        self._fields: set[str] | None = None

    def have(self, name: str, meter: Meter) -> bool:
        if self._fields is None:
            contexts = [item for item in self._items if is_context(item)]
            meter.spend(len(self._items) + sum(map(len, contexts)))
            self._fields = set().union(*contexts)
        return name in self._fields


class Scope:
    """Names and values, and the scope around. `peers` are the items of the list that is being filtered: a field that
    only some of them have is null for the others, never a name of the same spelling further out.
    """

    __slots__ = ("parent", "peers", "run", "values")

    def __init__(
        self,
        values: Mapping[str, Value],
        parent: Scope | None,
        run: Run,
        peers: Peers | None = None,
    ) -> None:
        self.values = values
        self.parent = parent
        self.run = run
        self.peers = peers

    def find(self, name: str) -> Value:
        """The value of the name in the nearest scope that has it, or MISSING."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.values.get(name, MISSING)
            if value is not MISSING:
                return value
            if scope.peers is not None and scope.peers.have(name, self.run.meter):
                return self.run.note(f"An item has no '{name}'.")
            scope = scope.parent
        return MISSING

    def names(self) -> list[str]:
        """Every name in scope, for suggestions."""
        known: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            known += [name for name in scope.values if isinstance(name, str)][:1000]
            scope = scope.parent
        return known
