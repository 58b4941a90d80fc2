"""FEEL in forms: conditions, computed settings, and texts with `{{expressions}}` in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine import clock, feel
from workflows.dates import show_day

Scope = Mapping[str, Any]
_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True)
class Formula:
    """A FEEL expression of a form."""

    source: str
    expression: feel.Expression

    def evaluate(self, scope: Scope) -> Any:
        """The value over `scope`; None where FEEL cannot tell, as form-js does, so that a form always opens."""
        try:
            return self.expression.evaluate(scope, now=clock.now(), strict=False)
        except feel.FeelError:
            return None

    def holds(self, scope: Scope) -> bool:
        """True only when the value is true; null and everything else is no."""
        return self.evaluate(scope) is True


def read_formula(text: str) -> Formula:
    """Compile `text`, with or without the leading `=` of form-js. Raises FeelError."""
    source = text.strip().removeprefix("=").strip()
    return Formula(source, feel.compile(source))


@dataclass(frozen=True)
class Template:
    """A text that may contain values: `Review of {{subject.name}}`, or a whole formula: `="Hello " + name`."""

    parts: tuple[str | Formula, ...] = ()

    def render(self, scope: Scope) -> str:
        """The text with every expression replaced by its value in words; nothing where there is no value."""
        return "".join(part if isinstance(part, str) else show_plain(part.evaluate(scope)) for part in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)


def read_template(text: str) -> Template:
    """Compile `text`. Raises FeelError for an expression that cannot be read."""
    if text.startswith("="):
        return Template((read_formula(text),))
    pieces = _HOLE.split(text)
    parts = (piece if at % 2 == 0 else read_formula(piece) for at, piece in enumerate(pieces))
    return Template(tuple(part for part in parts if part != ""))


def show_plain(value: Any) -> str:
    """A FEEL value in words: whole days as `3 March 2027`, lists with commas, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(show_plain(item) for item in value)
    if isinstance(value, datetime):
        return f"{show_day(value)}, {value:%H:%M}"
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            text = show_number(value)
        case date():
            text = show_day(value)
        case time():
            text = f"{value:%H:%M}"
        case _:
            text = str(value)
    return text


def show_number(number: Decimal) -> str:
    """`12500.50` as `12,500.50`; keeps every digit that was given."""
    return f"{number:,f}"
