"""Laying rows and blocks out: from left to right, the ways of a block below each other.

A `Piece` is a part of a picture around its own line, which is at height 0 and begins at x = 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine import Step
from workflows.designs.outline.picture import LINE
from workflows.designs.outline.tree import GOES_ON, Back, Doing, Drawn, Entry, Row, Scope, Ways
from workflows.geometry import Box, enclose

GAP, WAY_GAP, ROW_GAP, LANE = 50.0, 110.0, 30.0, 30.0
TASK, EVENT, GATEWAY, GROUP = (120.0, 80.0), (36.0, 36.0), (50.0, 50.0), (320.0, 180.0)
NAME_BELOW = 24.0


@dataclass
class Piece:
    """Boxes by element, lanes by flow (the height at which a way without a step runs), and how far they reach."""

    width: float = 0.0
    above: float = 0.0
    below: float = 0.0
    boxes: dict[str, Box] = field(default_factory=dict)
    lanes: dict[str, float] = field(default_factory=dict)

    def take(self, other: "Piece", x: float, y: float = 0.0) -> None:
        """Put another piece into this one, with its line beginning at x and y."""
        self.boxes |= {element: box.moved(x, y) for element, box in other.boxes.items()}
        self.lanes |= {flow: lane + y for flow, lane in other.lanes.items()}
        self.width = max(self.width, x + other.width)
        self.above = max(self.above, other.above - y)
        self.below = max(self.below, other.below + y)


@dataclass(frozen=True)
class Layout:
    """Lays out; `sizes` are those of elements that are drawn already, `drawn` their places."""

    drawn: Mapping[str, Box]
    inner: Mapping[str, tuple[float, float]]
    names: Mapping[str, str]

    def scope(self, scope: Scope) -> Piece:
        """A whole process or sub-process: its row, and below it what stands beside."""
        piece = Piece()
        if scope.start:
            piece.take(self.box(scope.start), 0)
        row = self.row(scope.row)
        piece.take(row, piece.width + GAP if scope.start else 0)
        for entry in scope.beside:
            other = self.entry(entry)
            piece.take(other, 0, piece.below + ROW_GAP + other.above)
        return piece

    def row(self, row: Row) -> Piece:
        """The entries of a row one behind the other."""
        piece, x = Piece(), 0.0
        for entry in row.entries:
            if isinstance(entry, Back):
                continue
            piece.take(self.entry(entry), x)
            x = piece.width + GAP
        return piece

    def entry(self, entry: Entry) -> Piece:
        """One entry."""
        if isinstance(entry, Doing):
            return self.doing(entry)
        if isinstance(entry, Ways):
            return self.ways(entry)
        if isinstance(entry, Drawn):
            return self.kept(entry)
        return Piece() if isinstance(entry, Back) else self.box(entry.step)

    def box(self, step: Step) -> Piece:
        """A single element, its line through its middle."""
        width, height = self.inner.get(step.id) or _size(step, self.drawn.get(step.id))
        named = NAME_BELOW if step.kind.endswith("Event") and self.names.get(step.id) else 0.0
        box = Box(0, -height / 2, width, height)
        return Piece(width, height / 2, height / 2 + named, {step.id: box})

    def doing(self, entry: Doing) -> Piece:
        """A step, the events at its lower side, and below it what happens then."""
        piece = self.box(entry.step)
        host = piece.boxes[entry.id]
        for at, border in enumerate(entry.borders):
            piece.boxes[border.event.id] = _at_border(host, at, len(entry.borders))
        if entry.borders:
            piece.below += EVENT[1] / 2 + NAME_BELOW + LINE
        start = host.right + GAP
        if entry.in_time:
            piece.take(self.row(entry.in_time), start)
        for border in entry.borders:
            if border.row is not None:
                self._below(piece, border.row, start)
        return self._joined(piece, entry.join)

    def ways(self, entry: Ways) -> Piece:
        """A gateway with its ways; the first one with steps goes straight on, unless another is what follows."""
        piece = self.box(entry.split)
        rows = [way.row for way in entry.ways if way.row is not None]
        straight = None
        if all(way.row is not None for way in entry.ways):
            straight = next((row for row in rows if row.entries and not isinstance(row.entries[0], Back)), None)
        start = piece.width + (WAY_GAP if any(self.names.get(way.flow.id) for way in entry.ways) else GAP)
        if straight is not None:
            piece.take(self.row(straight), start)
        for row in rows:
            if row is not straight:
                self._below(piece, row, start)
        return self._joined(piece, entry.join)

    def _below(self, piece: Piece, row: Row, x: float) -> None:
        """A row below all that is there; one without a step is a line that only passes."""
        if any(not isinstance(entry, Back) for entry in row.entries):
            below = self.row(row)
            piece.take(below, x, piece.below + ROW_GAP + below.above)
        elif row.ending == GOES_ON and row.start:
            piece.below += LANE
            piece.lanes[row.start.flows[0]] = piece.below

    def _joined(self, piece: Piece, join: str | None) -> Piece:
        if join:
            width, height = GATEWAY
            old = self.drawn.get(join)
            if old is not None:
                width, height = old.width, old.height
            piece.take(
                Piece(width, height / 2, height / 2, {join: Box(0, -height / 2, width, height)}), piece.width + GAP
            )
        return piece

    def kept(self, entry: Drawn) -> Piece:
        """What is kept as it is drawn; in a row where it has no picture."""
        boxes = {step.id: self.drawn[step.id] for step in entry.steps if step.id in self.drawn}
        if len(boxes) < len(entry.steps):
            piece = Piece()
            for step in entry.steps:
                piece.take(self.box(step), piece.width + GAP if piece.boxes else 0)
            return piece
        around, line = enclose(boxes.values()), boxes[entry.id].middle[1]
        return Piece(
            around.width,
            line - around.y,
            around.bottom - line,
            {step: box.moved(-around.x, -line) for step, box in boxes.items()},
        )


def _size(step: Step, drawn: Box | None) -> tuple[float, float]:
    if drawn is not None:
        return drawn.width, drawn.height
    if step.kind.endswith("Event"):
        return EVENT
    if step.kind.endswith("Gateway"):
        return GATEWAY
    return GROUP if step.kind in ("subProcess", "transaction") else TASK


def _at_border(host: Box, at: int, count: int) -> Box:
    """The place of an event at the lower side of a step, the first one at the right."""
    width, height = EVENT
    room = (host.width - width - 10) / max(count, 2)
    return Box(host.right - width - 10 - at * min(room, width + 14), host.bottom - height / 2, width, height)
