"""The steps of a diagram as a graph, and what the rules about it have in common."""

from collections.abc import Callable, Collection, Iterable

from engine.diagram import Diagram, Flow, Step
from engine.errors import Finding

CHOICES = {"exclusiveGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
"""Where not every flow is taken."""


class Graph:
    """The steps of a diagram with the flows into and out of each."""

    def __init__(self, diagram: Diagram) -> None:
        self.steps = diagram.steps
        self.flows = diagram.flows
        self.outgoing: dict[str, list[Flow]] = {step: [] for step in diagram.steps}
        self.incoming: dict[str, list[Flow]] = {step: [] for step in diagram.steps}
        self.attached: dict[str, list[str]] = {}
        for flow in diagram.flows:
            if flow.source in self.steps and flow.target in self.steps:
                self.outgoing[flow.source].append(flow)
                self.incoming[flow.target].append(flow)
        for step in diagram.steps.values():
            if step.attached_to is not None:
                self.attached.setdefault(step.attached_to, []).append(step.id)

    def reachable(self, starts: Iterable[str], *, without: Collection[str] = (), beside: bool = True) -> set[str]:
        """The steps that a token can come to from `starts`, never through those `without`.

        Unless `beside`, not by events that leave the step they are attached to as it is.
        """
        seen: set[str] = set()
        pending = list(starts)
        while pending:
            here = pending.pop()
            if here in seen or here in without:
                continue
            seen.add(here)
            pending.extend(flow.target for flow in self.outgoing[here])
            events = self.attached.get(here, ())
            pending.extend(event for event in events if beside or self.steps[event].interrupts)
            handler = self.steps[here].handler
            if beside and handler in self.steps:
                pending.append(handler)
        return seen

    def can_follow(self, later: str, earlier: str) -> bool:
        """Whether a token can come to `later` after `earlier`, in whichever sub-processes these are drawn."""
        before, after = self._around(earlier), self._around(later)
        shared = [process for process in after if process in before]
        return any(
            before[process] != after[process] and after[process] in self.reachable([before[process]])
            for process in shared
        )

    def comes_surely(self, later: str, here: str) -> bool:
        """Whether `later` is asked for in any case while a token is at `here`: no way to the end leads past it.

        That is so where it is ahead and every branch comes to it, and where it is in a branch beside that is always
        taken. Conditions are not worked out: what one of them can lead past is not sure, nor what is done for members.
        """
        before, after = self._around(here), self._around(later)
        process = next((one for one in before if one in after and before[one] != after[one]), None)
        if process is None or self.can_follow(here, later):
            return False
        place: str | None = after[process]
        begins = [before[process]] if self.can_follow(later, here) else self._starts(process)
        while place is not None and self._meets(begins, place):
            if place == later:
                return True
            process = place
            place, begins = after.get(process), self._starts(process)
        return False

    def _starts(self, process: str) -> list[str]:
        return [step.id for step in self.steps.values() if step.process == process and step.kind == "startEvent"]

    def _meets(self, begins: list[str], step: str) -> bool:
        """Whether every way from one of `begins` to an end leads through a step that is done once."""
        drawn = self.steps[step]
        if drawn.over is not None or drawn.repetition is not None or not begins:
            return False
        past: set[str] = set()
        while more := {one for one in self.steps if one != step and one not in past and self._leads_past(one, past)}:
            past |= more
        return not past.intersection(begins)

    def _leads_past(self, step: str, past: set[str]) -> bool:
        """Whether a way from a step leads to an end, as far as `past` is known of what follows it.

        Where all flows are taken, all of them have to; an event on the border that ends the step is a way of its own.
        """
        flows = self.outgoing[step]
        targets = [flow.target in past for flow in flows]
        is_choice = any(flow.condition for flow in flows) or self.steps[step].kind in CHOICES
        goes_on = any(targets) if is_choice else all(targets)
        return goes_on or any(event in past for event in self.attached.get(step, ()) if self.steps[event].interrupts)

    def _around(self, step: str) -> dict[str, str]:
        """The step, and the sub-processes around it, each by the process that it is drawn in."""
        found: dict[str, str] = {}
        here = self.steps.get(step)
        while here is not None:
            found[here.process] = here.id
            here = self.steps.get(here.process)
        return found

    def in_order(self) -> list[Step]:
        """Every step in the order of the flow, what is drawn inside of a step after it; ways back count for nothing."""
        inside: dict[str, list[str]] = {}
        for step in self.steps.values():
            if not self.incoming[step.id] and step.attached_to is None:
                inside.setdefault(step.process, []).append(step.id)

        def following(step: str) -> list[str]:
            after = [flow.target for flow in self.outgoing[step]]
            return [*inside.get(step, ()), *after, *self.attached.get(step, ())]

        starts = [step for process, steps in inside.items() if process not in self.steps for step in steps]
        order = reverse_postorder([*self.steps, *reversed(starts)], following)
        return [self.steps[step] for step in order]


def reverse_postorder(starts: Iterable[str], following: Callable[[str], list[str]]) -> list[str]:
    """The steps, each before all it leads to, ways back apart; of those that follow the first one first."""
    seen: set[str] = set()
    finished: list[str] = []
    pending = [(start, False) for start in starts]
    while pending:
        step, left = pending.pop()
        if left:
            finished.append(step)
        elif step not in seen:
            seen.add(step)
            pending.append((step, True))
            pending.extend((other, False) for other in following(step) if other not in seen)
    return finished[::-1]


Rule = Callable[[Graph, Step], Iterable[Finding]]
"""Looks at one step of a diagram, and says what is wrong with it."""
