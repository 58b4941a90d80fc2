"""A token game played by the book, slowly and without looking ahead: what the engine and its checks are held against.

A marking is a sorted tuple of places: the id of a flow for a token on it, `at step` for a step that is open,
`may event` for an event beside an open step. It shares nothing with the product but the pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Marking = tuple[str, ...]
WAITING = ("userTask", "receiveTask", "intermediateCatchEvent")


@dataclass
class Node:
    """A step: where it lies, what it is attached to."""

    id: str
    kind: str
    scope: str
    host: str = ""
    interrupts: bool = True
    terminates: bool = False


@dataclass
class Game:
    """Nodes by id, flows by id as (source, target)."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)

    def into(self, node: str) -> list[str]:
        return [flow for flow, (_source, target) in self.flows.items() if target == node]

    def out_of(self, node: str) -> list[str]:
        return [flow for flow, (source, _target) in self.flows.items() if source == node]

    def events_at(self, node: str) -> list[Node]:
        return [event for event in self.nodes.values() if event.host == node]

    def begin(self, scope: str = "review") -> Marking:
        """One token behind each start of a scope."""
        starts = [node.id for node in self.nodes.values() if node.kind == "startEvent" and node.scope == scope]
        return tuple(sorted(flow for start in starts for flow in self.out_of(start)))

    def open(self, marking: Marking) -> list[str]:
        """What may happen from outside: the ids of steps to be done and of events, as often as they wait."""
        found = []
        for place in marking:
            word, _, name = place.rpartition(" ")
            if word == "may":
                found.append(name)
            elif word == "at" and self.nodes[name].kind == "eventBasedGateway":
                found += [self.flows[flow][1] for flow in self.out_of(name)]
            elif word == "at" and self.nodes[name].kind in WAITING:
                found.append(name)
        return sorted(found)

    def happen(self, marking: Marking, name: str) -> Marking:
        """The step `name` is done, or the event `name` happens."""
        node = self.nodes[name]
        if node.kind == "boundaryEvent":
            rest = self.without_inside(self._leave(marking, node.host), node.host) if node.interrupts else marking
            rest = rest if node.interrupts else _less(rest, f"may {name}")
            return _more(rest, *self.out_of(name))
        if f"at {name}" in marking:
            return _more(self._leave(marking, name), *self.out_of(name))
        gateway = next(self.flows[flow][0] for flow in self.into(name))
        return _more(_less(marking, f"at {gateway}"), *self.out_of(name))

    def put_back(self, marking: Marking, name: str, target: str) -> Marking:
        """The open step `name` is left without being done, and the step `target` is open instead.

        Where that is outside of its sub-process, everything in there is left. What the steps that are done again have
        begun beside themselves is left, too.
        """
        marking = self._without_branches(marking, name, target)
        while self.nodes[name].scope != self.nodes[target].scope:
            name = self.nodes[name].scope
            marking = self.without_inside(marking, name)
        return _more(self._leave(marking, name), f"at {target}", *self._beside(self.nodes[target]))

    def _without_branches(self, marking: Marking, name: str, target: str) -> Marking:
        """Without what only events beside the steps between `target` and `name`, or these two, lead to."""
        while self.nodes[name].scope != self.nodes[target].scope:
            name = self.nodes[name].scope
        ahead = self._after({target}, set())
        again = {name, target, *(one for one in ahead if name in self._after({one}, {target}))}
        events = {event.id for host in again for event in self.events_at(host) if not event.interrupts}
        starts = {node.id for node in self.nodes.values() if node.kind == "startEvent"}
        theirs = self._after(events, set(), beside=True) - self._after(starts, events, beside=True)
        theirs = theirs.union(*(self.inside(one) for one in theirs))
        return tuple(place for place in marking if self._where(place) not in theirs)

    def _where(self, place: str) -> str:
        return self.flows[place][1] if place in self.flows else place.rpartition(" ")[2]

    def _after(self, names: set[str], without: set[str], *, beside: bool = False) -> set[str]:
        """Those, and all that a token there can come to."""
        seen: set[str] = set()
        pending = list(names - without)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                after = [self.flows[flow][1] for flow in self.out_of(name)]
                after += [event.id for event in self.events_at(name) if beside or event.interrupts]
                pending += [one for one in after if one not in without]
        return seen

    def _leave(self, marking: Marking, name: str) -> Marking:
        marking = _less(marking, f"at {name}")
        for event in self.events_at(name):
            if f"may {event.id}" in marking:
                marking = _less(marking, f"may {event.id}")
        return marking

    def inside(self, scope: str) -> set[str]:
        """Everything in a scope, however deep."""
        own = {node.id for node in self.nodes.values() if node.scope == scope}
        return own.union(*(self.inside(name) for name in own))

    def without_inside(self, marking: Marking, scope: str) -> Marking:
        inside = self.inside(scope)
        return tuple(
            place
            for place in marking
            if (self.flows[place][0] if place in self.flows else place.rpartition(" ")[2]) not in inside
        )

    def steps_by_themselves(self, marking: Marking) -> Iterator[tuple[str, list[Marking]]]:
        """What happens without anybody: the step, and what may come of it, one for each choice."""
        for place in dict.fromkeys(marking):
            if place in self.flows:
                node = self.nodes[self.flows[place][1]]
                if after := list(self._arrive(marking, place, node)):
                    yield node.id, after
            elif place.startswith("at ") and self._is_done_inside(marking, place[3:]):
                yield place[3:], [_more(self._leave(marking, place[3:]), *self.out_of(place[3:]))]

    def _is_done_inside(self, marking: Marking, name: str) -> bool:
        return self.nodes[name].kind == "subProcess" and self.without_inside(marking, name) == marking

    def _arrive(self, marking: Marking, flow: str, node: Node) -> Iterator[Marking]:
        rest, ways = _less(marking, flow), self.out_of(node.id)
        match node.kind:
            case "endEvent":
                yield self.without_inside(rest, node.scope) if node.terminates else rest
            case "exclusiveGateway":
                yield from (_more(rest, way) for way in ways)
            case "parallelGateway" if set(self.into(node.id)) <= set(marking):
                yield _more(_less(marking, *self.into(node.id)), *ways)
            case "inclusiveGateway" if self.may_join(marking, node):
                rest = _less(marking, *(way for way in self.into(node.id) if way in marking))
                yield from (_more(rest, *some) for some in _choices(ways))
            case "subProcess":
                yield _more(rest, f"at {node.id}", *self._beside(node), *self.begin(node.id))
            case "userTask" | "receiveTask" | "intermediateCatchEvent" | "eventBasedGateway":
                yield _more(rest, f"at {node.id}", *self._beside(node))

    def _beside(self, node: Node) -> list[str]:
        return [f"may {event.id}" for event in self.events_at(node.id)]

    def may_join(self, marking: Marking, node: Node) -> bool:
        """Whether no token elsewhere has to be waited for (BPMN 2.0, table 13.3)."""
        come = {flow for flow in self.into(node.id) if flow in marking}
        open_ways = set(self.into(node.id)) - come
        elsewhere = [place for place in marking if place not in self.into(node.id)]
        waited = [place for place in elsewhere if self._ways_to(place, node) & open_ways]
        return not any(not self._ways_to(place, node) & come for place in waited)

    def _ways_to(self, place: str, join: Node) -> set[str]:
        """The flows of a join that a token can come to without going through it."""
        here = self.flows[place][1] if place in self.flows else place.rpartition(" ")[2]
        seen: set[str] = set()
        pending, found = [here], set()
        while pending:
            name = pending.pop()
            if name in seen or name == join.id:
                continue
            seen.add(name)
            pending += [event.id for event in self.events_at(name)]
            for flow in self.out_of(name):
                pending.append(self.flows[flow][1])
                if self.flows[flow][1] == join.id:
                    found.add(flow)
        return found

    def settle(self, marking: Marking, choose: Callable[[str, list[Marking]], Marking]) -> Marking:
        """Let everything happen that needs nobody; `choose` decides at gateways."""
        while True:
            able = list(self.steps_by_themselves(marking))
            if not able:
                return marking
            # Inclusive joins come last: whether they wait depends on where the others are.
            name, after = min(able, key=lambda one: self.nodes[one[0]].kind == "inclusiveGateway")
            marking = after[0] if len(after) == 1 else choose(name, after)


