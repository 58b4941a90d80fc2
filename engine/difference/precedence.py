"""What comes before what in a diagram, whatever the order of its file: loops back are left out of it."""

from collections import defaultdict
from collections.abc import Iterable

from engine.diagram import Diagram


class Order:
    """The steps of one scope by the way of the flows. Boundary events count as ways out of the step they are on.

    `aside` are the steps that come only when such an event happens, the events included.
    """

    def __init__(self, diagram: Diagram, scope: str) -> None:
        self.following: dict[str, list[str]] = defaultdict(list)
        self.steps = [step.id for step in diagram.steps.values() if step.process == scope]
        self.borders: set[str] = set()
        known = set(self.steps)
        for flow in diagram.flows:
            if flow.source in known and flow.target in known:
                self.following[flow.source].append(flow.target)
        for step in diagram.steps.values():
            if step.attached_to in known and step.id in known:
                self.following[step.attached_to].append(step.id)
                self.borders.add(step.id)
        self.starts = [step for step in self.steps if diagram.steps[step].kind == "startEvent"]
        self.aside = set(self.steps) - self._straight()
        self.later = self._close()

    def comes_before(self, one: str, other: str) -> bool:
        """Whether every way from `one` on may still meet `other`, and none leads back but by a loop."""
        return other in self.later.get(one, frozenset())

    def last_before(self, step: str, among: Iterable[str]) -> list[str]:
        """Of some steps those that come before `step`, with none of the others in between."""
        before = [one for one in among if self.comes_before(one, step)]
        return [one for one in before if not any(self.comes_before(one, other) for other in before)]

    def first_after(self, step: str, among: Iterable[str]) -> list[str]:
        """Of some steps those that come after `step`, with none of the others in between."""
        after = [one for one in among if self.comes_before(step, one)]
        return [one for one in after if not any(self.comes_before(other, one) for other in after)]

    def _straight(self) -> set[str]:
        """The steps that are reached without any event at a border."""
        found: set[str] = set()
        pending = list(self.starts)
        while pending:
            here = pending.pop()
            if here not in found:
                found.add(here)
                pending += [after for after in self.following[here] if after not in self.borders]
        return found

    def _close(self) -> dict[str, frozenset[str]]:
        """For each step, all that can follow it without going back."""
        order, back = self._walk()
        later: dict[str, frozenset[str]] = {}
        for step in reversed(order):
            reach: set[str] = set()
            for after in self.following[step]:
                if (step, after) not in back:
                    reach |= {after, *later.get(after, ())}
            later[step] = frozenset(reach)
        return later

    def _walk(self) -> tuple[list[str], set[tuple[str, str]]]:
        """The reachable steps, each before those that follow it, and the flows that lead back."""
        dominators = self._dominate()
        back = {(a, b) for a in dominators for b in self.following[a] if b in dominators[a]}
        waits: dict[str, int] = defaultdict(int)
        for a in dominators:
            for b in self.following[a]:
                waits[b] += (a, b) not in back
        ready, order = [step for step in dominators if not waits[step]], []
        while ready:
            step = ready.pop(0)
            order.append(step)
            for after in self.following[step]:
                if (step, after) not in back:
                    waits[after] -= 1
                    if not waits[after]:
                        ready.append(after)
        return order, back

    def _dominate(self) -> dict[str, set[str]]:
        """For each reachable step, those that every way from the start to it passes, itself included."""
        preceding = self._reach()
        found = {step: set(preceding) for step in preceding} | {step: {step} for step in self.starts}
        changed = True
        while changed:
            changed = False
            for step in preceding.keys() - set(self.starts):
                through = set.intersection(*(found[before] for before in preceding[step])) | {step}
                if through != found[step]:
                    found[step], changed = through, True
        return {step: found[step] for step in preceding}

    def _reach(self) -> dict[str, list[str]]:
        """The steps that can be reached from the start, each with those before it."""
        preceding: dict[str, list[str]] = {step: [] for step in self.starts}
        pending = list(self.starts)
        while pending:
            step = pending.pop(0)
            for after in self.following[step]:
                if after not in preceding:
                    preceding[after] = []
                    pending.append(after)
                preceding[after].append(step)
        return preceding
