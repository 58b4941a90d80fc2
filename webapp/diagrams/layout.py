"""Reading the picture of a BPMN file: its diagram interchange, joined with what the elements are."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from lxml import etree

from engine import Finding, InvalidDiagram, read_xml
from workflows.geometry import Box, Point, enclose, enclose_points

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
REVIEWFLOW = "{urn:reviewflow:bpmn:1}"

SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = SUB_PROCESSES | {
    "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
    "callActivity",
}  # fmt: skip
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"})
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
BANDS = frozenset({"participant", "lane"})


@dataclass(frozen=True, slots=True)
class Shape:
    """An element with an area.

    `kind` is its BPMN tag, `scope` the id of the sub-process it lies in or "", `host` the id of the activity that a
    boundary event sits on or "", `population` whom a fan-out runs for.
    """

    id: str
    kind: str
    name: str
    box: Box
    label: Box | None
    scope: str
    depth: int
    expanded: bool = True
    horizontal: bool = True
    markers: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    throwing: bool = False
    dashed: bool = False
    host: str = ""
    population: str = ""

    @property
    def is_container(self) -> bool:
        return self.kind in BANDS or (self.kind in SUB_PROCESSES and self.expanded)


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between elements, at least two points long."""

    id: str
    kind: str
    name: str
    points: tuple[Point, ...]
    label: Box | None
    source: str
    target: str
    is_default: bool = False
    is_conditional: bool = False
    arrow: bool = True

    @property
    def box(self) -> Box:
        return enclose_points(self.points)


@dataclass(frozen=True, slots=True)
class Layout:
    """One diagram, ready to be drawn any number of times."""

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    box: Box

    def find(self, element: str) -> Shape | None:
        """The shape of an element, None when it is not drawn."""
        return next((shape for shape in self.shapes if shape.id == element), None)


def read_layout(xml: bytes) -> Layout:
    """Read the first diagram of a BPMN file. Pure and cacheable: the same bytes give an equal layout.

    Lines and shapes of elements that the file does not contain are left out. Raises Rejection when the file is not
    XML that may be read, InvalidDiagram when it has no picture or a shape has no place.
    """
    root = read_xml(xml, "The diagram")
    elements = {element.get("id", ""): element for element in root.iter(f"{BPMN}*")}
    plane = root.find(f"{BPMNDI}BPMNDiagram/{BPMNDI}BPMNPlane")
    if plane is None or plane.find(f"{BPMNDI}BPMNShape") is None:
        raise _refuse("The file has no picture.", "Open it in the designer, lay it out and save it.")
    shapes = tuple(
        _read_shape(drawn, elements[target])
        for drawn, target in _drawn(plane, "BPMNShape")
        if target in elements
    )  # fmt: skip
    edges = tuple(
        _read_edge(drawn, elements[target], elements)
        for drawn, target in _drawn(plane, "BPMNEdge")
        if target in elements and len(drawn.findall(f"{DI}waypoint")) > 1
    )
    if not shapes:
        raise _refuse("The picture shows no element of the process.", "Lay the diagram out again in the designer.")
    parts: tuple[Shape | Edge, ...] = (*shapes, *edges)
    return Layout(shapes, edges, enclose([part.box for part in parts] + [part.label for part in parts if part.label]))


def _refuse(problem: str, remedy: str, element: str = "diagram") -> InvalidDiagram:
    return InvalidDiagram([Finding(element, problem, remedy)])


def _drawn(plane: etree._Element, tag: str) -> Iterator[tuple[etree._Element, str]]:
    for drawn in plane.iterfind(f"{BPMNDI}{tag}"):
        # A reference may carry a namespace prefix.
        yield drawn, drawn.get("bpmnElement", "").rpartition(":")[2]


def _kind(element: etree._Element) -> str:
    return etree.QName(element).localname


def _read_number(holder: etree._Element, attribute: str, element: str) -> float:
    try:
        number = float(holder.get(attribute, "0"))
    except ValueError:
        number = float("nan")
    if not isfinite(number) or abs(number) > 1_000_000:
        raise _refuse(f"Its picture has no usable {attribute}.", "Move the element in the designer and save.", element)
    return number


