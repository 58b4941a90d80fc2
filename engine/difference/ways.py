"""Which way is taken when: conditions, default flows, and where flows lead, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagram import Diagram, Flow
from engine.difference.change import Change, list_words, name_step, normalise, quote
from engine.difference.places import Places

ASKING = ("exclusiveGateway", "inclusiveGateway")


@dataclass(frozen=True)
class Way:
    """One way out of a step: when it is taken (None: always, or when nothing else is), and what it comes to.

    `lands` are ids of the new version where there is one; `name` is for people.
    """

    condition: str | None
    lands: tuple[str, ...]
    name: str


def compare_ways(places: Places) -> Iterator[Change]:
    """Every difference of the flows that the places of the steps do not tell already."""
    for a, b in places.pairs.items():
        if a == places.old.key:
            continue
        old, new = places.old.steps[a], places.new.steps[b]
        before, after = _ways(places, places.old, a), _ways(places, places.new, b)
        if new.kind in ASKING and len(after) + len(before) > 2:
            yield from _compare_conditions(places, b, before, after)
        elif old.kind != "boundaryEvent" or old.attached_to:
            yield from _compare_next(places, b, before, after)


def _ways(places: Places, diagram: Diagram, step: str) -> list[Way]:
    default = diagram.steps[step].default
    return [_way(places, diagram, flow, is_default=flow.id == default) for flow in diagram.flows if flow.source == step]


def _way(places: Places, diagram: Diagram, flow: Flow, *, is_default: bool) -> Way:
    found = places.landing(diagram, flow.target)
    if diagram is places.old:
        found = [places.pairs.get(step, f"gone {step}") for step in found]
    condition = None if is_default or flow.condition is None else normalise(flow.condition)
    return Way(condition, tuple(sorted(found)), "" if flow.name == flow.id else flow.name)


def _compare_conditions(places: Places, step: str, before: list[Way], after: list[Way]) -> Iterator[Change]:
    left, came = [way for way in before if way not in after], [way for way in after if way not in before]
    left, came = _same(left, came)
    name = name_step(places.new.steps[step])
    for way in list(came):
        partner = next((one for one in left if one.lands == way.lands), None) or next(
            (one for one in left if one.condition == way.condition), None
        )
        came.remove(way)
        if partner is None:
            yield Change("condition", f"After {name} there is a new way to {_to(places, way)}{_when(way)}.", step)
            continue
        left.remove(partner)
        if partner.lands == way.lands:
            text = f"After {name}, the way to {_to(places, way)} is now taken{_when(way)} (before:{_when(partner)})."
            yield Change("condition", text, step)
        elif not _explained(places, step, partner, way):
            text = (
                f"After {name}, the way{_when(way)} now leads to {_to(places, way)} (before: {_to(places, partner)})."
            )
            yield Change("flow", text, step)
    for way in left:
        yield Change("condition", f"After {name} there is no way to {_to(places, way)} any more{_when(way)}.", step)


def _same(left: list[Way], came: list[Way]) -> tuple[list[Way], list[Way]]:
    """Without the ways that differ in their name only."""
    keys = {(way.condition, way.lands) for way in left} & {(way.condition, way.lands) for way in came}
    return tuple([way for way in ways if (way.condition, way.lands) not in keys] for ways in (left, came))  # type: ignore[return-value]


def _compare_next(places: Places, step: str, before: list[Way], after: list[Way]) -> Iterator[Change]:
    was, now = ({land for way in ways for land in way.lands} for ways in (before, after))
    if was == now:
        return
    old, new = Way(None, tuple(sorted(was)), ""), Way(None, tuple(sorted(now)), "")
    if not _explained(places, step, old, new):
        name = name_step(places.new.steps[step])
        yield Change("flow", f"After {name} comes {_to(places, new)} now (before: {_to(places, old)}).", step)


def _explained(places: Places, step: str, before: Way, after: Way) -> bool:
    """Whether another sentence tells it: a step that moved, is new, or is gone."""
    concerned = {step, *before.lands, *after.lands}
    new = any(land not in places.back and places.is_told(places.new, places.new.steps[land]) for land in after.lands)
    return (
        bool(concerned & (places.moved | places.told)) or new or any(land.startswith("gone ") for land in before.lands)
    )


def _to(places: Places, way: Way) -> str:
    names = []
    for land in way.lands:
        gone = land.removeprefix("gone ")
        step = places.new.steps.get(land) or places.old.steps[gone]
        names.append(name_step(step) if step.kind != "endEvent" else f"the end {quote(step.name)}")
    return list_words(names)


def _when(way: Way) -> str:
    return " when nothing else holds" if way.condition is None else f" when {quote(way.condition)}"
