"""The situations a process can come into: every marking of its net, or as many as prove the same.

Of steps that run side by side and have nothing to do with each other only one order is tried. That keeps what stands
still, what turns in a circle, and which steps can happen (A. Valmari, “The state explosion problem”, 1998: stubborn
sets), and spares the product of all branches.
"""

from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.components import strong_components
from engine.soundness.net import Firing, Net, Stop

Marking = tuple[int, ...]
"""The places that hold a token, in order; a place with two tokens stands there twice."""

MOST_ON_A_PLACE = 3


@dataclass(frozen=True)
class Happening:
    """One thing that may happen in a situation, and the situation after it."""

    stop: Stop
    firing: Firing
    after: Marking


@dataclass
class Space:
    """What was found: what can happen in each situation, and how each was first come to.

    `complete` is False when there were too many situations, or tokens without end. `twice` holds, by step, the first
    situation in which two tokens come to it at once; `cut` the situations after which there were too many tokens.
    """

    net: Net
    following: dict[Marking, list[Happening]] = field(default_factory=dict)
    origin: dict[Marking, tuple[Marking, Happening] | None] = field(default_factory=dict)
    twice: dict[str, Marking] = field(default_factory=dict)
    cut: set[Marking] = field(default_factory=set)
    complete: bool = True

    def way_to(self, marking: Marking) -> list[tuple[Marking, Happening]]:
        """What happens from the start until `marking`, each with the situation before it."""
        way = []
        came = self.origin[marking]
        while came is not None:
            way.append(came)
            came = self.origin[came[0]]
        return way[::-1]

    def enabled(self, marking: Marking) -> list[Stop]:
        """What can happen in a situation, the earliest along the way first."""
        return [stop for stop, _takes in _enabled(self.net, marking)]


class Budget:
    """How much may still be looked at, in tokens of situations; shared by the scopes of a diagram."""

    def __init__(self, tokens: int) -> None:
        self.left = tokens


def explore(net: Net, budget: Budget) -> Space:
    """Every situation of a net that is needed to judge it, within the budget."""
    space = Space(net, complete=not net.partial)
    pending: deque[Marking] = deque()
    for start in net.starts:
        _meet(space, (start,), None, pending)
    while True:
        while pending:
            if budget.left < 0:
                space.complete = False
                return space
            marking = pending.popleft()
            enabled = list(_enabled(net, marking))
            budget.left -= _expand(space, marking, _stubborn(net, marking, enabled), pending)
        # What was put off for ever in a circle that nothing leaves has to be looked at, too.
        for marking in _put_off(space):
            budget.left -= _expand(space, marking, list(_enabled(net, marking)), pending)
        if not pending:
            return space


def _meet(space: Space, marking: Marking, came: tuple[Marking, Happening] | None, pending: deque[Marking]) -> None:
    if marking not in space.origin:
        space.origin[marking] = came
        pending.append(marking)


def _expand(
    space: Space, marking: Marking, happening: list[tuple[Stop, tuple[int, ...]]], pending: deque[Marking]
) -> int:
    """Let everything of `happening` happen; returns how much was looked at."""
    looked_at = len(marking) + 1
    following = []
    for stop, takes in happening:
        for firing in stop.firings:
            after = _fire(marking, takes, firing)
            looked_at += len(after) + 1
            _note_twice(space, after, firing)
            if any(after.count(put) > MOST_ON_A_PLACE for put in firing.puts):
                space.cut.add(marking)
                space.complete = False
                continue
            happened = Happening(stop, firing, after)
            following.append(happened)
            _meet(space, after, (marking, happened), pending)
    space.following[marking] = following
    return looked_at


def _fire(marking: Marking, takes: tuple[int, ...], firing: Firing) -> Marking:
    if firing.clears:
        return ()
    after = list(marking)
    for place in takes:
        after.remove(place)
    for place in firing.puts:
        insort(after, place)
    return tuple(after)


