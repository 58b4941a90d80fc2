"""Reading a diagram into a step list: blocks with one way in and one way out, found by their structure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine import SUB_PROCESSES, Diagram, Flow, Graph, Step, read_diagram
from workflows.designs.outline.net import Net
from workflows.designs.outline.tree import (
    ENDS,
    GOES_BACK,
    GOES_ON,
    LOOSE,
    Back,
    Border,
    Doing,
    Drawn,
    End,
    Entry,
    Landing,
    Outline,
    Place,
    Row,
    Scope,
    Way,
    Ways,
    every_row,
)

DEEPEST = 25
"""How many blocks within blocks are shown; what is drawn deeper stays as it is drawn."""

EXCLUSIVE, PARALLEL, INCLUSIVE, FIRST = (
    f"{name}Gateway" for name in ("exclusive", "parallel", "inclusive", "eventBased")
)
JOINS = {
    EXCLUSIVE: (EXCLUSIVE, INCLUSIVE),
    FIRST: (EXCLUSIVE, INCLUSIVE),
    PARALLEL: (PARALLEL, INCLUSIVE),
    INCLUSIVE: (INCLUSIVE,),
}
"""Which gateways close the ways of which; ways that exclude each other may also meet in the step that follows."""


def read_outline(content: bytes) -> Outline:
    """The step list of a diagram. Raises Unreadable, or InvalidDiagram without exactly one process that runs."""
    diagram = read_diagram(content, "diagram")
    backs: set[str] = set()
    scope = _read_scope(diagram, Graph(diagram), diagram.key, 0, backs)
    entries: dict[str, Entry] = {}
    places: dict[str, Place] = {}
    scopes = {scope.id: scope}
    for row in every_row(scope):
        _note(row.entries, entries, places, scopes)
        if row.start:
            places[row.start.key] = row.start
    for one in list(scopes.values()):
        _note(one.beside, entries, places, scopes)
    return Outline(diagram, scope, frozenset(backs), entries, places, scopes)


def _note(
    found: Iterable[Entry], entries: dict[str, Entry], places: dict[str, Place], scopes: dict[str, Scope]
) -> None:
    for entry in found:
        entries[entry.id] = entry
        if entry.after:
            places[entry.after.key] = entry.after
        if isinstance(entry, Doing) and entry.inside:
            scopes[entry.inside.id] = entry.inside


def _read_scope(diagram: Diagram, graph: Graph, scope: str, depth: int, backs: set[str]) -> Scope:
    net = Net(diagram, graph, scope)
    backs.update(flow.id for step in net.order[1:] for flow in net.flows_out(step) if net.leads_back(step, flow.target))
    return _Reader(diagram, graph, net, depth, backs).scope(scope)


@dataclass(frozen=True)
class _Arrival:
    """Where a row has come to: the step, the flows that lead there from the row, and the steps they come from."""

    step: str
    flows: tuple[Flow, ...]


@dataclass
class _Reader:
    """Reads one process or sub-process; `seen` are the steps that are in the list already."""

    diagram: Diagram
    graph: Graph
    net: Net
    depth: int
    backs: set[str]
    seen: set[str] = field(default_factory=set)

    def scope(self, identifier: str) -> Scope:
        start, row = None, Row((), LOOSE)
        if len(self.net.starts) == 1 and not self.net.is_tangled:
            start = self.net.step(self.net.starts[0])
            self.seen.add(start.id)
            flows = self.net.flows_out(start.id)
            row = self.row(flows[0], None, self.depth) if len(flows) == 1 else Row((), LOOSE, _behind(start.id))
        return Scope(identifier, start, row, tuple(self._beside()))

    def _beside(self) -> Iterator[Doing | Drawn]:
        left = [step for step in self.net.steps.values() if step.id not in self.seen]
        for step in left:
            if step.by_event and step.kind in SUB_PROCESSES:
                yield Doing(step, self._inside(step))
        others = tuple(step for step in left if not step.by_event)
        if others:
            yield Drawn(others[0].id, others)

    def row(self, flow: Flow, stop: str | None, depth: int) -> Row:
        """What follows from `flow` until the step `stop`, an end, or a way back."""
        entries: list[Entry] = []
        start = Place(f"on:{flow.id}", (flow.id,))
        at = _Arrival(flow.target, (flow,))
        while True:
            if at.step == stop:
                return Row(tuple(entries), GOES_ON, start)
            if self.net.leads_back(at.flows[0].source, at.step):
                return Row((*entries, Back(at.flows[0])), GOES_BACK, start)
            entry, following = self._entry(at, stop, depth)
            entries.append(entry)
            if following is None:
                ending = GOES_ON if entry.after else ENDS
                return Row(tuple(entries), LOOSE if entry.after and entry.after.source else ending, start)
            at = following

    def _entry(self, at: _Arrival, stop: str | None, depth: int) -> tuple[Entry, _Arrival | None]:
        step = self.net.step(at.step)
        flows = self.net.flows_out(step.id)
        if depth > DEEPEST:
            return self._drawn(step.id, stop, whole=True)
        if sorted(self.net.forward_into(step.id)) != sorted(flow.source for flow in at.flows):
            return self._drawn(step.id, stop)
        if step.kind == "endEvent":
            self.seen.add(step.id)
            return End(step), None
        if step.kind.endswith("Gateway") and len(flows) > 1:
            return self._ways(step, flows, stop, depth) or self._drawn(step.id, stop)
        if len(flows) > 1 or any(flow.is_link for flow in flows) or step.event == "link":
            return self._drawn(step.id, stop)
        if step.kind.endswith("Gateway"):
            self.seen.add(step.id)
            after, following = self._following(step.id, flows)
            return Landing(step, after), following
        return self._doing(step, flows, stop, depth) or self._drawn(step.id, stop)

    def _following(self, step: str, flows: list[Flow]) -> tuple[Place | None, _Arrival | None]:
        if not flows:
            return _behind(step), None
        return Place(f"after:{step}", (flows[0].id,)), _Arrival(flows[0].target, (flows[0],))

    def _doing(
        self, step: Step, flows: list[Flow], stop: str | None, depth: int
    ) -> tuple[Doing, _Arrival | None] | None:
        """A step with what is at its border; None when its borders cannot be shown."""
        events = [self.net.step(event) for event in self.graph.attached.get(step.id, ()) if event in self.net.steps]
        leaving = [self.net.flows_out(event.id) for event in events]
        if any(len(each) > 1 or any(flow.is_link for flow in each) for each in leaving):
            return None
        ways = [flow for each in leaving for flow in each]
        join = self._meet([*flows, *ways], stop) if ways and flows else None
        beside = [flow for event, each in zip(events, leaving, strict=True) for flow in each if not event.interrupts]
        if any(self._reaches(flow, join or stop) for flow in beside):
            return None
        inside = self._between([*(flows if join else ()), *ways], join or stop)
        if not self._is_closed(step.id, EXCLUSIVE, inside, join, stop):
            return None
        self.seen.update([step.id, *(event.id for event in events)])
        borders = tuple(
            Border(event, self.row(each[0], join or stop, depth + 1) if each else None)
            for event, each in zip(events, leaving, strict=True)
        )
        inner = self._inside(step) if step.kind in SUB_PROCESSES else None
        if join is None:
            after, following = self._following(step.id, flows)
            return Doing(step, inner, borders, None, after), following
        in_time = None if flows[0].target == join else self.row(flows[0], join, depth + 1)
        closing, after, following = self._close(step.id, EXCLUSIVE, join, inside, stop)
        return Doing(step, inner, borders, closing, after, in_time), following

    def _inside(self, step: Step) -> Scope:
        return _read_scope(self.diagram, self.graph, step.id, self.depth + 1, self.backs)

    def _ways(
        self, split: Step, flows: list[Flow], stop: str | None, depth: int
    ) -> tuple[Ways, _Arrival | None] | None:
        """The ways out of a gateway; None when they cannot be shown as a block."""
        kind = split.kind
        if kind not in JOINS or any(flow.is_link for flow in flows):
            return None
        join = self._meet(flows, stop)
        on = None if join else self._goes_on(split, flows, stop)
        inside = self._between([flow for flow in flows if flow is not on], join or stop)
        if not self._is_closed(split.id, kind, inside, join, stop):
            return None
        self.seen.add(split.id)
        ways = tuple(Way(flow, None if flow is on else self.row(flow, join or stop, depth + 1)) for flow in flows)
        if on is not None:
            return Ways(split, ways, None, Place(f"after:{split.id}", (on.id,))), _Arrival(on.target, (on,))
        if join is None:
            return Ways(split, ways, None, self._out_of_block(split.id, kind, inside, stop)), None
        closing, after, following = self._close(split.id, kind, join, inside, stop)
        return Ways(split, ways, closing, after), following

    def _goes_on(self, split: Step, flows: list[Flow], stop: str | None) -> Flow | None:
        """The way that is only what follows: the one that is left where all others go back at once, or the one that is
        taken otherwise where all others come to an end of their own.
        """
        if split.kind != EXCLUSIVE:
            return None
        left = [flow for flow in flows if not self.net.leads_back(split.id, flow.target)]
        if len(left) == 1:
            return left[0]
        default = next((flow for flow in left if flow.id == split.default), None)
        others = [flow for flow in left if flow is not default]
        return default if not any(self._reaches(flow, stop) for flow in others) else None

    def _meet(self, flows: list[Flow], stop: str | None) -> str | None:
        """The first step that several of these flows come to."""
        once = several = 0
        for flow in flows:
            reached = 0 if self.net.leads_back(flow.source, flow.target) else self.net.reach[flow.target]
            several |= once & reached
            once |= reached
        if stop is not None and several & self.net.reach[stop]:
            several |= self.net.bits[stop]
        return next((step for step in self.net.order if self.net.bits[step] & several), None)

    def _reaches(self, flow: Flow, target: str | None) -> bool:
        return target is not None and bool(self.net.reach[flow.target] & self.net.bits[target])

    def _between(self, flows: list[Flow], limit: str | None) -> int:
        """The steps that these flows come to before `limit`."""
        found = 0
        for flow in flows:
            if not self.net.leads_back(flow.source, flow.target):
                found |= self.net.reach[flow.target]
        return found & ~self.net.reach[limit] if limit else found

    def _is_closed(self, split: str, kind: str, inside: int, join: str | None, stop: str | None) -> bool:
        """Whether nothing leads into a block but its beginning, and nothing out of it but its end."""
        net, limit = self.net, join or stop
        own = inside | net.bits[split]
        for event in self.graph.attached.get(split, ()):
            own |= net.bits[event]
        for step in net.names(inside):
            if any(not own & net.bits[before] for before in net.forward_into(step)):
                return False
            for target in net.next[step]:
                is_back = net.leads_back(step, target)
                if is_back and kind in (PARALLEL, INCLUSIVE) and not net.bits[target] & inside:
                    return False
                if not is_back and target != limit and not net.bits[target] & inside:
                    return False
        if join is None or join == stop:
            return True
        return _closes(kind, net.step(join)) and all(own & net.bits[before] for before in net.forward_into(join))

    def _close(
        self, split: str, kind: str, join: str, inside: int, stop: str | None
    ) -> tuple[str | None, Place | None, _Arrival | None]:
        """What closes a block, the place behind it, and where it goes on (None: where the block around it ends)."""
        if join == stop:
            return None, self._out_of_block(split, kind, inside, stop), None
        step, flows = self.net.step(join), self.net.flows_out(join)
        if step.kind.endswith("Gateway") and len(flows) == 1 and not flows[0].is_link:
            self.seen.add(join)
            return join, Place(f"after:{split}", (flows[0].id,)), _Arrival(flows[0].target, (flows[0],))
        leading = self._leading(split, inside, join)
        place = Place(f"after:{split}", tuple(flow.id for flow in leading), _join_of(kind))
        return None, place, _Arrival(join, tuple(leading))

    def _out_of_block(self, split: str, kind: str, inside: int, stop: str | None) -> Place | None:
        leading = self._leading(split, inside, stop) if stop else []
        return Place(f"after:{split}", tuple(flow.id for flow in leading), _join_of(kind)) if leading else None

    def _leading(self, split: str, inside: int, target: str) -> list[Flow]:
        """The flows from a block, its beginning or what is at its border, to the step behind it."""
        sources = [split, *self.graph.attached.get(split, ()), *self.net.names(inside)]
        return [flow for source in sources for flow in self.net.flows_out(source) if flow.target == target]

    def _drawn(self, first: str, stop: str | None, *, whole: bool = False) -> tuple[Drawn, _Arrival | None]:
        """All from here to the next step that every way passes, or (`whole`, or without one) to the end of the row."""
        net, found = self.net, self.net.reach[first]
        stopped = net.bits[stop] if stop else 0
        for step in net.names(0 if whole else found & ~net.bits[first]):
            inside = found & ~net.reach[step]
            if net.step(step).attached_to is None and not stopped & inside and self._passes(first, inside, step):
                self.seen.update(net.names(inside))
                if step == stop:
                    return Drawn(first, self._steps(inside)), None
                flows = self._leading(first, inside & ~net.bits[first], step)
                after = None if len(flows) > 1 or flows[0].is_link else Place(f"after:{first}", (flows[0].id,))
                return Drawn(first, self._steps(inside), after), _Arrival(step, tuple(flows))
        inside = found & ~net.reach[stop] if stop else found
        self.seen.update(net.names(inside))
        return Drawn(first, self._steps(inside)), None

    def _passes(self, first: str, inside: int, step: str) -> bool:
        """Whether nothing leads into these steps but to the first one, and nothing out of them but to `step`."""
        net = self.net
        for one in net.names(inside):
            if any(target != step and not net.bits[target] & inside for target in net.next[one]):
                return False
            if one != first and any(not net.bits[before] & inside for before in net.before[one]):
                return False
        return all(net.bits[before] & inside for before in net.forward_into(step))

    def _steps(self, inside: int) -> tuple[Step, ...]:
        return tuple(self.net.step(step) for step in self.net.names(inside))


def _closes(kind: str, join: Step) -> bool:
    """Whether ways out of a gateway of this kind may meet in that step."""
    if join.kind == "endEvent" and not join.events:
        return True
    return join.kind in JOINS[kind] or (kind in (EXCLUSIVE, FIRST) and not join.kind.endswith("Gateway"))


def _behind(step: str) -> Place:
    return Place(f"after:{step}", (), source=step)


def _join_of(kind: str) -> str:
    return kind if kind in (PARALLEL, INCLUSIVE) else EXCLUSIVE
