"""The large phases of a cycle, read from its diagram: the steps of the top level that take time."""

from functools import lru_cache

from lxml import etree

from engine import NAMESPACES, SUB_PROCESSES, Program, Step

LASTING = frozenset({*SUB_PROCESSES, "userTask", "manualTask", "callActivity"})


def phases_of(program: Program) -> tuple[Step, ...]:
    """The sub-processes and the steps of people on the top level, in the order in which a cycle meets them."""
    steps = program.diagram.steps
    order = _order(program.diagram.root, program.diagram.key)
    return tuple(steps[step] for step in order if step in steps and steps[step].kind in LASTING)


def phase_of(program: Program, step: Step) -> Step:
    """The phase a step belongs to: itself, or the outermost sub-process around it."""
    while step.process != program.diagram.key:
        step = program.step(step.process)
    return step


def own_steps(program: Program, phase: Step) -> list[Step]:
    """The steps of a phase that its subject does in person."""
    return [
        step
        for step in program.diagram.steps.values()
        if step.settings.get("actor") == "subject" and phase_of(program, step) == phase
    ]


@lru_cache(maxsize=256)
def _order(program_root: etree._Element, key: str) -> tuple[str, ...]:
    """The ids of the top level in the order in which flows reach them."""
    process = next(process for process in program_root.findall("bpmn:process", NAMESPACES) if process.get("id") == key)
    following: dict[str | None, list[str]] = {}
    for flow in process.findall("bpmn:sequenceFlow", NAMESPACES):
        following.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef") or "")
    waiting = [start.get("id") or "" for start in process.findall("bpmn:startEvent", NAMESPACES)]
    reached: dict[str, None] = {}
    while waiting:
        step = waiting.pop(0)
        if step not in reached:
            reached[step] = None
            waiting += following.get(step, [])
    return tuple(reached)
