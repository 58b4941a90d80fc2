"""From a layout and marks to SVG that a page carries inline and colours with its own style sheet."""

from collections.abc import Mapping
from functools import lru_cache
from zlib import crc32

from markupsafe import Markup, escape

from webapp.diagrams.edges import draw_edge
from webapp.diagrams.layout import EVENTS, GATEWAYS, Edge, Layout, Shape, read_layout
from webapp.diagrams.marks import Mark, find_busiest, measure_heat
from webapp.diagrams.shapes import draw_lines, draw_shape
from webapp.diagrams.text import measure, wrap
from webapp.diagrams.text import write_number as n
from workflows.geometry import Box, Point, enclose

_MARGIN = 12.0
# A phone is 360 pixels wide: a window of that size shows text in about its natural size.
_WINDOW_WIDTH, _WINDOW_HEIGHT, _STRIP_HEIGHT = 350.0, 270.0, 28.0
_NOTHING = Mark()
_CHECK, _PIN = "M-4 0-1 3.2 4.2-3.2", "M0 10C-4 4.5-7 1.5-7-2.5A7 7 0 0 1 7-2.5C7 1.5 4 4.5 0 10Z"


def draw(bpmn_xml: bytes, *, marks: Mapping[str, Mark], title: str, focus: str = "") -> Markup:
    """A BPMN file as SVG: `render` of `read_layout`, which tells what it raises."""
    return render(read_layout(bpmn_xml), marks, title=title, focus=focus)


def render(layout: Layout, marks: Mapping[str, Mark], *, title: str, focus: str = "") -> Markup:
    """The layout as one `<svg>` element, safe to put into a page.

    `marks` go by element id; ids that are not drawn are ignored. With `focus`, an element id, only its surroundings
    are drawn, large enough to read on a phone; an id that is not drawn shows everything.
    """
    center = layout.find(focus) if focus else None
    window = _cut_window(layout, center) if center else layout.box.grow(_MARGIN, _MARGIN)
    busiest = find_busiest(marks.values())
    parts = [
        _draw_part(part, marks.get(part.id, _NOTHING), busiest)
        for part in _stack(layout)
        if _reach(part).overlaps(window)
    ]
    badges = [
        _draw_badges(shape, marks[shape.id])
        for shape in layout.shapes
        if shape.id in marks and shape.box.grow(10, 10).overlaps(window)
    ]
    parts += badges
    if center:
        parts.append(_draw_context(layout, center, window))
    return _frame(parts, window, title, _summarise(layout, marks), focus if center else "")


