"""Which way is taken when: conditions, default flows, and where flows lead, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.diagram import Diagram, Flow, Step
from engine.difference.arrivals import ASKING, asked_of, name_before
from engine.difference.change import Change, list_words, name_step, normalise
from engine.difference.places import Places, is_work


@dataclass(frozen=True)
class Way:
    """One way out of a step: when it is taken (None: always, or when nothing else is), and what it comes to.

    `lands` are ids of the new version where there is one, of what both versions have; `shown` are the names of what
    it comes to first.
    """

    condition: str | None
    lands: tuple[str, ...]
    shown: str = field(default="", compare=False)


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
    shown = list_words([_call(step) for step in places.next_steps(diagram, flow.target)])
    return Way(condition, tuple(sorted(found)), shown)


def _compare_conditions(places: Places, step: str, before: list[Way], after: list[Way]) -> Iterator[Change]:
    left, came = [way for way in before if way not in after], [way for way in after if way not in before]
    name = name_before(places, places.new, places.new.steps[step])
    for way in list(came):
        partner = next((one for one in left if one.lands == way.lands), None) or next(
            (one for one in left if one.condition == way.condition), None
        )
        came.remove(way)
        if partner is None:
            if not _says_itself(places, step, way):
                text = f"After {name} there is a new way to {way.shown}{_when(places, way)}."
                yield Change("condition", text, step)
            continue
        left.remove(partner)
        if partner.lands == way.lands:
            now, was = _when(places, way), _when(places, partner)
            text = f"After {name}, the way to {_to(places, way)} is now taken{now} (before:{was})."
            yield Change("condition", text, step)
        elif not _explained(places, step, partner, way):
            now, was = _to(places, way), _to(places, partner)
            text = f"After {name}, the way{_when(places, way)} now leads to {now} (before: {was})."
            yield Change("flow", text, step)
    for way in left:
        yield Change(
            "condition", f"After {name} there is no way to {_to(places, way)} any more{_when(places, way)}.", step
        )


def _says_itself(places: Places, gateway: str, way: Way) -> bool:
    """Whether a way leads to a new step, whose own sentence says when it comes."""
    return any(
        flow.source == gateway
        and normalise(flow.condition) == way.condition
        and flow.target not in places.back
        and is_work(places.new.steps[flow.target])
        and asked_of(places.new, flow.target) is not None
        for flow in places.new.flows
    )


def _compare_next(places: Places, step: str, before: list[Way], after: list[Way]) -> Iterator[Change]:
    was, now = ({land for way in ways for land in way.lands} for ways in (before, after))
    if was == now:
        return
    old, new = Way(None, tuple(sorted(was))), Way(None, tuple(sorted(now)))
    if not _explained(places, step, old, new):
        name = places.call(places.new, places.new.steps[step])
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
        names.append(_call(step))
    return list_words(names)


def _call(step: Step) -> str:
    return name_step(step) if step.kind != "endEvent" else f"the end {name_step(step)}"


def _when(places: Places, way: Way) -> str:
    return " when nothing else holds" if way.condition is None else f" when {places.wording.condition(way.condition)}"