def _note_twice(space: Space, marking: Marking, firing: Firing) -> None:
    """Places of one step stand side by side in a marking."""
    stops = space.net.stops
    for put in firing.puts:
        step = stops[put].step.id
        if step not in space.twice and len(stops[put].takes) == 1:
            count = sum(stops[place].step.id == step for place in marking)
            if count > 1:
                space.twice[step] = marking


def _enabled(net: Net, marking: Marking) -> Iterator[tuple[Stop, tuple[int, ...]]]:
    """What can happen, with the places it takes a token from."""
    held = set(marking)
    seen: set[int] = set()
    for place in marking:
        stop = net.stops[place]
        if id(stop) in seen:
            continue
        seen.add(id(stop))
        if len(stop.takes) == 1:
            yield stop, stop.takes
        elif stop.inclusive:
            if _may_join(net, stop, held):
                yield stop, tuple(take for take in stop.takes if take in held)
        elif held.issuperset(stop.takes):
            yield stop, stop.takes


def _may_join(net: Net, join: Stop, held: set[int]) -> bool:
    """BPMN 2.0, table 13.3: no token elsewhere can come to a flow without one, unless it can also come to one with."""
    masks = net.reach[join.step.id]
    arrived = sum(1 << bit for bit, take in enumerate(join.takes) if take in held)
    elsewhere = (masks[place] for place in held if net.stops[place] is not join)
    return not any(mask & ~arrived and not mask & arrived for mask in elsewhere)


def _stubborn(
    net: Net, marking: Marking, enabled: list[tuple[Stop, tuple[int, ...]]]
) -> list[tuple[Stop, tuple[int, ...]]]:
    """So much of what can happen that the rest can wait: one step, or all that inclusive joins bring together."""
    for one in enabled:
        # The earliest first: tokens that follow each other without waiting are seen to meet.
        stop = one[0]
        if not (stop.inclusive or stop.shaping or stop.clears):
            return [one]
        joins = _joins_around(net, marking, enabled, one[0])
        if joins is not None:
            chosen = [other for other in enabled if other is one or _concerns(net, other[0], joins)]
            if not any(stop.clears for stop, _takes in chosen):
                return chosen
    return enabled


def _joins_around(
    net: Net, marking: Marking, enabled: list[tuple[Stop, tuple[int, ...]]], seed: Stop
) -> set[str] | None:
    """The inclusive joins that must be looked at together with `seed`; None when a token that waits is among them."""
    joins = set(seed.shaping) | ({seed.step.id} if seed.inclusive else set())
    able = {id(stop) for stop, _takes in enabled}
    while True:
        more = set(joins)
        for place in marking:
            stop = net.stops[place]
            if _concerns(net, stop, joins):
                if id(stop) not in able and stop.step.id not in joins:
                    return None
                more |= stop.shaping | ({stop.step.id} if stop.inclusive else set())
        if more == joins:
            return joins
        joins = more


def _concerns(net: Net, stop: Stop, joins: set[str]) -> bool:
    return stop.step.id in joins or any(net.reach[join][take] for join in joins for take in stop.takes)


def _put_off(space: Space) -> list[Marking]:
    """One situation of each circle that nothing leaves, in which something can happen that never does in the circle."""
    found = []
    for component in closed_circles(space):
        happened = {id(one.stop) for marking in component for one in space.following[marking]}
        for marking in component:
            if any(id(stop) not in happened for stop in space.enabled(marking)):
                found.append(marking)
                break
    return found


def closed_circles(space: Space) -> list[list[Marking]]:
    """The sets of situations that lead to each other, and to no other: what comes there never ends."""

    def following(marking: Marking) -> list[Marking]:
        return [one.after for one in space.following.get(marking, ())]

    closed = []
    for component in strong_components(space.origin, following):
        inside = set(component)
        leads_on = [after for marking in component for after in following(marking)]
        known = all(marking in space.following and marking not in space.cut for marking in component)
        if known and leads_on and inside.issuperset(leads_on):
            closed.append(component)
    return closed
