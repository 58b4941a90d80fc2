"""Points, boxes and the arithmetic of a drawing. Units are those of the diagram interchange: about one pixel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import NamedTuple


class Point(NamedTuple):
    """A place."""

    x: float
    y: float

    def toward(self, other: "Point", distance: float) -> "Point":
        """The point `distance` away from here in the direction of `other`; this point itself when both coincide."""
        length = hypot(other.x - self.x, other.y - self.y)
        if not length:
            return self
        return Point(self.x + (other.x - self.x) / length * distance, self.y + (other.y - self.y) / length * distance)

    def distance(self, other: "Point") -> float:
        """How far the other point is."""
        return hypot(other.x - self.x, other.y - self.y)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright area."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """The point in its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def moved(self, dx: float, dy: float) -> "Box":
        """The same area elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grow(self, horizontal: float, vertical: float) -> "Box":
        """Larger by so much at each side."""
        return Box(self.x - horizontal, self.y - vertical, self.width + 2 * horizontal, self.height + 2 * vertical)

    def overlaps(self, other: "Box") -> bool:
        """True when the insides share an area; boxes that only touch do not overlap."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: "Box") -> bool:
        """True when the other lies inside of this one, or fills it."""
        return self.x <= other.x and self.y <= other.y and self.right >= other.right and self.bottom >= other.bottom


def enclose(boxes: Iterable[Box]) -> Box:
    """The smallest box around all `boxes`. Raises ValueError when there are none."""
    every = list(boxes)
    left, top = min(box.x for box in every), min(box.y for box in every)
    return Box(left, top, max(box.right for box in every) - left, max(box.bottom for box in every) - top)


def enclose_points(points: Sequence[Point]) -> Box:
    """The smallest box around all `points`. Raises ValueError when there are none."""
    return enclose(Box(point.x, point.y, 0, 0) for point in points)


def find_middle(points: Sequence[Point]) -> Point:
    """The point halfway along a line of at least one point."""
    remaining = sum(a.distance(b) for a, b in pairwise(points)) / 2
    for start, end in pairwise(points):
        length = start.distance(end)
        if length and length >= remaining:
            return start.toward(end, remaining)
        remaining -= length
    return points[-1]
