"""The steps of one process as a graph without its ways back: what comes before what, and what can be reached."""

from functools import cached_property

from engine import Diagram, Flow, Graph, Step

ROOT = "\0"


class Net:
    """The steps drawn in one process or sub-process. Sets of steps are whole numbers, a bit for each step.

    A step leads to the events at its border, and they lead on. A flow leads back when every way to where it comes from
    has already passed where it leads to. `is_tangled` says that flows turn in circles in other ways, too.
    """

    def __init__(self, diagram: Diagram, graph: Graph, scope: str) -> None:
        self.steps = {step.id: step for step in diagram.steps.values() if step.process == scope}
        self.graph = graph
        self.next: dict[str, list[str]] = {step: self._following(step) for step in self.steps}
        self.starts = [s.id for s in self.steps.values() if s.kind == "startEvent"]
        self.next[ROOT] = self.starts
        self.order = self._reverse_postorder()
        self.bits = {step: 1 << at for at, step in enumerate(self.order)}
        self.before: dict[str, list[str]] = {step: [] for step in self.order}
        for step in self.order:
            for target in self.next[step]:
                self.before[target].append(step)
        self.dominators = self._dominate()
        self.is_tangled = any(
            self.bits[target] <= self.bits[step] and not self.leads_back(step, target)
            for step in self.order
            for target in self.next[step]
        )

    def _following(self, step: str) -> list[str]:
        targets = [flow.target for flow in self.flows_out(step) if flow.target in self.steps]
        return targets + [event for event in self.graph.attached.get(step, ()) if event in self.steps]

    def _reverse_postorder(self) -> list[str]:
        finished: list[str] = []
        entered = {ROOT}
        waiting = [(ROOT, iter(self.next[ROOT]))]
        while waiting:
            step, following = waiting[-1]
            target = next((one for one in following if one not in entered), None)
            if target is None:
                finished.append(step)
                waiting.pop()
            else:
                entered.add(target)
                waiting.append((target, iter(self.next[target])))
        return finished[::-1]

    def _dominate(self) -> dict[str, int]:
        everything = (1 << len(self.order)) - 1
        found = dict.fromkeys(self.order, everything)
        found[ROOT] = self.bits[ROOT]
        changed = True
        while changed:
            changed = False
            for step in self.order[1:]:
                common = everything
                for before in self.before[step]:
                    common &= found[before]
                common |= self.bits[step]
                if common != found[step]:
                    found[step], changed = common, True
        return found

    def flows_out(self, step: str) -> list[Flow]:
        """The flows out of a step."""
        return self.graph.outgoing.get(step, [])

    def leads_back(self, step: str, target: str) -> bool:
        """Whether a flow between these two goes back."""
        return bool(self.dominators[step] & self.bits[target])

    @cached_property
    def reach(self) -> dict[str, int]:
        """What can be reached from each step without going back, itself included."""
        found: dict[str, int] = {}
        for step in reversed(self.order):
            reached = self.bits[step]
            for target in self.next[step]:
                if not self.leads_back(step, target):
                    reached |= found[target]
            found[step] = reached
        return found

    def forward_into(self, step: str) -> list[str]:
        """The steps that lead to this one without going back, each as often as it does."""
        return [before for before in self.before[step] if not self.leads_back(before, step)]

    def names(self, bits: int) -> list[str]:
        """The steps of a set, in order."""
        return [step for step in self.order if self.bits[step] & bits]

    def step(self, identifier: str) -> Step:
        """The step of this id."""
        return self.steps[identifier]
