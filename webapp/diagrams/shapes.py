"""One SVG group for each kind of shape, without marks. Everything that is named in a file is escaped here."""

from markupsafe import escape

from webapp.diagrams import symbols
from webapp.diagrams.layout import ACTIVITIES, EVENTS, GATEWAYS, Shape
from webapp.diagrams.text import FONT_SIZE, LINE_HEIGHT, wrap
from webapp.diagrams.text import write_number as n
from workflows.geometry import Box, Point

_OUTSIDE_LABEL_WIDTH = 90.0


def draw_lines(lines: tuple[str, ...], x: float, middle: float, style: str = "diagram-text") -> str:
    """Lines of text around the height `middle`; they are aligned at `x` as the style says."""
    first = middle - (len(lines) - 1) * LINE_HEIGHT / 2 + FONT_SIZE * 0.36
    spans = "".join(
        f'<tspan x="{n(x)}" y="{n(first + i * LINE_HEIGHT)}">{escape(line)}</tspan>' for i, line in enumerate(lines)
    )
    return f'<text class="{style}">{spans}</text>' if lines else ""


def draw_symbol(symbol: symbols.Symbol, at: Point, *, solid: bool = False, scale: float = 1.0) -> str:
    """A sign at a place; `solid` fills it with the colour of lines."""
    outline, details = symbol
    filled = " is-solid" if solid else ""
    parts = f'<path class="diagram-sign{filled}" d="{outline}"/>' if outline else ""
    parts += f'<path class="diagram-detail{filled}" d="{details}"/>' if details else ""
    zoom = f" scale({n(scale)})" if scale != 1 else ""
    return f'<g transform="translate({n(at.x)} {n(at.y)}){zoom}">{parts}</g>'


def draw_label(name: str, box: Box, beside: Box | None = None) -> str:
    """A label outside of its element, in the bounds that the file gives it.

    It keeps to the side of `beside`, the element's own area, so that a longer text grows away from it.
    """
    # Programs measure text differently: a little more room avoids breaks that the modeller did not see.
    lines = wrap(name, max(box.width, 50) + 10, 5)
    x, middle, style = box.middle.x, box.middle.y, "diagram-text is-outside"
    half = len(lines) * LINE_HEIGHT / 2
    if beside and box.y >= beside.bottom - 2:
        middle = box.y + half
    elif beside and box.bottom <= beside.y + 2:
        middle = box.bottom - half
    elif beside and box.x >= beside.middle.x:
        x, style = box.x, f"{style} is-left"
    elif beside and box.right <= beside.middle.x:
        x, style = box.right, f"{style} is-right"
    return draw_lines(lines, x, middle, style)


def draw_shape(shape: Shape) -> str:
    """The shape as the content of an SVG group."""
    if shape.is_container:
        return _draw_container(shape)
    if shape.kind in ACTIVITIES:
        return _draw_activity(shape)
    if shape.kind in EVENTS:
        return _draw_event(shape) + _draw_outside_name(shape)
    if shape.kind in GATEWAYS:
        return _draw_gateway(shape) + _draw_outside_name(shape)
    if shape.kind == "textAnnotation":
        return _draw_annotation(shape)
    if shape.kind == "group":
        return _rectangle(shape.box, "diagram-group", 10) + _draw_outside_name(shape)
    return _draw_data(shape) + _draw_outside_name(shape)


def _rectangle(box: Box, style: str, radius: float = 0) -> str:
    round_corners = f' rx="{n(radius)}"' if radius else ""
    return (
        f'<rect class="{style}" x="{n(box.x)}" y="{n(box.y)}" width="{n(box.width)}" height="{n(box.height)}"'
        f"{round_corners}/>"
    )


def _draw_outside_name(shape: Shape) -> str:
    if not shape.name:
        return ""
    if shape.label:
        return draw_label(shape.name, shape.label, shape.box)
    lines = wrap(shape.name, _OUTSIDE_LABEL_WIDTH, 4)
    middle = shape.box.bottom + 6 + len(lines) * LINE_HEIGHT / 2
    return draw_lines(lines, shape.box.middle.x, middle, "diagram-text is-outside")


def _draw_container(shape: Shape) -> str:
    box = shape.box
    if shape.kind in ("participant", "lane"):
        return _rectangle(box, f"diagram-{shape.kind}") + _draw_band_name(shape)
    body = _rectangle(box, f"diagram-body is-expanded{' is-dashed' if shape.dashed else ''}", 10)
    if shape.kind == "transaction":
        body += _rectangle(box.grow(-3, -3), "diagram-inner", 7)
    lines = wrap(shape.name, box.width - 40, 1)
    return body + draw_lines(lines, box.x + 14, box.y + 17, "diagram-text is-heading") + _draw_markers(shape)


def _draw_band_name(shape: Shape) -> str:
    """Pools and lanes carry their name along the side where they begin."""
    box, strip = shape.box, 30
    along = Box(box.x, box.y, strip, box.height) if shape.horizontal else Box(box.x, box.y, box.width, strip)
    line = ""
    if shape.kind == "participant":
        end = f"M{n(box.x + strip)} {n(box.y)}v{n(box.height)}"
        if not shape.horizontal:
            end = f"M{n(box.x)} {n(box.y + strip)}h{n(box.width)}"
        line = f'<path class="diagram-participant" d="{end}"/>'
    length = box.height if shape.horizontal else box.width
    text = draw_lines(wrap(shape.name, length - 10, 1), along.middle.x, along.middle.y)
    if not shape.horizontal:
        return line + text
    return f'{line}<g transform="rotate(-90 {n(along.middle.x)} {n(along.middle.y)})">{text}</g>'


