"""Where the steps of both versions stand: which moved, and what follows what, in sentences."""

from collections.abc import Callable, Iterator, Mapping

from engine.diagram import Diagram, Step
from engine.difference.change import Change, name_step, quote
from engine.difference.precedence import Order
from engine.difference.wording import Wording

WORK = ("Task", "task", "subProcess", "callActivity", "CatchEvent", "ThrowEvent", "transaction", "SubProcess")


def is_work(step: Step) -> bool:
    """Whether something happens or is waited for at a step; gateways, starts and ends only lead the way."""
    return step.kind.endswith(WORK)


class Places:
    """Two versions side by side: `pairs` says which step of the old one is which of the new one."""

    def __init__(self, old: Diagram, new: Diagram, pairs: Mapping[str, str], wording: Wording) -> None:
        self.old, self.new, self.wording = old, new, wording
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
        """Everything about where steps stand that are in both, each change once."""
        yield from self._borders()
        yield from self._order()

    def scope_name(self, diagram: Diagram, scope: str) -> str:
        """A scope as it is called in a sentence."""
        return quote(diagram.steps[scope].name if scope in diagram.steps else diagram.name)

    def is_told(self, diagram: Diagram, step: Step) -> bool:
        """Whether a sentence says that a step is new or gone; not of starts, ends, and gateways that only join."""
        if is_work(step) or step.kind == "boundaryEvent":
            return True
        return step.kind.endswith("Gateway") and sum(flow.source == step.id for flow in diagram.flows) > 1

    def call(self, diagram: Diagram, step: Step) -> str:
        """A step as it is called in a sentence; an event with the step it is at."""
        if step.attached_to in diagram.steps:
            return f"{name_step(step)} at {name_step(diagram.steps[step.attached_to])}"
        return name_step(step)

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
        """The ids of the steps of both versions that a flow to `step` comes to first, or of ends."""
        known = self.pairs if diagram is self.old else self.back
        return self._find(diagram, step, lambda one: one in known)

    def next_steps(self, diagram: Diagram, step: str) -> list[Step]:
        """What a flow to `step` comes to first, in either version: work, an end, or a gateway with several ways."""
        return [diagram.steps[one] for one in self._find(diagram, step, lambda _: True)]

    def _find(self, diagram: Diagram, step: str, is_known: Callable[[str], bool]) -> list[str]:
        seen: set[str] = set()
        pending, found = [step], []
        while pending:
            here = pending.pop(0)
            if here in seen:
                continue
            seen.add(here)
            onward = [flow.target for flow in diagram.flows if flow.source == here]
            told = self.is_told(diagram, diagram.steps[here])
            if (told and is_known(here)) or not onward or (told and diagram.steps[here].kind.endswith("Gateway")):
                found.append(here)
            else:
                pending.extend(onward)
        return found
