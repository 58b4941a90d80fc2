"""Where steps stand: which are new or gone, which moved, and what follows what, in sentences."""

from collections.abc import Iterator, Mapping

from engine.diagram import Diagram, Step
from engine.difference.change import Change, list_words, name_step, quote
from engine.difference.precedence import Order

WORK = ("Task", "task", "subProcess", "callActivity", "CatchEvent", "ThrowEvent", "transaction", "SubProcess")


def is_work(step: Step) -> bool:
    """Whether something happens or is waited for at a step; gateways, starts and ends only lead the way."""
    return step.kind.endswith(WORK)


class Places:
    """Two versions side by side: `pairs` says which step of the old one is which of the new one."""

    def __init__(self, old: Diagram, new: Diagram, pairs: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self.pairs = {**pairs, old.key: new.key}
        self.back = {b: a for a, b in self.pairs.items()}
        self.moved: set[str] = set()
        self.told: set[str] = set()
        self._orders: dict[tuple[str, str], Order] = {}

    def order(self, diagram: Diagram, scope: str) -> Order:
        """The order of the steps in one scope of one of the diagrams."""
        side = "old" if diagram is self.old else "new"
        if (side, scope) not in self._orders:
            self._orders[side, scope] = Order(diagram, scope)
        return self._orders[side, scope]

    def changes(self) -> Iterator[Change]:
        """Everything about places, each change once."""
        yield from self._gone()
        yield from self._added()
        yield from self._borders()
        yield from self._order()

    def scope_name(self, diagram: Diagram, scope: str) -> str:
        """A scope as it is called in a sentence."""
        return quote(diagram.steps[scope].name if scope in diagram.steps else diagram.name)

    def _gone(self) -> Iterator[Change]:
        for step in self.old.steps.values():
            if step.id not in self.pairs and self.is_told(self.old, step) and self._heads(self.old, self.pairs, step):
                yield Change("removed", f"{self._call(self.old, step)} is gone.", step.id)

    def _added(self) -> Iterator[Change]:
        for step in self.new.steps.values():
            if step.id in self.back or not self.is_told(self.new, step) or not self._heads(self.new, self.back, step):
                continue
            yield Change("added", f"{self._call(self.new, step)} is new{self._where(step)}.", step.id)

    def _heads(self, diagram: Diagram, known: Mapping[str, str], step: Step) -> bool:
        """Whether a step is told for itself: not inside of a sub-process that is new or gone as a whole."""
        return step.process in known or step.process == diagram.key

    def is_told(self, diagram: Diagram, step: Step) -> bool:
        """Whether a sentence says that a step is new or gone; not of starts, ends, and gateways that only join."""
        if is_work(step) or step.kind == "boundaryEvent":
            return True
        return step.kind.endswith("Gateway") and sum(flow.source == step.id for flow in diagram.flows) > 1

    def _call(self, diagram: Diagram, step: Step) -> str:
        if step.kind == "boundaryEvent":
            return f"The event {name_step(step)} at {name_step(diagram.steps[step.attached_to or ''])}"
        if step.kind == "parallelGateway":
            ways = [flow.target for flow in diagram.flows if flow.source == step.id]
            names = [name_step(found) for way in ways for found in self._landing(diagram, way)]
            return f"The parting {name_step(step)}, from which {list_words(names)} go on at the same time,"
        return f"The decision {name_step(step)}" if step.kind.endswith("Gateway") else name_step(step)

    def _where(self, step: Step) -> str:
        """Between which steps of before a new one stands, for the end of its sentence."""
        if step.kind == "boundaryEvent":
            return ""
        order = self.order(self.new, step.process)
        known = [one for one in order.steps if one in self.back and is_work(self.new.steps[one])]
        before = [one for one in known if order.comes_before(one, step.id)]
        after = [one for one in known if order.comes_before(step.id, one)]
        last = [one for one in before if not any(order.comes_before(one, other) for other in before)]
        first = [one for one in after if not any(order.comes_before(other, one) for other in after)]
        said = [
            f"{word} {list_words([name_step(self.new.steps[one]) for one in found])}"
            for word, found in (("after", last), ("before", first))
            if found
        ]
        return f": it comes {' and '.join(said)}" if said else ""

    def _borders(self) -> Iterator[Change]:
        """Steps that are in another sub-process now, and events that are at another step."""
        for a, b in self.pairs.items():
            if a == self.old.key:
                continue
            old, new = self.old.steps[a], self.new.steps[b]
            if self.pairs.get(old.process) != new.process and is_work(new):
                self.moved.add(b)
                yield Change("moved", self._crossing(old, new), b)
            if old.attached_to and new.attached_to and self.pairs.get(old.attached_to) != new.attached_to:
                host = name_step(self.new.steps[new.attached_to])
                yield Change("moved", f"The event {name_step(new)} is now at {host}.", b)

    def _crossing(self, old: Step, new: Step) -> str:
        name = name_step(new)
        if new.process == self.new.key:
            return f"{name} is no longer part of {self.scope_name(self.old, old.process)}."
        into = self.scope_name(self.new, new.process)
        if old.process == self.old.key:
            return f"{name} is now part of {into}."
        return f"{name} moved from {self.scope_name(self.old, old.process)} into {into}."

    def _order(self) -> Iterator[Change]:
        for scope in [self.old.key, *(step.id for step in self.old.steps.values() if step.kind == "subProcess")]:
            if scope in self.pairs:
                yield from self._order_of(scope)

    def _order_of(self, scope: str) -> Iterator[Change]:
        """Steps that changed their order, told by as few sentences as possible; then those that no longer follow."""
        before, after = self.order(self.old, scope), self.order(self.new, self.pairs[scope])
        both = [a for a in before.steps if self.pairs.get(a) in after.steps and is_work(self.old.steps[a])]
        turned = {
            (a, b)
            for a in both
            for b in both
            if before.comes_before(a, b) and after.comes_before(self.pairs[b], self.pairs[a])
        }
        while turned:
            chosen = max(both, key=lambda one: (sum(one in pair for pair in turned), both.index(one)))
            yield self._turned(chosen, [pair for pair in turned if chosen in pair], after)
            turned = {pair for pair in turned if chosen not in pair}
        yield from self._parted(both, before, after)

    def _turned(self, chosen: str, pairs: list[tuple[str, str]], after: Order) -> Change:
        """The sentence for a step that moved past others."""
        step = self.pairs[chosen]
        self.moved.add(step)
        earlier = [self.pairs[a] for a, b in pairs if b == chosen]
        later = [self.pairs[b] for a, b in pairs if a == chosen]
        if earlier:
            word, passed = "before", earlier
            nearest = min(passed, key=lambda one: sum(after.comes_before(other, one) for other in passed))
        else:
            word, passed = "after", later
            nearest = max(passed, key=lambda one: sum(after.comes_before(other, one) for other in passed))
        text = f"{name_step(self.new.steps[step])} now comes {word} {name_step(self.new.steps[nearest])}."
        return Change("moved", text, step)

    def _parted(self, both: list[str], before: Order, after: Order) -> Iterator[Change]:
        """Neighbours that followed each other and do not any more, or the other way round."""
        for a in both:
            for b in both:
                one, other = self.pairs[a], self.pairs[b]
                if a == b or {one, other} & self.moved:
                    continue
                was, now = before.comes_before(a, b), after.comes_before(one, other)
                if was == now or before.comes_before(b, a) or after.comes_before(other, one):
                    continue
                order, first, last = (before, a, b) if was else (after, one, other)
                steps = both if was else [self.pairs[step] for step in both]
                if any(order.comes_before(first, mid) and order.comes_before(mid, last) for mid in steps):
                    continue
                names = name_step(self.new.steps[one]), name_step(self.new.steps[other])
                text = (
                    f"{names[1]} no longer waits for {names[0]}: they are on ways of their own."
                    if was
                    else f"{names[1]} now comes after {names[0]}; before, they were on ways of their own."
                )
                self.told |= {one, other}
                yield Change("moved", text, other)

    def landing(self, diagram: Diagram, step: str) -> list[str]:
        """The ids of the steps with a meaning of their own that a flow to `step` comes to."""
        return [found.id for found in self._landing(diagram, step)]

    def _landing(self, diagram: Diagram, step: str) -> list[Step]:
        """What a flow to `step` comes to first: work, an end, or a gateway that both versions have."""
        known = self.pairs if diagram is self.old else self.back
        seen: set[str] = set()
        pending, found = [step], []
        while pending:
            here = pending.pop(0)
            if here in seen:
                continue
            seen.add(here)
            onward = [flow.target for flow in diagram.flows if flow.source == here]
            told = self.is_told(diagram, diagram.steps[here])
            if (told and here in known) or not onward or (told and diagram.steps[here].kind.endswith("Gateway")):
                found.append(diagram.steps[here])
            else:
                pending.extend(onward)
        return found
