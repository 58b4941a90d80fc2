"""A process as a token game: places are its flows, and what can happen at each step moves tokens between them.

Each scope, the process or a sub-process, is a game of its own: to its parent a sub-process is one step.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import TypeVar

from engine.components import strong_components
from engine.diagram import Flow, Step
from engine.graph import Graph, reverse_postorder

Part = TypeVar("Part")

CHOOSING = {"exclusiveGateway", "eventBasedGateway"}
CLEARING = {"terminateEventDefinition", "errorEventDefinition", "cancelEventDefinition"}
MOST_COMBINED = 6
"""Of more flows than this, an inclusive gateway tries one and all of them."""


@dataclass(frozen=True)
class Firing:
    """One thing that can happen at a step, or an event that interrupts it.

    It puts tokens on `puts`; `chosen` names the choice, if it is one. With `clears` no token of the scope is left.
    """

    step: str
    puts: tuple[int, ...]
    chosen: tuple[Flow | Step, ...] = ()
    clears: bool = False


@dataclass(frozen=True)
class Stop:
    """A step with the places it takes tokens from: any one, for a join a token of each, or all that have come.

    A step that is no join has one stop for each of its flows. `shaping` holds the inclusive joins for which it matters
    whether this has happened yet.
    """

    step: Step
    takes: tuple[int, ...]
    firings: tuple[Firing, ...]
    inclusive: bool = False
    shaping: set[str] = field(default_factory=set)

    @property
    def clears(self) -> bool:
        """Whether it ends the whole scope."""
        return any(firing.clears for firing in self.firings)


@dataclass(frozen=True)
class Net:
    """The game of one scope. Places are numbered along the way; `stops` is what each place leads to.

    `targets` holds the step each place leads to, `sources` where it comes from, `flows` by which flow (None before a
    start). `reach` tells, for an inclusive join, which of its flows can be reached from each place without coming
    through it, as bits. With `partial`, not every choice of an inclusive gateway is in it.
    """

    starts: tuple[int, ...]
    stops: tuple[Stop, ...]
    targets: tuple[Step, ...]
    sources: tuple[Step | None, ...]
    flows: tuple[Flow | None, ...]
    reach: dict[str, list[int]]
    partial: bool = False


def draw_net(graph: Graph, scope: str) -> Net:
    """The token game of a scope."""
    steps = [step for step in graph.steps.values() if step.process == scope]
    starts = [step.id for step in steps if step.kind == "startEvent"]
    rank = {step: at for at, step in enumerate(_along_the_way(graph, starts))}
    inside = [flow for flow in graph.flows if flow.source in rank and flow.target in rank]
    places: list[Flow | str] = sorted(
        [*starts, *inside], key=lambda place: rank[place if isinstance(place, str) else place.target]
    )
    number = {place if isinstance(place, str) else place.id: at for at, place in enumerate(places)}
    drawing = _Drawing(graph, number)
    targets = tuple(graph.steps[place if isinstance(place, str) else place.target] for place in places)
    stops = drawing.stops(targets)
    different = list({id(stop): stop for stop in stops}.values())
    net = Net(
        starts=tuple(number[start] for start in starts),
        stops=stops,
        targets=targets,
        sources=tuple(None if isinstance(place, str) else graph.steps[place.source] for place in places),
        flows=tuple(None if isinstance(place, str) else place for place in places),
        reach={stop.step.id: _reach(stop, stops) for stop in different if stop.inclusive},
        partial=drawing.partial,
    )
    for stop in different:
        stop.shaping.update(join for join, masks in net.reach.items() if _shapes(stop, masks))
    return net


def _along_the_way(graph: Graph, starts: list[str]) -> list[str]:
    """The steps that are reached, each before those after it, one branch after the other.

    Steps that lead back to each other stand together, so that what comes out of a loop is not gone on with before it.
    """

    def following(step: str) -> list[str]:
        events = graph.attached.get(step, ())
        return [*(flow.target for flow in graph.outgoing[step]), *events]

    rank = {step: at for at, step in enumerate(reverse_postorder(starts, following))}
    components = strong_components(starts, following)[::-1]
    return [step for component in components for step in sorted(component, key=rank.__getitem__)]


class _Drawing:
    """Makes the stops of a net from the steps of a graph."""

    def __init__(self, graph: Graph, number: dict[str, int]) -> None:
        self.graph = graph
        self.number = number
        self.partial = False

    def stops(self, targets: tuple[Step, ...]) -> tuple[Stop, ...]:
        """What each place leads to."""
        places: dict[str, list[int]] = {}
        for place, step in enumerate(targets):
            places.setdefault(step.id, []).append(place)
        found: dict[int, Stop] = {}
        for taken in places.values():
            step = targets[taken[0]]
            firings = tuple(self._firings(step))
            joins = len(taken) > 1 and step.kind in ("parallelGateway", "inclusiveGateway")
            for takes in [tuple(taken)] if joins else [(place,) for place in taken]:
                stop = Stop(step, takes, firings, inclusive=joins and step.kind == "inclusiveGateway")
                found.update(dict.fromkeys(takes, stop))
        return tuple(found[place] for place in range(len(targets)))

    def _firings(self, step: Step) -> Iterator[Firing]:
        clears = step.kind == "endEvent" and not CLEARING.isdisjoint(step.events)
        events = [self.graph.steps[event] for event in self.graph.attached.get(step.id, ())]
        events = [event for event in events if "compensateEventDefinition" not in event.events]
        aside = [event for event in events if not event.interrupts]
        ways = [*self._ways(step)]
        if any(event.interrupts for event in events):
            ways = [(puts, chosen or (step,)) for puts, chosen in ways]
        done = [(step.id, puts, chosen) for puts, chosen in ways]
        done += [(event.id, self._puts(event), (event,)) for event in events if event.interrupts]
        for also in self._some_of(aside, least=0):
            extra = tuple(chain.from_iterable(self._puts(event) for event in also))
            for name, puts, chosen in done:
                yield Firing(name, tuple(sorted(puts + extra)), (*chosen, *also), clears)

    def _ways(self, step: Step) -> Iterator[tuple[tuple[int, ...], tuple[Flow | Step, ...]]]:
        """How a step can be left: the places that get a token, and what was chosen."""
        flows = [flow for flow in self.graph.outgoing[step.id] if flow.id in self.number]
        if len(flows) > 1 and step.kind in CHOOSING:
            yield from (((self.number[flow.id],), (flow,)) for flow in flows)
        elif len(flows) > 1 and step.kind == "inclusiveGateway":
            asked = [flow for flow in flows if flow.id != step.default]
            groups = [*self._some_of(asked, least=1), *([flow] for flow in flows if flow.id == step.default)]
            yield from ((tuple(self.number[flow.id] for flow in group), tuple(group)) for group in groups)
        else:
            yield self._puts(step), ()

    def _puts(self, step: Step) -> tuple[int, ...]:
        return tuple(self.number[flow.id] for flow in self.graph.outgoing[step.id] if flow.id in self.number)

    def _some_of(self, parts: list[Part], *, least: int) -> list[list[Part]]:
        """Every choice of at least so many parts; of many parts only the smallest and the largest choices."""
        sizes: Iterable[int] = range(least, len(parts) + 1)
        if len(parts) > MOST_COMBINED:
            self.partial = True
            sizes = sorted({least, 1, len(parts)})
        return [list(some) for size in sizes for some in combinations(parts, size)]


def _reach(join: Stop, stops: tuple[Stop, ...]) -> list[int]:
    """For each place, which flows of `join` a token there can come to without going through it, as bits."""
    masks = [0] * len(stops)
    before: dict[int, list[int]] = {}
    for place, stop in enumerate(stops):
        if stop is not join:
            for put in {put for firing in stop.firings for put in firing.puts}:
                before.setdefault(put, []).append(place)
    for bit, place in enumerate(join.takes):
        masks[place] |= 1 << bit
    pending = list(join.takes)
    while pending:
        place = pending.pop()
        for earlier in before.get(place, ()):
            if masks[place] & ~masks[earlier]:
                masks[earlier] |= masks[place]
                pending.append(earlier)
    return masks


def _shapes(stop: Stop, masks: list[int]) -> bool:
    """Whether an inclusive join may wait longer, or take more, once this has happened."""
    puts = {put for firing in stop.firings for put in firing.puts}
    return any(masks[put] and masks[put] != masks[take] for take in stop.takes for put in puts)
