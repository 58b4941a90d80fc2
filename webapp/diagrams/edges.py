"""Lines between elements: rounded bends, heads, and the small signs at their ends.

Heads are drawn as paths of their own because markers of SVG do not take the colour of the line that uses them.
"""

from itertools import pairwise

from webapp.diagrams.layout import Edge
from webapp.diagrams.shapes import draw_label
from webapp.diagrams.text import write_number as n
from workflows.geometry import Box, Point, find_middle

_HEAD_LENGTH, _HEAD_HALF_WIDTH = 9.0, 4.0
_BEND_RADIUS = 7.0
_STYLES = {"sequenceFlow": "is-sequence", "messageFlow": "is-message"}


def draw_edge(edge: Edge) -> str:
    """The edge as the content of an SVG group."""
    style = _STYLES.get(edge.kind, "is-association")
    has_head = edge.arrow
    points = list(edge.points)
    if has_head and edge.kind == "sequenceFlow":
        # The line ends inside the head so that its square end does not show at the tip.
        points[-1] = points[-1].toward(points[-2], _HEAD_LENGTH / 2)
    parts = [f'<path class="diagram-line {style}" d="{_trace(points)}"/>', _draw_start(edge)]
    if has_head:
        parts.append(_draw_head(edge))
    if edge.name:
        parts.append(draw_label(edge.name, edge.label or _place_label(edge)))
    return "".join(parts)


def _place_label(edge: Edge) -> Box:
    middle = find_middle(edge.points)
    return Box(middle.x - 40, middle.y - 18, 80, 14)


def _trace(points: list[Point]) -> str:
    path = [f"M{n(points[0].x)} {n(points[0].y)}"]
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        radius = min(_BEND_RADIUS, before.distance(corner) / 2, corner.distance(after) / 2)
        enter, leave = corner.toward(before, radius), corner.toward(after, radius)
        path.append(f"L{n(enter.x)} {n(enter.y)}Q{n(corner.x)} {n(corner.y)} {n(leave.x)} {n(leave.y)}")
    path.append(f"L{n(points[-1].x)} {n(points[-1].y)}")
    return "".join(path)


def _beside(foot: Point, toward: Point, distance: float) -> tuple[Point, Point]:
    """The two points at `distance` on both sides of a line that leaves `foot` in the direction of `toward`."""
    step = foot.toward(toward, distance)
    dx, dy = step.x - foot.x, step.y - foot.y
    return Point(foot.x - dy, foot.y + dx), Point(foot.x + dy, foot.y - dx)


def _draw_head(edge: Edge) -> str:
    tip, previous = edge.points[-1], edge.points[-2]
    foot = tip.toward(previous, _HEAD_LENGTH)
    left, right = _beside(foot, previous, _HEAD_HALF_WIDTH)
    closed = "Z" if edge.kind in _STYLES else ""
    style = {"sequenceFlow": "is-solid", "messageFlow": "is-hollow"}.get(edge.kind, "is-open")
    path = f"M{n(left.x)} {n(left.y)}L{n(tip.x)} {n(tip.y)}L{n(right.x)} {n(right.y)}{closed}"
    return f'<path class="diagram-head {style}" d="{path}"/>'


def _draw_start(edge: Edge) -> str:
    start, following = edge.points[0], edge.points[1]
    if edge.kind == "messageFlow":
        return f'<circle class="diagram-head is-hollow" cx="{n(start.x)}" cy="{n(start.y)}" r="4"/>'
    if edge.is_conditional:
        left, right = _beside(start.toward(following, 8), following, 5)
        end = start.toward(following, 16)
        corners = " ".join(f"{n(p.x)},{n(p.y)}" for p in (start, left, end, right))
        return f'<polygon class="diagram-head is-hollow" points="{corners}"/>'
    if edge.is_default:
        left, _ = _beside(start.toward(following, 7), following, 5)
        _, right = _beside(start.toward(following, 13), following, 5)
        return f'<path class="diagram-line is-sequence" d="M{n(left.x)} {n(left.y)}L{n(right.x)} {n(right.y)}"/>'
    return ""
