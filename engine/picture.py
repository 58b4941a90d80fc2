"""Whether a diagram has the picture that pages show: its diagram interchange."""

from collections.abc import Iterator
from math import isfinite

from lxml import etree

from engine.diagram import Diagram
from engine.errors import WARNING, Finding

BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
FARTHEST = 1_000_000
MOST_TOLD = 10


def find_undrawn(diagram: Diagram) -> list[Finding]:
    """Steps without a place in the first picture of the file, which is the one that is shown; flows without a line."""
    plane = diagram.root.find(f"{BPMNDI}BPMNDiagram/{BPMNDI}BPMNPlane")
    shapes = {} if plane is None else _drawn(plane, "BPMNShape")
    if plane is None or not shapes:
        problem = "It has no picture, and a process without a picture cannot be shown."
        return [Finding(diagram.name, problem, "Lay it out in a BPMN editor and save it again.", id=diagram.key)]
    undrawn = [*_steps(diagram, shapes)]
    return [*undrawn[:MOST_TOLD], *list(_flows(diagram, _drawn(plane, "BPMNEdge")))[:MOST_TOLD]]


def _drawn(plane: etree._Element, tag: str) -> dict[str, etree._Element]:
    # A reference may carry a namespace prefix.
    return {drawn.get("bpmnElement", "").rpartition(":")[2]: drawn for drawn in plane.iterfind(f"{BPMNDI}{tag}")}


def _steps(diagram: Diagram, shapes: dict[str, etree._Element]) -> Iterator[Finding]:
    for step in diagram.steps.values():
        shape = shapes.get(step.id)
        if shape is None:
            remedy = "Draw it where it can be seen; a sub-process is drawn expanded."
            yield Finding.at(step, "It is not in the picture, so nobody could see that a case is here.", remedy)
        elif not _has_place(shape):
            yield Finding.at(step, "Its place in the picture cannot be read.", "Move it a little and save again.")


def _has_place(shape: etree._Element) -> bool:
    bounds = shape.find(f"{DC}Bounds")
    return bounds is not None and all(_is_number(bounds.get(name)) for name in ("x", "y", "width", "height"))


def _is_number(text: str | None) -> bool:
    try:
        number = float(text or "")
    except ValueError:
        return False
    return isfinite(number) and abs(number) <= FARTHEST


def _flows(diagram: Diagram, edges: dict[str, etree._Element]) -> Iterator[Finding]:
    for flow in (flow for flow in diagram.flows if not flow.is_link):
        points = edges[flow.id].findall(f"{DI}waypoint") if flow.id in edges else []
        if any(not (_is_number(point.get("x")) and _is_number(point.get("y"))) for point in points):
            yield Finding.at(flow, "Its line in the picture cannot be read.", "Move it a little and save again.")
        elif len(points) < 2:
            remedy = "Draw it again and save."
            yield Finding.at(flow, "It has no line in the picture.", remedy, severity=WARNING)
