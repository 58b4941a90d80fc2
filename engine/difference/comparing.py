"""The whole difference of two programs."""

from collections.abc import Iterator, Mapping

from engine.diagram import Diagram
from engine.difference.arrivals import compare_steps
from engine.difference.change import Change, normalise, quote
from engine.difference.places import Places
from engine.difference.settings import compare_settings
from engine.difference.tables import compare_tables
from engine.difference.ways import compare_ways
from engine.difference.wording import Wording
from engine.matching import match_steps
from engine.spiff import Program


def compare(
    old: Program, new: Program, pairs: Mapping[str, str] | None = None, wording: Wording | None = None
) -> list[Change]:
    """What is different in `new`, as sentences for people; empty when both mean the same.

    Ids, positions, the order of the file and its formatting mean nothing. `pairs` says which steps of `old` are which
    of `new`, where the caller knows better than their ids do. Fields of forms are compared by the layer that knows
    them; here a form is only new, gone, or asked at another step. `wording` says what people call things.
    """
    words = wording or Wording()
    places = Places(old.diagram, new.diagram, _pair(old.diagram, new.diagram, pairs), words)
    return [
        *_names(old, new),
        *compare_steps(places),
        *places.changes(),
        *(change for a, b in places.pairs.items() if a != old.diagram.key for change in _settings(places, a, b)),
        *compare_ways(places),
        *_variables(old, new, words),
        *compare_tables(old, new),
    ]


def _pair(old: Diagram, new: Diagram, given: Mapping[str, str] | None) -> dict[str, str]:
    """Which step is which. One that several people decide now is the same to people, though not to a token."""
    pairs = {a: match.step for a, match in match_steps(old, new, given).items()}
    taken = set(pairs.values())
    for step in old.steps.values():
        other = new.steps.get(step.id)
        if (
            step.id not in pairs
            and other is not None
            and other.kind == step.kind == "userTask"
            and step.id not in taken
        ):
            pairs[step.id] = step.id
    return pairs


def _settings(places: Places, a: str, b: str) -> Iterator[Change]:
    old, new = places.old.steps[a], places.new.steps[b]
    for change in compare_settings(old, new, places.call(places.new, new), places.wording):
        # What is written on a start, an end or a gateway that only joins is nobody's work.
        if change.kind != "renamed" or not new.kind.endswith(("startEvent", "endEvent")):
            yield change


def _names(old: Program, new: Program) -> Iterator[Change]:
    if old.diagram.name != new.diagram.name:
        yield Change("renamed", f"The process {quote(old.diagram.name)} is now called {quote(new.diagram.name)}.")


def _variables(old: Program, new: Program, wording: Wording) -> Iterator[Change]:
    before, after = dict(old.diagram.variables), dict(new.diagram.variables)
    for name in sorted(before.keys() | after.keys()):
        a, b = before.get(name), after.get(name)
        called = quote((b or a).label or name) if (b or a) else quote(name)  # type: ignore[union-attr]
        if a is None:
            yield Change("variable", f"The process now knows {called}.")
        elif b is None:
            yield Change("variable", f"The process no longer knows {called}.")
        elif a.type != b.type:
            yield Change(
                "variable",
                f"{called} is now a value of the type {wording.type(b.type)} (before: {wording.type(a.type)}).",
            )
        elif normalise(a.label) != normalise(b.label):
            yield Change("variable", f"{quote(a.label or name)} is now called {called}.")
