"""One edit of a file through its step list, with everything that must hold of it."""

from collections.abc import Callable
from dataclasses import dataclass

from engine import Graph
from workflows.designs.outline.arranging import arrange
from workflows.designs.outline.reading import read_outline
from workflows.designs.outline.sheet import Sheet
from workflows.designs.outline.tree import Drawn, Outline
from workflows.designs.outline.weaving import CannotBeListed, Draft, count_ways, tidy


@dataclass(frozen=True)
class Edited:
    """The file after an edit, and the id of what should be looked at next."""

    content: bytes
    shown: str


def edit(content: bytes, change: Callable[[Draft], str]) -> Edited:
    """Do one edit. Where nothing changes, the file stays the same byte for byte.

    Raises NotFound for what is not there any more, CannotBeListed when steps would be cut off or could not be shown
    any more; then nothing has changed.
    """
    sheet, before = Sheet(content), read_outline(content)
    unchanged = sheet.write()
    ways = count_ways(sheet)
    shown = change(Draft(sheet, before))
    if sheet.write() == unchanged:
        return Edited(content, shown)
    tidy(sheet, ways)
    after = read_outline(sheet.write())
    _check(before, after)
    arrange(sheet, before, after)
    return Edited(sheet.write(), shown)


def _check(before: Outline, after: Outline) -> None:
    cut_off = (_apart(after) - _apart(before)) & before.diagram.steps.keys()
    if cut_off:
        names = " and ".join(f"“{after.diagram.steps[step].name}”" for step in sorted(cut_off)[:2])
        raise CannotBeListed(f"Nothing would lead to {names} any more. Move that first, or take it away.")
    if _drawn(after) > _drawn(before):
        raise CannotBeListed("The list could not show the process any more. Make this change in the diagram.")
    if _misled(after) - _misled(before):
        raise CannotBeListed("Each way must begin with what is waited for there. Put it behind that instead.")
    turning = [flow for flow in after.backs - before.backs if _turns(after, flow)]
    turning += [flow for flow in after.backs & before.backs if _turns(after, flow) and not _turns(before, flow)]
    if turning:
        raise CannotBeListed("The way back would turn in a circle with no step in it. Take the way back away first.")


def _apart(outline: Outline) -> set[str]:
    """The steps that no flow leads to."""
    steps = outline.diagram.steps
    starts = [step.id for step in steps.values() if step.kind == "startEvent" or step.by_event or step.for_compensation]
    return steps.keys() - Graph(outline.diagram).reachable(starts)


def _misled(outline: Outline) -> set[str]:
    """The ways out of event-based gateways that do not begin with an event of their own."""
    steps, graph = outline.diagram.steps, Graph(outline.diagram)
    waits = ("intermediateCatchEvent", "receiveTask")
    return {
        flow.id
        for flow in outline.diagram.flows
        if steps[flow.source].kind == "eventBasedGateway"
        and (steps[flow.target].kind not in waits or len(graph.incoming[flow.target]) > 1 or steps[flow.target].loops)
    }


def _drawn(outline: Outline) -> int:
    return sum(len(entry.steps) for entry in outline.entries.values() if isinstance(entry, Drawn))


def _turns(outline: Outline, back: str) -> bool:
    """Whether a way back leads to where it comes from through nothing but gateways."""
    graph = Graph(outline.diagram)
    flow = next(one for one in outline.diagram.flows if one.id == back)
    seen: set[str] = set()
    pending = [flow.target]
    while pending:
        step = pending.pop()
        if step == flow.source:
            return True
        if step not in seen and outline.diagram.steps[step].kind.endswith("Gateway"):
            seen.add(step)
            pending += [one.target for one in graph.outgoing[step]]
    return False