def _read_box(holder: etree._Element | None, element: str) -> Box | None:
    bounds = None if holder is None else holder.find(f"{DC}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (_read_number(bounds, name, element) for name in ("x", "y", "width", "height"))
    return Box(x, y, max(width, 0), max(height, 0))


def _read_shape(drawn: etree._Element, element: etree._Element) -> Shape:
    identifier, kind = element.get("id", ""), _kind(element)
    box = _read_box(drawn, identifier)
    if box is None:
        raise _refuse("Its shape has no bounds.", "Remove the element in the designer and draw it again.", identifier)
    scopes = [ancestor for ancestor in element.iterancestors() if _kind(ancestor) in SUB_PROCESSES]
    return Shape(
        id=identifier,
        kind=kind,
        name=_read_name(element),
        box=box,
        label=_read_box(drawn.find(f"{BPMNDI}BPMNLabel"), identifier),
        scope=scopes[0].get("id", "") if scopes else "",
        depth=len(scopes) + (kind == "lane"),
        expanded=kind not in SUB_PROCESSES or drawn.get("isExpanded") == "true",
        horizontal=drawn.get("isHorizontal", "true") == "true",
        markers=_read_markers(element),
        triggers=_read_triggers(element),
        throwing=kind in {"endEvent", "intermediateThrowEvent"},
        dashed=_is_dashed(element),
        host=element.get("attachedToRef", ""),
        population=_read_population(element),
    )


def _read_name(element: etree._Element) -> str:
    if _kind(element) == "textAnnotation":
        return (element.findtext(f"{BPMN}text") or "").strip()
    return (element.get("name") or "").strip()


def _read_markers(element: etree._Element) -> tuple[str, ...]:
    markers = []
    several = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if several is not None:
        markers.append("sequential" if several.get("isSequential") == "true" else "parallel")
    if element.find(f"{BPMN}standardLoopCharacteristics") is not None:
        markers.append("loop")
    if _kind(element) == "adHocSubProcess":
        markers.append("ad-hoc")
    if element.get("isForCompensation") == "true":
        markers.append("compensation")
    return tuple(markers)


def _read_population(element: etree._Element) -> str:
    several = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    return several.get(f"{REVIEWFLOW}over", "") if several is not None else ""


def _read_triggers(element: etree._Element) -> tuple[str, ...]:
    names = [_kind(child) for child in element]
    triggers = tuple(name.removesuffix("EventDefinition") for name in names if name.endswith("EventDefinition"))
    if len(triggers) > 1:
        return ("parallelMultiple",) if element.get("parallelMultiple") == "true" else ("multiple",)
    return triggers


def _is_dashed(element: etree._Element) -> bool:
    """Events that do not interrupt, and sub-processes that an event starts, have a dashed border."""
    if _kind(element) == "startEvent":
        return element.get("isInterrupting") == "false"
    return element.get("cancelActivity") == "false" or element.get("triggeredByEvent") == "true"


def _read_edge(drawn: etree._Element, element: etree._Element, elements: dict[str, etree._Element]) -> Edge:
    identifier, kind = element.get("id", ""), _kind(element)
    waypoints = drawn.findall(f"{DI}waypoint")
    source = element.get("sourceRef", "")
    origin = elements.get(source)
    return Edge(
        id=identifier,
        kind=kind,
        name=_read_name(element),
        points=tuple(Point(_read_number(p, "x", identifier), _read_number(p, "y", identifier)) for p in waypoints),
        label=_read_box(drawn.find(f"{BPMNDI}BPMNLabel"), identifier),
        source=source,
        target=element.get("targetRef", ""),
        is_default=origin is not None and origin.get("default") == identifier,
        is_conditional=(
            origin is not None
            and _kind(origin) in ACTIVITIES
            and element.find(f"{BPMN}conditionExpression") is not None
        ),
        arrow=kind != "association" or element.get("associationDirection", "None") != "None",
    )