def _frame(parts: list[str], window: Box, title: str, summary: str, focus: str) -> Markup:
    identity = f"diagram-{crc32(f'{title}|{summary}|{focus}'.encode()):08x}"
    view = " ".join(map(n, (window.x, window.y, window.width, window.height)))
    return Markup(  # noqa: S704 - every name was escaped where it was written.
        f'<svg class="diagram{" is-focused" if focus else ""}" xmlns="http://www.w3.org/2000/svg" viewBox="{view}"'
        f' role="img" aria-labelledby="{identity}-title" aria-describedby="{identity}-summary"'
        f' width="{n(window.width)}" height="{n(window.height)}">'
        f'<title id="{identity}-title">{escape(title)}</title><desc id="{identity}-summary">{escape(summary)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _summarise(layout: Layout, marks: Mapping[str, Mark]) -> str:
    said = [(shape.name or shape.id, marks[shape.id].words()) for shape in layout.shapes if shape.id in marks]
    return ". ".join(f"{name}: {words}" for name, words in said if words)


@lru_cache(maxsize=64)
def _stack(layout: Layout) -> tuple[Shape | Edge, ...]:
    """The parts in the order in which they cover each other: what lies inside comes after what is around it."""
    containers = sorted((s for s in layout.shapes if s.is_container), key=lambda s: (s.kind != "participant", s.depth))
    nodes = [s for s in layout.shapes if not s.is_container and s.kind != "boundaryEvent"]
    boundary = [s for s in layout.shapes if s.kind == "boundaryEvent"]
    return (*containers, *layout.edges, *nodes, *boundary)


def _reach(part: Shape | Edge) -> Box:
    """The area a part may cover, its label included."""
    box = part.box.grow(4, 4)
    if part.label:
        return enclose((box, part.label))
    return box.grow(30, 40) if part.name and not isinstance(part, Edge) else box


@lru_cache(maxsize=4096)
def _draw_plain(part: Shape | Edge) -> str:
    return draw_edge(part) if isinstance(part, Edge) else draw_shape(part)


def _draw_part(part: Shape | Edge, mark: Mark, busiest: int) -> str:
    states = [("is-done", mark.done), ("is-here", mark.here), ("is-late", mark.late > 0), ("is-changed", mark.changed)]
    classes = [f"diagram-{part.kind}", *(name for name, true in states if true)]
    if heat := measure_heat(mark, busiest):
        classes.append(f"is-heat-{heat}")
    return f'<g class="{escape(" ".join(classes))}" data-element="{escape(part.id)}">{_draw_plain(part)}</g>'


def _draw_badges(shape: Shape, mark: Mark) -> str:
    """Counts at the upper right corner, the pin or the check at the upper left one: never colour alone."""
    box = shape.box
    inset = box.width / 2 - 2 if shape.kind in EVENTS | GATEWAYS else 14.0
    badges = ""
    if mark.here:
        badges += _draw_sign("is-pin", Point(box.x + min(inset, box.width / 2), box.y - 7), _PIN)
    elif mark.done and shape.kind not in GATEWAYS:
        badges += _draw_sign("is-check", Point(box.right - 4, box.y + 3), _CHECK)
    right = box.right + 8
    for style, text, shown in (
        ("is-waiting", str(mark.waiting), mark.waiting > 0),
        ("is-late", f"{mark.late} late", mark.late > 0),
        ("is-waiting", mark.note, bool(mark.note)),
    ):
        if shown:
            width = max(22.0, measure(text) + 12)
            badges += _draw_pill(style, text, Box(right - width, box.y - 12, width, 20))
            right -= width + 3
    return badges


def _draw_sign(style: str, at: Point, path: str) -> str:
    inner = '<circle r="2.6" cy="-2.5"/>' if style == "is-pin" else '<circle r="8"/>'
    drawn = f'<path d="{path}"/>'
    content = drawn + inner if style == "is-pin" else inner + drawn
    return f'<g class="diagram-badge {style}" transform="translate({n(at.x)} {n(at.y)})">{content}</g>'


def _draw_pill(style: str, text: str, box: Box) -> str:
    pill = f'<rect x="{n(box.x)}" y="{n(box.y)}" width="{n(box.width)}" height="{n(box.height)}" rx="10"/>'
    return f'<g class="diagram-badge {style}">{pill}{draw_lines((text,), box.middle.x, box.middle.y)}</g>'


def _cut_window(layout: Layout, shape: Shape) -> Box:
    """The part of the picture around a shape, inside of the picture where that is possible."""
    width = max(_WINDOW_WIDTH, shape.box.width + 60)
    height = max(_WINDOW_HEIGHT, shape.box.height + 80)
    whole, middle = layout.box.grow(_MARGIN, _MARGIN + _STRIP_HEIGHT), shape.box.middle
    return Box(
        _keep_inside(middle.x - width / 2, width, whole.x, whole.right),
        _keep_inside(middle.y - (height + _STRIP_HEIGHT) / 2, height, whole.y, whole.bottom),
        width,
        height,
    )


def _keep_inside(start: float, length: float, low: float, high: float) -> float:
    return max(low, min(start, high - length))


def _draw_context(layout: Layout, shape: Shape, window: Box) -> str:
    """A strip along the top with the name of the sub-process, when the window leaves out where it is written."""
    around = layout.find(shape.scope) if shape.scope else None
    if around is None or not around.name:
        return ""
    if window.contains(Box(around.box.x + 14, around.box.y + 8, measure(around.name), 20)):
        return ""
    lines = wrap(around.name, window.width - 40, 1)
    strip = Box(window.x, window.y, window.width, _STRIP_HEIGHT)
    back = (
        f'<rect class="diagram-context" x="{n(strip.x)}" y="{n(strip.y)}" width="{n(strip.width)}"'
        f' height="{n(strip.height)}"/>'
    )
    return back + draw_lines(lines, strip.x + 14, strip.middle.y, "diagram-text is-heading")