@dataclass
class Verdict:
    """What every way through a game shows. `bounded` is False when tokens grew without end."""

    stands_still: bool = False
    turns: bool = False
    never: set[str] = field(default_factory=set)
    twice: bool = False
    bounded: bool = True

    @property
    def is_bad(self) -> bool:
        return self.stands_still or self.turns or bool(self.never)


def try_everything(game: Game, *, most: int = 3, situations: int = 4_000) -> Verdict | None:
    """Every order and every choice, one after the other; None when there are too many."""
    verdict = Verdict(never=set(game.nodes) - {n.id for n in game.nodes.values() if n.kind == "startEvent" or n.host})
    following: dict[Marking, list[Marking]] = {}
    pending = [game.begin()]
    while pending:
        marking = pending.pop()
        if marking in following:
            continue
        if len(following) > situations:
            return None
        happening = [(name, [game.happen(marking, name)]) for name in game.open(marking)]
        happening += game.steps_by_themselves(marking)
        verdict.never -= {name for name, _after in happening}
        following[marking] = [one for _name, after in happening for one in after]
        verdict.stands_still |= bool(marking) and not happening
        verdict.twice |= _is_twice(game, marking)
        if any(one.count(place) > most for one in following[marking] for place in one):
            return Verdict(bounded=False)
        pending += following[marking]
    verdict.turns = not _all_can_end(following)
    return verdict


def _is_twice(game: Game, marking: Marking) -> bool:
    """Whether two tokens are at, or on the way to, one step that does something and is no join."""
    joins = ("parallelGateway", "inclusiveGateway", "endEvent", "exclusiveGateway")
    targets = [
        game.flows[p][1] if p in game.flows else p.rpartition(" ")[2] for p in marking if not p.startswith("may")
    ]
    return any(targets.count(name) > 1 and game.nodes[name].kind not in joins for name in targets)


def _all_can_end(following: dict[Marking, list[Marking]]) -> bool:
    """Whether the end can be come to from everywhere, but for where nothing happens at all."""
    before: dict[Marking, list[Marking]] = {}
    for marking, after in following.items():
        for one in after:
            before.setdefault(one, []).append(marking)
    seen: set[Marking] = set()
    pending = [marking for marking, after in following.items() if not after]
    while pending:
        marking = pending.pop()
        if marking not in seen:
            seen.add(marking)
            pending += before.get(marking, [])
    return len(seen) == len(following)


def _more(marking: Marking, *places: str) -> Marking:
    return tuple(sorted([*marking, *places]))


def _less(marking: Marking, *places: str) -> Marking:
    rest = list(marking)
    for place in places:
        rest.remove(place)
    return tuple(rest)


def _choices(ways: list[str]) -> list[list[str]]:
    """Every choice of an inclusive gateway; its last flow is the default, taken alone."""
    if len(ways) < 2:
        return [ways]
    *asked, default = ways
    some = [[way for at, way in enumerate(asked) if bits >> at & 1] for bits in range(1, 1 << len(asked))]
    return [*some, [default]]
