"""Giving what an edit changed its place in the picture; everything else keeps its own."""

from collections.abc import Collection, Mapping
from itertools import combinations

from lxml import etree

from engine import Diagram, Flow
from workflows.designs.outline.layout import GAP, NAME_BELOW, Layout, Piece
from workflows.designs.outline.picture import WIDE, Picture, Point
from workflows.designs.outline.routing import Lines
from workflows.designs.outline.sheet import Sheet
from workflows.designs.outline.tree import Drawn, Outline, Scope
from workflows.designs.outline.weaving import CannotBeListed
from workflows.geometry import Box, enclose

PADDING, TITLE = 40.0, 30.0
ORIGIN = (150.0, 220.0)
BORDER_WIDE = 48.0
BANDS = ("participant", "lane")


def arrange(sheet: Sheet, before: Outline, after: Outline) -> None:
    """Draw the processes and sub-processes in which steps or flows have changed, the inner ones first.

    A single step on a level line makes room for itself; otherwise the rows are laid out anew, beginning where the
    start is drawn. Raises CannotBeListed for a process in lanes that would have to be laid out anew.
    """
    hand = _Hand(sheet, after, known=before.diagram.steps.keys())
    undrawn = {scope for scope in after.scopes if hand.is_undrawn(scope)}
    for scope in sorted(after.scopes.values(), key=lambda scope: -hand.depth(scope.id)):
        if scope.id not in before.scopes or scope.id in undrawn:
            hand.lay_out(scope)
            continue
        changed = _shape_of(before.diagram, scope.id) != _shape_of(after.diagram, scope.id)
        if changed and not hand.add_one(before.diagram, scope.id):
            hand.lay_out(scope)


def _shape_of(diagram: Diagram, scope: str) -> tuple[set[tuple[str, str | None]], set[tuple[str, str, str]]]:
    """What of a process or sub-process makes its picture: its steps with what they are attached to, and its flows."""
    steps = {(step.id, step.attached_to) for step in diagram.steps.values() if step.process == scope}
    return steps, {(flow.id, flow.source, flow.target) for flow in diagram.flows if flow.process == scope}


