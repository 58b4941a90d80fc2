"""The picture of a file that is being changed: where each element is drawn. Units are those of the picture."""

from math import ceil, isfinite

from lxml import etree

from workflows.designs.outline.sheet import BPMNDI, PREFIXES, Sheet, cut_out, insert
from workflows.geometry import Box

BOUNDS, WAYPOINT = f"{{{PREFIXES['dc']}}}Bounds", f"{{{PREFIXES['di']}}}waypoint"
DIAGRAM, PLANE, SHAPE, EDGE, LABEL = (
    f"{{{BPMNDI}}}BPMN{name}" for name in ("Diagram", "Plane", "Shape", "Edge", "Label")
)
LETTER, LINE, WIDE = 6.5, 14.0, 90.0
Point = tuple[float, float]


class Picture:
    """The first picture of a file, which is the one that is shown; it is begun when there is none."""

    def __init__(self, sheet: Sheet, process: str) -> None:
        self.sheet = sheet
        self.plane = _find_plane(sheet, process)
        self.shapes = {_element_of(drawn): drawn for drawn in self.plane.iterfind(SHAPE)}
        self.edges = {_element_of(drawn): drawn for drawn in self.plane.iterfind(EDGE)}

    def box(self, element: str) -> Box | None:
        """Where an element is drawn; None if it is not, or cannot be read."""
        shape = self.shapes.get(element)
        bounds = None if shape is None else shape.find(BOUNDS)
        return None if bounds is None else _read_box(bounds)

    def points(self, element: str) -> list[Point]:
        """The points of the line of a flow; none if it is not drawn."""
        edge = self.edges.get(element)
        if edge is None:
            return []
        try:
            return [(float(point.get("x", "")), float(point.get("y", ""))) for point in edge.iterfind(WAYPOINT)]
        except ValueError:
            return []

    def put(self, element: str, box: Box) -> None:
        """Draw an element there; its label keeps its place beside it."""
        before, shape = self.box(element), self.shapes.get(element)
        if shape is None:
            shape = self.shapes[element] = self._draw(SHAPE, element)
        bounds = shape.find(BOUNDS)
        if bounds is None:
            bounds = self.sheet.make(BOUNDS)
            insert(shape, 0, bounds)
        _write_box(bounds, box)
        if before is not None:
            _move_label(shape, box.middle[0] - before.middle[0], box.y - before.y)

    def put_line(self, element: str, points: list[Point]) -> None:
        """Draw the line of a flow through these points; the place of its label is forgotten."""
        edge = self.edges.get(element)
        if edge is None:
            edge = self.edges[element] = self._draw(EDGE, element)
        for old in [*edge.findall(WAYPOINT), *edge.findall(LABEL)]:
            cut_out(old)
        for at, (x, y) in enumerate(points):
            insert(edge, at, self.sheet.make(WAYPOINT, x=_number(x), y=_number(y)))

    def bend(self, element: str, points: list[Point]) -> None:
        """Move the points of a line that is drawn; its label stays where it is."""
        if points != self.points(element):
            for point, (x, y) in zip(self.edges[element].iterfind(WAYPOINT), points, strict=True):
                point.set("x", _number(x))
                point.set("y", _number(y))

    def label(self, element: str, text: str, x: float, y: float, *, above: bool = False, wide: float = WIDE) -> None:
        """Write the name of a flow, gateway or event beside it: centred at x, below y or above it, so wide at most."""
        drawn = self.shapes.get(element, self.edges.get(element))
        if drawn is None or not text:
            return
        width = min(wide, max(20.0, len(text) * LETTER))
        height = LINE * ceil(len(text) * LETTER / wide)
        label = drawn.find(LABEL)
        if label is None:
            label = self.sheet.make(LABEL)
            insert(drawn, len(drawn), label)
            insert(label, 0, self.sheet.make(BOUNDS))
        bounds = label.find(BOUNDS)
        if bounds is not None:
            _write_box(bounds, Box(x - width / 2, y - height if above else y, width, height))

    def label_box(self, element: str) -> Box | None:
        """Where the label of an element is; None where the file does not say."""
        drawn = self.shapes.get(element, self.edges.get(element))
        bounds = None if drawn is None else drawn.find(f"{LABEL}/{BOUNDS}")
        return None if bounds is None else _read_box(bounds)

    def move_label(self, element: str, dx: float, dy: float) -> None:
        """Put the label of a line elsewhere."""
        _move_label(self.edges[element], dx, dy)

    def move(self, element: str, dx: float, dy: float) -> None:
        """Draw a shape or a line elsewhere, with its label."""
        box, points = self.box(element), self.points(element)
        if box is not None:
            self.put(element, box.moved(dx, dy))
        if points:
            self.bend(element, [(x + dx, y + dy) for x, y in points])
            _move_label(self.edges[element], dx, dy)

    def _draw(self, tag: str, element: str) -> etree._Element:
        drawn = self.sheet.make(tag, id=self.sheet.new_id(f"{element}_di"), bpmnElement=element)
        self.sheet.elements[drawn.get("id", "")] = drawn
        if str(self.sheet.find(element).tag).endswith(("subProcess", "transaction")):
            drawn.set("isExpanded", "true")
        if str(self.sheet.find(element).tag).endswith("exclusiveGateway"):
            drawn.set("isMarkerVisible", "true")
        insert(self.plane, len(self.plane), drawn)
        return drawn


def _find_plane(sheet: Sheet, process: str) -> etree._Element:
    found = sheet.root.find(f"{DIAGRAM}/{PLANE}")
    if found is not None:
        return found
    diagram = sheet.make(DIAGRAM, id=sheet.new_id("picture"))
    plane = sheet.make(PLANE, id=sheet.new_id("plane"), bpmnElement=process)
    insert(sheet.root, len(sheet.root), diagram)
    insert(diagram, 0, plane)
    return plane


def _element_of(drawn: etree._Element) -> str:
    # A reference may carry a namespace prefix.
    return drawn.get("bpmnElement", "").rpartition(":")[2]


def _read_box(bounds: etree._Element) -> Box | None:
    try:
        numbers = [float(bounds.get(name, "")) for name in ("x", "y", "width", "height")]
    except ValueError:
        return None
    return Box(*numbers) if all(map(isfinite, numbers)) else None


def _write_box(bounds: etree._Element, box: Box) -> None:
    for name, value in (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height)):
        bounds.set(name, _number(value))


def _number(value: float) -> str:
    return f"{round(value, 1):g}" if abs(value) < 100_000 else f"{value:.0f}"


def _move_label(drawn: etree._Element, dx: float, dy: float) -> None:
    bounds = drawn.find(f"{LABEL}/{BOUNDS}")
    if bounds is None:
        return
    for name, by in (("x", dx), ("y", dy)):
        try:
            bounds.set(name, _number(float(bounds.get(name, "")) + by))
        except ValueError:
            return
