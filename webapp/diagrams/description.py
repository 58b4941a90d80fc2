"""The picture in words: the steps as a nested list, in the order in which a case meets them."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from webapp.diagrams.layout import EVENTS, FLOW_NODES, GATEWAYS, Layout, Shape
from webapp.diagrams.marks import Mark

_NOTHING = Mark()


def describe(layout: Layout, marks: Mapping[str, Mark]) -> Markup:
    """An ordered list of the steps, sub-processes as lists inside of it, each step with its mark in words.

    Gateways that only join paths and elements without a name are left out. Questions carry their answers.
    """
    return _describe_scope(layout, marks, "")


def _describe_scope(layout: Layout, marks: Mapping[str, Mark], scope: str) -> Markup:
    steps = [shape for shape in _order(layout, scope) if _is_worth_telling(layout, shape)]
    items = Markup("").join(_describe_step(layout, marks, shape) for shape in steps)
    return Markup('<ol class="diagram-steps">{}</ol>').format(items)


def _describe_step(layout: Layout, marks: Mapping[str, Mark], shape: Shape) -> Markup:
    mark = marks.get(shape.id, _NOTHING)
    here = Markup(' aria-current="step"') if mark.here else Markup("")
    state = Markup(' <span class="diagram-state">{}</span>').format(mark.words()) if mark.words() else Markup("")
    inner = Markup("")
    if any(other.scope == shape.id for other in layout.shapes):
        inner = _describe_scope(layout, marks, shape.id)
    return Markup("<li{}>{}{}{}</li>").format(here, escape(_phrase(layout, shape)), state, inner)


def _phrase(layout: Layout, shape: Shape) -> str:
    if shape.kind in GATEWAYS:
        answers = [edge.name for edge in layout.edges if edge.source == shape.id and edge.name]
        return f"{shape.name} {' / '.join(answers)}".strip()
    if shape.kind == "startEvent":
        return f"Start: {shape.name}"
    if shape.kind == "endEvent":
        return f"End: {shape.name}"
    if "parallel" in shape.markers or "sequential" in shape.markers:
        return f"{shape.name} (repeated{f' for {shape.population}' if shape.population else ''})"
    if "loop" in shape.markers:
        return f"{shape.name} (again and again)"
    return f"{shape.name} (another process)" if shape.kind == "callActivity" else shape.name


def _is_worth_telling(layout: Layout, shape: Shape) -> bool:
    splits = sum(edge.source == shape.id for edge in layout.edges) > 1
    return bool(shape.name) and (shape.kind not in GATEWAYS or splits)


def _order(layout: Layout, scope: str) -> list[Shape]:
    """The steps of a scope along the flows, depth first; what no flow reaches follows from left to right."""
    steps = {shape.id: shape for shape in layout.shapes if shape.scope == scope and shape.kind in FLOW_NODES}
    following: dict[str, list[str]] = {}
    for edge in layout.edges:
        if edge.kind == "sequenceFlow" and edge.source in steps and edge.target in steps:
            following.setdefault(edge.source, []).append(edge.target)
    for shape in steps.values():
        if shape.host:
            following.setdefault(shape.host, []).append(shape.id)
    reading = sorted(steps.values(), key=lambda shape: (shape.kind not in EVENTS, shape.box.y, shape.box.x))
    starts = [shape.id for shape in reading if shape.kind == "startEvent"]
    return [steps[step] for step in _walk(starts + [shape.id for shape in reading], following)]


def _walk(starts: list[str], following: Mapping[str, list[str]]) -> list[str]:
    """Every step once, each after the one that leads to it; iterative, because a diagram may be thousands long."""
    order: list[str] = []
    entered: set[str] = set()
    for start in starts:
        finished: list[str] = []
        waiting = [(start, False)]
        while waiting:
            step, left = waiting.pop()
            if left:
                finished.append(step)
            elif step not in entered:
                entered.add(step)
                waiting.append((step, True))
                waiting += [(target, False) for target in following.get(step, [])]
        order += reversed(finished)
    return order