class _Hand:
    """Draws in the picture of one file."""

    def __init__(self, sheet: Sheet, outline: Outline, *, known: Collection[str]) -> None:
        self.known = known
        self.sheet, self.outline, self.diagram = sheet, outline, outline.diagram
        self.picture = Picture(sheet, outline.diagram.key)
        self.inner: dict[str, tuple[float, float]] = {}
        self.names = {step.id: sheet.elements[step.id].get("name", "") for step in self.diagram.steps.values()} | {
            flow.id: sheet.elements[flow.id].get("name", "") for flow in self.diagram.flows if not flow.is_link
        }

    def depth(self, scope: str) -> int:
        """How many sub-processes are around a process."""
        found = 0
        while scope in self.diagram.steps:
            found, scope = found + 1, self.diagram.steps[scope].process
        return found

    def flows(self, scope: str) -> list[Flow]:
        """The flows drawn in a process."""
        return [flow for flow in self.diagram.flows if flow.process == scope and not flow.is_link]

    def steps(self, scope: str) -> list[str]:
        """The steps drawn in a process."""
        return [step.id for step in self.diagram.steps.values() if step.process == scope]

    def is_undrawn(self, scope: str) -> bool:
        """Whether a step of a process that was there has no place in the picture."""
        return any(self.picture.box(step) is None for step in self.steps(scope) if step in self.known)

    def add_one(self, before: Diagram, scope: str) -> bool:
        """Put one new step, which was set on a level line, where room is made for it. Whether that was all."""
        old_steps, old_flows = _shape_of(before, scope)
        steps, flows = _shape_of(self.diagram, scope)
        added = steps - old_steps
        if len(added) != 1 or old_steps - steps or len(flows - old_flows) != 2 or len(old_flows - flows) != 1:
            return False
        ((step, host),) = added
        into, out_of = self.sheet.into(step), self.sheet.out_of(step)
        if host is not None or len(into) != 1 or len(out_of) != 1 or self.diagram.steps[step].kind == "subProcess":
            return False
        points = self.picture.points(into[0])
        target = self.picture.box(self.sheet.target(out_of[0]))
        if len(points) != 2 or target is None or abs(points[0][1] - points[1][1]) > 1 or points[1][0] <= points[0][0]:
            return False
        self._make_place(scope, step, into[0], out_of[0], points)
        return True

    def _make_place(self, scope: str, step: str, into: str, out_of: str, points: list[Point]) -> None:
        (left, y), (right, _) = points
        box = self._layout().box(self.diagram.steps[step]).boxes[step]
        free = self._behind_label(self.sheet.source(into), left, Box(left, y + box.y, right - left, box.height))
        missing = max(0.0, box.width + 2 * GAP - (right - free))
        if missing:
            self.make_room(scope, Box(left, y, right - left, 0), missing, 0, but=frozenset())
        middle = (free + right + missing) / 2
        self.picture.put(step, Box(middle - box.width / 2, y - box.height / 2, box.width, box.height))
        self._name(step)
        self._draw_line(into, [(left, y), (middle - box.width / 2, y)])
        self._draw_line(out_of, [(middle + box.width / 2, y), (right + missing, y)])

    def _behind_label(self, step: str, left: float, room: Box) -> float:
        """Where the room behind a step begins: behind its label, if that reaches into it."""
        label = self.picture.label_box(step)
        reaches = label is not None and label.y < room.bottom and label.bottom > room.y and label.x < room.right
        return max(left, label.right - GAP / 2) if label is not None and reaches else left

    def lay_out(self, scope: Scope) -> None:
        """Lay a process or sub-process out anew."""
        if scope.id == self.diagram.key and next(self.sheet.root.iter("{*}laneSet"), None) is not None:
            raise CannotBeListed("This process is drawn in lanes. Make this change in the diagram.")
        steps = self.steps(scope.id)
        old = {step: box for step in steps if (box := self.picture.box(step)) is not None}
        piece = self._layout().scope(scope)
        self._place(scope, piece, old)
        lines = self._lines(scope, piece, old)
        self._move_notes(scope.id, old)
        boxes = [box for element in self._drawn_in(scope.id) if (box := self.picture.box(element)) is not None]
        around = enclose([*boxes, *(Box(x, y, 0, 0) for points in lines for x, y in points)])
        if scope.id in self.diagram.steps:
            self._fit(scope.id, around)

    def _layout(self) -> Layout:
        drawn = {step: box for step in self.diagram.steps if (box := self.picture.box(step)) is not None}
        return Layout(drawn, self.inner, self.names)

    def _place(self, scope: Scope, piece: Piece, old: dict[str, Box]) -> None:
        """Give the steps of a piece their places, so that the start stays where it is."""
        x, y = self._origin(scope, piece, old)
        for step, box in piece.boxes.items():
            self._put(step, box.moved(x, y))
        piece.lanes = {flow: lane + y for flow, lane in piece.lanes.items()}
        piece.boxes = {step: box.moved(x, y) for step, box in piece.boxes.items()}

    def _origin(self, scope: Scope, piece: Piece, old: dict[str, Box]) -> Point:
        first = scope.start.id if scope.start else next(iter(piece.boxes), "")
        if first in old:
            return old[first].x, old[first].middle[1]
        around = self.picture.box(scope.id)
        if around is not None:
            return around.x + PADDING, around.middle[1]
        return ORIGIN

    def _put(self, step: str, box: Box) -> None:
        """Draw a step there, with all that is inside of it."""
        before = self.picture.box(step)
        self.picture.put(step, box)
        if before is None:
            self._name(step)
            return
        for element in self._inside(step):
            self.picture.move(element, box.x - before.x, box.y - before.y)

    def _inside(self, step: str) -> list[str]:
        """The elements drawn inside of a sub-process, however deep."""
        element = self.sheet.find(step)
        found = (part.get("id", "") for part in element.iterdescendants("*"))
        return [part for part in found if part in self.picture.shapes or part in self.picture.edges]

    def _name(self, step: str) -> None:
        """Write the name of an event below it, that of a gateway above it."""
        box, kind = self.picture.box(step), self.diagram.steps[step].kind
        if box is None or not kind.endswith(("Gateway", "Event")):
            return
        above = kind.endswith("Gateway")
        y = box.y - 4 if above else box.bottom + 6
        x, wide = box.middle[0], WIDE
        if kind == "boundaryEvent":
            # What happens then is drawn straight below.
            x, wide = x - BORDER_WIDE / 2 - 6, BORDER_WIDE
        self.picture.label(step, self.names.get(step, ""), x, y, above=above, wide=wide)

    def _lines(self, scope: Scope, piece: Piece, old: dict[str, Box]) -> list[list[Point]]:
        """Draw every flow of a process; those of what is kept as it is drawn move along."""
        kept = {step.id: entry for entry in self._kept(scope) for step in entry.steps}
        lines = Lines(piece.boxes, piece.lanes, self.diagram.steps)
        drawn = []
        for flow in self.flows(scope.id):
            first = kept.get(flow.source)
            if first is not None and first is kept.get(flow.target) and self.picture.points(flow.id):
                before, now = old[first.id], piece.boxes[first.id]
                self.picture.move(flow.id, now.x - before.x, now.y - before.y)
            elif flow.source in piece.boxes and flow.target in piece.boxes:
                self._draw_line(flow.id, lines.route(flow, back=flow.id in self.outline.backs))
            drawn.append(self.picture.points(flow.id))
        return drawn

    def _kept(self, scope: Scope) -> list[Drawn]:
        own = set(self.steps(scope.id))
        return [entry for entry in self.outline.entries.values() if isinstance(entry, Drawn) and entry.id in own]

    def _draw_line(self, flow: str, points: list[Point]) -> None:
        self.picture.put_line(flow, points)
        name = self.names.get(flow, "")
        (x, y), (nx, ny) = points[0], points[1]
        if name and abs(ny - y) < 1:
            self.picture.label(flow, name, x + min(50.0, (nx - x) / 2) + 5, y - 4, above=True)
        elif name:
            aside = 55 if points[2][0] >= x else -55
            self.picture.label(flow, name, x + aside, points[1][1] - 4, above=True)

    def _move_notes(self, scope: str, old: dict[str, Box]) -> None:
        """Notes and data that belong to a step keep their place beside it."""
        for line in list(self.sheet.elements.values()):
            if not _is(line, ("association",)) or line.getparent() is not self._element(scope):
                continue
            ends = (line.get("sourceRef", ""), line.get("targetRef", ""))
            step = next((end for end in ends if end in old), None)
            if step is None:
                continue
            now = self.picture.box(step) or old[step]
            dx, dy = now.x - old[step].x, now.middle[1] - old[step].middle[1]
            for element in (*(end for end in ends if end not in self.diagram.steps), line.get("id", "")):
                self.picture.move(element, dx, dy)

    def _element(self, scope: str) -> etree._Element:
        return self.sheet.find(scope)

    def _fit(self, scope: str, around: Box) -> None:
        """Let the border of a sub-process fit what is in it, and give it the room that it needs."""
        width = around.width + 2 * PADDING
        height = around.height + 2 * PADDING + TITLE + NAME_BELOW
        wanted = Box(around.x - PADDING, around.y - PADDING - TITLE, width, height)
        before = self.picture.box(scope)
        if before is None:
            self.inner[scope] = (width, height)
            self.picture.put(scope, wanted)
            return
        self.inner[scope] = (width, height)
        self.grow(scope, before, wanted)

    def grow(self, scope: str, before: Box, wanted: Box) -> None:
        """Give a sub-process another size: it grows to the right, upwards and downwards alike."""
        dw, dh = wanted.width - before.width, wanted.height - before.height
        now = Box(before.x, before.y - dh / 2, wanted.width, wanted.height)
        self.picture.put(scope, now)
        for element in self._inside(scope):
            self.picture.move(element, now.x - wanted.x, now.y - wanted.y)
        self.make_room(self.diagram.steps[scope].process, before, dw, dh, but=frozenset({scope}))

    def make_room(self, scope: str, place: Box, dw: float, dh: float, *, but: frozenset[str]) -> None:
        """Move what is right of a place, above it and below it; the sub-processes around grow by as much.

        Where a place becomes smaller, nothing comes nearer that would be drawn over something else then.
        """
        boxes = {element: box for element in self._drawn_in(scope) if (box := self.picture.box(element))}
        anchors = {element: self._anchor(element, box, but) for element, box in boxes.items() if element not in but}
        for by in ((dw, dh), (max(dw, 0.0), dh), (dw, max(dh, 0.0)), (max(dw, 0.0), max(dh, 0.0))):
            shifts = {element: _shift(anchor, place, *by) for element, anchor in anchors.items()}
            if not self._clash(boxes, shifts):
                break
        for element, (dx, dy) in shifts.items():
            for each in (element, *self._inside(element)):
                self.picture.move(each, dx, dy)
        grown = dict.fromkeys(but, (dw, dh))
        dw, dh = by
        self._bend_lines(scope, shifts, place, by, grown)
        if scope in self.diagram.steps:
            old = self.picture.box(scope)
            if old is not None:
                self.picture.put(scope, Box(old.x, old.y - dh / 2, old.width + dw, old.height + dh))
                self.make_room(self.diagram.steps[scope].process, old, dw, dh, but=frozenset({scope}))
        else:
            self._grow_bands(place, dw, dh)

    def _anchor(self, element: str, box: Box, grown: Collection[str]) -> Box:
        """By what it is told on which side something is: of an event at the border of what grows, its middle."""
        step = self.diagram.steps.get(element)
        return Box(*box.middle, 0, 0) if step is not None and step.attached_to in grown else box

    def _clash(self, boxes: Mapping[str, Box], shifts: Mapping[str, Point]) -> bool:
        """Whether steps that were apart would be drawn over each other."""
        steps = [step for step in shifts if step in self.diagram.steps and not self.diagram.steps[step].attached_to]
        return any(
            boxes[one].moved(*shifts[one]).overlaps(boxes[other].moved(*shifts[other]))
            and not boxes[one].overlaps(boxes[other])
            for one, other in combinations(steps, 2)
            if shifts[one] != shifts[other]
        )

    def _bend_lines(
        self, scope: str, shifts: Mapping[str, Point], place: Box, by: Point, grown: Mapping[str, Point]
    ) -> None:
        """Let the lines of a process follow what was moved, and the border of what has `grown` by so much."""
        for line in self._lines_in(scope):
            name = line.get("id", "")
            points, ends = self.picture.points(name), (line.get("sourceRef", ""), line.get("targetRef", ""))
            moved = [
                _shift(Box(*points[at], 0, 0), place, *grown[end]) if end in grown and points else shifts.get(end)
                for at, end in zip((0, -1), ends, strict=True)
            ]
            self.picture.bend(name, _shift_points(points, moved, place, by))
            label = self.picture.label_box(name)
            if label is not None:
                self.picture.move_label(name, *_shift(label, place, *by))

    def _drawn_in(self, scope: str) -> list[str]:
        """What is drawn in a process itself: its steps, notes and data."""
        return [part for child in self.sheet.find(scope) if (part := child.get("id", "")) in self.picture.shapes]

    def _lines_in(self, scope: str) -> list[etree._Element]:
        """The lines that are drawn in a process itself."""
        return [child for child in self.sheet.find(scope) if child.get("id", "") in self.picture.edges]

    def _grow_bands(self, place: Box, dw: float, dh: float) -> None:
        """Pools and lanes that reach over a place grow with it; those above and below make room."""
        for element, drawn in self.picture.shapes.items():
            box = self.picture.box(element)
            found = self.sheet.elements.get(element)
            if box is None or found is None or not _is(found, BANDS) or drawn is None:
                continue
            over = box.y <= place.y and box.bottom >= place.bottom
            dy = -dh / 2 if over else _shift(box, place, dw, dh)[1]
            self.picture.put(element, Box(box.x, box.y + dy, box.width + dw, box.height + dh * over))


def _is(element: etree._Element, kinds: tuple[str, ...]) -> bool:
    return str(element.tag).rpartition("}")[2] in kinds


def _shift(box: Box, place: Box, dw: float, dh: float) -> Point:
    dy = dh / 2 if box.y >= place.bottom - 1 else -dh / 2 if box.bottom <= place.y + 1 else 0.0
    return (dw if box.x >= place.right - 1 else 0.0), dy if dh else 0.0


def _shift_points(points: list[Point], ends: list[Point | None], place: Box, by: Point) -> list[Point]:
    """The points of a line whose ends are moved by so much; None: by what grows at `place`.

    Those between move along with what is around them.
    """
    shifts = [_shift(Box(*point, 0, 0), place, *by) for point in points]
    if not points:
        return []
    shifts[0], shifts[-1] = ends[0] or shifts[0], ends[1] or shifts[-1]
    for at, end in ((1, 0), (-2, -1)) if len(points) > 2 else ():
        (x, y), (ex, ey), (dx, dy) = points[at], points[end], shifts[at]
        shifts[at] = (shifts[end][0] if abs(x - ex) < 1 else dx, shifts[end][1] if abs(y - ey) < 1 else dy)
    return [(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, shifts, strict=True)]
