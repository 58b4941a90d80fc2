"""The text of a value: what `string()` gives. Charged for every character before it is joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.feel.durations import Months, months_text, time_span_text
from engine.feel.far_moments import FarMoment
from engine.feel.limits import Meter
from engine.feel.numbers import number_text
from engine.feel.ranges import Range
from engine.feel.temporal import moment_text, time_text
from engine.feel.values import Value, is_context, normalise

_PLAIN_KEY = re.compile(r"[\w ]+")
_SIMPLE: dict[type, Callable[[Value], str]] = {
    Decimal: number_text,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",
    date: moment_text,
    datetime: moment_text,
    FarMoment: moment_text,
    time: time_text,
    timedelta: time_span_text,
    Months: months_text,
}


def render(value: Value, meter: Meter) -> str:
    """The value as text; a text stays as it is. Raises FeelLimitError where the result is too long."""
    value = normalise(value, meter)
    return value if type(value) is str else _render_part(value, meter)


def _render_part(value: Value, meter: Meter) -> str:
    value = normalise(value, meter)
    simple = _SIMPLE.get(type(value))
    if simple is not None:
        text = simple(value)
        meter.spend_text(len(text))
        return text
    meter.spend()
    if type(value) is str:
        meter.spend_text(len(value))
        return quoted(value)
    if type(value) is list:
        return "[" + join_metered((_render_part(item, meter) for item in value), ", ", meter) + "]"
    if is_context(value):
        return "{" + join_metered((_entry(key, item, meter) for key, item in value.items()), ", ", meter) + "}"
    return _range(value, meter) if type(value) is Range else "function"


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _entry(key: Value, value: Value, meter: Meter) -> str:
    name = str(key)
    meter.spend_text(len(name))
    return f"{name if _PLAIN_KEY.fullmatch(name) else quoted(name)}: {_render_part(value, meter)}"


def _range(value: Range, meter: Meter) -> str:
    if value.start is None and value.from_comparison:
        return f"{'<=' if value.includes_end else '<'} {_render_part(value.end, meter)}"
    if value.end is None and value.from_comparison:
        return f"{'>=' if value.includes_start else '>'} {_render_part(value.start, meter)}"
    opening, closing = "[" if value.includes_start else "(", "]" if value.includes_end else ")"
    return f"{opening}{_render_part(value.start, meter)}..{_render_part(value.end, meter)}{closing}"


def join_metered(parts: Iterable[str], separator: str, meter: Meter) -> str:
    """The parts joined; the length is checked part by part, so that the whole is never built when it is too long."""
    kept: list[str] = []
    length = 0
    for part in parts:
        length += len(part) + len(separator)
        meter.spend_text(0)
        if length > meter.limits.characters:
            meter.spend_text(length)
        kept.append(part)
    meter.spend_text(max(0, length - len(separator)))
    return separator.join(kept)