def _draw_activity(shape: Shape) -> str:
    box = shape.box
    thick = " is-thick" if shape.kind == "callActivity" else ""
    body = _rectangle(box, f"diagram-body{thick}{' is-dashed' if shape.dashed else ''}", 10)
    if shape.kind == "transaction":
        body += _rectangle(box.grow(-3, -3), "diagram-inner", 7)
    if shape.kind in symbols.TASKS:
        place = Point(box.x + 7, box.y + 7)
        body += draw_symbol(symbols.TASKS[shape.kind], place, solid=shape.kind == "sendTask", scale=0.95)
    marked = bool(shape.markers) or not shape.expanded
    signed = shape.kind in symbols.TASKS
    room = box.height - 12 - (16 if marked else 0) - (16 if signed else 0)
    lines = wrap(shape.name, box.width - 14, max(1, int(room // LINE_HEIGHT)))
    # Three lines and more would run into the sign in the corner.
    shift = (7 if signed and len(lines) > 2 else 0) - (6 if marked else 0)
    return body + draw_lines(lines, box.middle.x, box.middle.y + shift) + _draw_markers(shape)


def _draw_markers(shape: Shape) -> str:
    collapsed = ("collapsed",) if not shape.expanded else ()
    signs = [symbols.MARKERS[marker] for marker in (*shape.markers, *collapsed)]
    left = shape.box.middle.x - len(signs) * 18 / 2 + 2
    top = shape.box.bottom - 19
    drawn = "".join(draw_symbol(sign, Point(left + 18 * i, top), scale=0.88) for i, sign in enumerate(signs))
    if not shape.population or not shape.is_container:
        return drawn
    words = wrap(shape.population, shape.box.width / 2 - 40, 1)
    return drawn + draw_lines(words, left + 18 * len(signs) + 4, top + 7, "diagram-text is-outside is-left")


def _circle(center: Point, radius: float, style: str) -> str:
    return f'<circle class="{style}" cx="{n(center.x)}" cy="{n(center.y)}" r="{n(radius)}"/>'


def _draw_event(shape: Shape) -> str:
    center, radius = shape.box.middle, min(shape.box.width, shape.box.height) / 2
    style = "diagram-body is-event"
    style += " is-thick" if shape.kind == "endEvent" else ""
    style += " is-dashed" if shape.dashed else ""
    body = _circle(center, radius, style)
    if shape.kind not in ("startEvent", "endEvent"):
        body += _circle(center, max(radius - 3, 1), "diagram-inner" + (" is-dashed" if shape.dashed else ""))
    for trigger in shape.triggers:
        if trigger in symbols.EVENTS:
            solid = shape.throwing or trigger == "terminate"
            body += draw_symbol(symbols.EVENTS[trigger], center, solid=solid, scale=radius / 18)
    return body


def _draw_gateway(shape: Shape) -> str:
    box, middle = shape.box, shape.box.middle
    tips = ((middle.x, box.y), (box.right, middle.y), (middle.x, box.bottom), (box.x, middle.y))
    points = " ".join(f"{n(x)},{n(y)}" for x, y in tips)
    body = f'<polygon class="diagram-body is-gateway" points="{points}"/>'
    return body + draw_symbol(symbols.GATEWAYS[shape.kind], middle, scale=box.width / 50)


def _draw_annotation(shape: Shape) -> str:
    box = shape.box
    bracket = f"M{n(box.x + 10)} {n(box.y)}H{n(box.x)}V{n(box.bottom)}H{n(box.x + 10)}"
    # Notes are often drawn too low for their text; beside the bracket there is room for a line or two more.
    lines = wrap(shape.name, box.width - 14, int(box.height // LINE_HEIGHT) + 2)
    text = draw_lines(lines, box.x + 10, box.middle.y, "diagram-text is-note")
    return f'<path class="diagram-note" d="{bracket}"/>{text}'


def _draw_data(shape: Shape) -> str:
    """A sheet with a folded corner; a data store is a drum. Unknown kinds get a plain box."""
    box = shape.box
    if shape.kind == "dataStoreReference":
        round_edge = f"a{n(box.width / 2)} {n(box.height * 0.15)} 0 0"
        side, start = n(box.height * 0.7), f"M{n(box.x)} {n(box.y + box.height * 0.15)}"
        drum = f"{start}{round_edge} 1 {n(box.width)} 0v{side}{round_edge} 1 {n(-box.width)} 0Z"
        lid = f"{start}{round_edge} 0 {n(box.width)} 0"
        return f'<path class="diagram-body" d="{drum}"/><path class="diagram-detail" d="{lid}"/>'
    if not shape.kind.startswith("data"):
        return _rectangle(box, "diagram-body")
    fold = min(box.width, box.height) * 0.3
    corner = f"M{n(box.right - fold)} {n(box.y)}V{n(box.y + fold)}H{n(box.right)}"
    sheet = f"M{n(box.x)} {n(box.y)}H{n(box.right - fold)}L{n(box.right)} {n(box.y + fold)}V{n(box.bottom)}H{n(box.x)}Z"
    return f'<path class="diagram-body" d="{sheet}"/><path class="diagram-detail" d="{corner}"/>'
