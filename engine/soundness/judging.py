"""What the situations of a process say about it."""

from collections.abc import Iterator, Sequence

from engine.diagram import SUB_PROCESSES, Diagram
from engine.errors import WARNING, Finding
from engine.graph import Graph
from engine.soundness.net import Net, Stop, draw_net
from engine.soundness.space import Budget, Marking, Space, closed_circles, explore
from engine.soundness.words import name_all, say_what_is_missing, say_when, steps_before

MOST_LOOKED_AT = 700_000
"""Tokens of situations: what is looked at within about a second."""

MOST_FINDINGS = 20


def find_unsound(diagram: Diagram) -> list[Finding]:
    """What keeps a diagram that has no fault from always ending well; empty when it is proved that it does."""
    graph, budget = Graph(diagram), Budget(MOST_LOOKED_AT)
    scopes = [(diagram.key, diagram.name)]
    scopes += [(step.id, step.name) for step in diagram.steps.values() if step.kind in SUB_PROCESSES]
    found: list[Finding] = []
    for scope, name in scopes:
        space = explore(draw_net(graph, scope), budget)
        said = _judge(space)
        if not (said or space.complete):
            problem = "It has too many ways to try all of them: whether it always comes to its end is not proved."
            said = [Finding(name, problem, "Split it into sub-processes.", id=scope, severity=WARNING)]
        found += said
    return found[:MOST_FINDINGS]


def _judge(space: Space) -> list[Finding]:
    ends_badly = [*_stand_still(space), *_turn(space)]
    never = [] if ends_badly or not space.complete else [*_never_happen(space)]
    return [*ends_badly, *never, *_happen_twice(space)]


def _stand_still(space: Space) -> Iterator[Finding]:
    """Joins that wait for a token which does not come any more; what is missing first is told."""
    stuck: dict[tuple[int, ...], dict[tuple[int, ...], list[Marking]]] = {}
    for marking, following in space.following.items():
        if marking and not following and marking not in space.cut:
            for stop in _first_causes(space.net, marking):
                missing = tuple(take for take in stop.takes if take not in marking)
                stuck.setdefault(stop.takes, {}).setdefault(missing, []).append(marking)
    for takes, by_missing in stuck.items():
        missing, markings = next(iter(by_missing.items()))
        problem = f"it waits for {say_what_is_missing(space, markings[0], missing)}."
        remedy = "Let every way come to it, or bring alternatives together with an exclusive gateway."
        yield Finding.at(space.net.targets[takes[0]], say_when(space, markings[0], markings, problem), remedy)


def _first_causes(net: Net, marking: Marking) -> list[Stop]:
    """Of the joins where a situation stands still, those that wait for none of the others."""
    stops = list({id(net.stops[place]): net.stops[place] for place in marking}.values())
    after = [_places_after(net, stop) for stop in stops]
    waits_for = [
        {
            other
            for other, places in enumerate(after)
            if other != at and any(take in places for take in stop.takes if take not in marking)
        }
        for at, stop in enumerate(stops)
    ]
    causes = [stop for at, stop in enumerate(stops) if not any(at not in waits_for[other] for other in waits_for[at])]
    return causes or stops


def _places_after(net: Net, stop: Stop) -> set[int]:
    """Where tokens can come to once `stop` has happened."""
    seen: set[int] = set()
    pending = [put for firing in stop.firings for put in firing.puts]
    while pending:
        place = pending.pop()
        if place not in seen:
            seen.add(place)
            pending.extend(put for firing in net.stops[place].firings for put in firing.puts)
    return seen


def _turn(space: Space) -> Iterator[Finding]:
    """Circles without a way out."""
    told: set[str] = set()
    for circle in closed_circles(space):
        happening = [happened for marking in circle for happened in space.following[marking]]
        first = min((happened.stop for happened in happening), key=lambda stop: stop.takes)
        if first.step.id not in told:
            told.add(first.step.id)
            steps = {happened.stop.step.id: happened.stop.step for happened in happening}
            done = [step for step in steps.values() if not step.kind.endswith("Gateway")] or list(steps.values())
            problem = f"no way leads from here to an end: {name_all(done)} again and again."
            remedy = "Draw a way out: an exclusive gateway with a flow to an end."
            yield Finding.at(first.step, say_when(space, circle[0], circle, problem), remedy)


def _never_happen(space: Space) -> Iterator[Finding]:
    """Joins that can never go on, although every way comes to an end."""
    happened = {one.firing.step for following in space.following.values() for one in following}
    for stop in {id(stop): stop for stop in space.net.stops}.values():
        sources = [space.net.sources[take] for take in stop.takes]
        if stop.step.id not in happened and any(source is None or source.id in happened for source in sources):
            waited_for = name_all(steps_before(space.net, stop.takes))
            problem = f"It can never go on: {waited_for} never come to it in the same case."
            yield Finding.at(stop.step, problem, "Bring alternatives together with an exclusive gateway.")


def _happen_twice(space: Space) -> Iterator[Finding]:
    """Steps that two tokens come to at once."""
    net = space.net
    told: set[int] = set()
    for place in sorted(range(len(net.stops)), key=lambda place: net.stops[place].takes):
        stop = net.stops[place]
        marking = space.twice.get(stop.step.id)
        if marking is None or place in told or not _does_something(net, stop):
            continue
        told |= _places_after(net, stop) | {at for at, target in enumerate(net.targets) if target is stop.step}
        held = [at for at in marking if net.targets[at] is stop.step]
        yield Finding.at(stop.step, *_twice(net, held), severity=WARNING)


def _twice(net: Net, held: Sequence[int]) -> tuple[str, str]:
    """What is wrong where two tokens come to one step, and what to do."""
    sources = steps_before(net, held)
    if len(sources) > 1:
        problem = f"{name_all(sources)} run side by side and lead here: what follows is done more than once."
        return problem, "Bring them together with a parallel gateway before it, unless that is meant."
    problem = "It can be reached again while it is still open: what follows is done more than once."
    return problem, "Let the way back to it begin only after it is done, unless that is meant."


def _does_something(net: Net, stop: Stop) -> bool:
    """Whether a second token matters: an end only swallows it."""
    steps = [stop.step, *(net.targets[place] for place in _places_after(net, stop))]
    return any(not step.kind.endswith("Gateway") and step.kind != "endEvent" for step in steps)
