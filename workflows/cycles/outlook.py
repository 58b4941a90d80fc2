"""What launching a cycle sets off: the first tasks, and the reviews each manager will have to write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from engine import NAMESPACES, SUB_PROCESSES, Program, Step, due_at, parse_duration

PARTICIPANTS = "participants"
SEVERAL = "multiInstanceLoopCharacteristics"


@dataclass(frozen=True)
class FirstTask:
    """A task handed out right after the launch: how many people get it, and until when if that is known."""

    name: str
    count: int
    due: datetime | None


def foresee(program: Program, participants: int, now: datetime) -> list[FirstTask]:
    """The tasks that the launch hands out at once, in the order of the diagram."""
    container = program.diagram.root.find(f"bpmn:process[@id='{program.diagram.key}']", NAMESPACES)
    if container is None:
        return []
    found = _first_steps(program, container, count=1, participants=participants)
    return [FirstTask(step.name, count, _due(step.settings.get("due", ""), now)) for step, count in found]


def _first_steps(
    program: Program, container: etree._Element, *, count: int, participants: int
) -> Iterator[tuple[Step, int]]:
    """The first user tasks along the flows of a scope; what repeats for every participant counts for each.

    Who else something repeats for, and what a called process begins with, is known only when it is reached.
    """
    waiting = [element.get("id", "") for element in container.findall("bpmn:startEvent", NAMESPACES)]
    seen: set[str] = set()
    while waiting:
        here = waiting.pop(0)
        if here in seen:
            continue
        seen.add(here)
        step = program.diagram.steps.get(here)
        if step is None or step.kind == "callActivity" or (SEVERAL in step.loops and step.over != PARTICIPANTS):
            continue
        each = participants if step.over == PARTICIPANTS else count
        if step.kind in ("userTask", "manualTask"):
            yield step, each
        elif step.kind in SUB_PROCESSES:
            inner = container.find(f"bpmn:{step.kind}[@id='{here}']", NAMESPACES)
            if inner is not None:
                yield from _first_steps(program, inner, count=each, participants=participants)
        else:
            flows = container.findall(f"bpmn:sequenceFlow[@sourceRef='{here}']", NAMESPACES)
            waiting += [flow.get("targetRef", "") for flow in flows]


def _due(text: str, now: datetime) -> datetime | None:
    return due_at(text, now, "UTC") if parse_duration(text) is not None else None
