"""The lines between steps that were laid out: level where they can be, with right angles where not."""

from collections.abc import Mapping

from engine import Flow, Step
from workflows.designs.outline.picture import Point
from workflows.geometry import Box

BESIDE, OVER = 20.0, 22.0


class Lines:
    """Draws the lines of a process whose steps have their places in `boxes`; `lanes` as in `layout.Piece`."""

    def __init__(self, boxes: Mapping[str, Box], lanes: Mapping[str, float], steps: Mapping[str, Step]) -> None:
        self.boxes, self.lanes, self.steps = boxes, lanes, steps
        self.over = self.under = 0

    def route(self, flow: Flow, *, back: bool) -> list[Point]:
        """The points of a flow."""
        source, target = self.boxes[flow.source], self.boxes[flow.target]
        if back:
            return self._back(source, target)
        if flow.id in self.lanes:
            return self._past(source, target, self.lanes[flow.id], gateway=self._is_gateway(flow.target))
        return self._forward(flow, source, target)

    def _forward(self, flow: Flow, source: Box, target: Box) -> list[Point]:
        (sx, sy), (tx, ty) = source.middle, target.middle
        kind = self.steps[flow.source].kind
        if kind == "boundaryEvent":
            return [(sx, source.bottom), (sx, ty), (target.x, ty)]
        if abs(sy - ty) < 1:
            return [(source.right, sy), (target.x, ty)]
        if kind.endswith("Gateway"):
            return [(sx, source.bottom if ty > sy else source.y), (sx, ty), (target.x, ty)]
        if self._is_gateway(flow.target):
            return [(source.right, sy), (tx, sy), (tx, target.bottom if sy > ty else target.y)]
        return [(source.right, sy), (target.x - BESIDE, sy), (target.x - BESIDE, ty), (target.x, ty)]

    def _past(self, source: Box, target: Box, lane: float, *, gateway: bool) -> list[Point]:
        """A way without a step: below all others."""
        sx, (tx, ty) = source.middle[0], target.middle
        begin = [(sx, source.bottom), (sx, lane)]
        if gateway:
            return [*begin, (tx, lane), (tx, target.bottom)]
        return [*begin, (target.x - BESIDE, lane), (target.x - BESIDE, ty), (target.x, ty)]

    def _back(self, source: Box, target: Box) -> list[Point]:
        """A way back: over what is between where both are on one line, else under it."""
        sx, tx = source.middle[0], target.middle[0]
        between = [box for box in self.boxes.values() if box.right >= target.x and box.x <= source.right]
        if abs(source.middle[1] - target.middle[1]) < 1:
            self.over += 1
            y = min(box.y for box in between) - OVER * self.over
            return [(sx, source.y), (sx, y), (tx, y), (tx, target.y)]
        self.under += 1
        y = max(box.bottom for box in between) + OVER * self.under + BESIDE
        return [(sx, source.bottom), (sx, y), (tx, y), (tx, target.bottom)]

    def _is_gateway(self, step: str) -> bool:
        return self.steps[step].kind.endswith("Gateway")
