"""FEEL types: what `instance of`, parameter types and the data dictionary name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Test = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class FeelType:
    """`element` is of a list, a range, or the base of a type with `allowed` values; `fields` of a context;
    `parameters` and `result` of a function. A part that is None was not given and may be anything.
    """

    name: str
    element: FeelType | None = None
    fields: tuple[tuple[str, FeelType], ...] | None = None
    parameters: tuple[FeelType, ...] | None = None
    result: FeelType | None = None
    allowed: Test | None = None


ANY = FeelType("Any")
NULL = FeelType("Null")
NUMBER, STRING, BOOLEAN = FeelType("number"), FeelType("string"), FeelType("boolean")
DATE, TIME, DATE_TIME = FeelType("date"), FeelType("time"), FeelType("date and time")
SPAN, MONTHS = FeelType("days and time duration"), FeelType("years and months duration")
LIST, CONTEXT, RANGE, FUNCTION = FeelType("list"), FeelType("context"), FeelType("range"), FeelType("function")

SIMPLE_TYPES = {t.name: t for t in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, SPAN, MONTHS)}
SIMPLE_TYPES |= {"date time": DATE_TIME, "day time duration": SPAN, "year month duration": MONTHS}
RESTRICTED = "restricted"


def restricted(base: FeelType, allowed: Test) -> FeelType:
    """The base type with only those values for which `allowed(value, run)` is true."""
    return FeelType(RESTRICTED, element=base, allowed=allowed)


def conforms(given: FeelType, wanted: FeelType) -> bool:
    """Whether every value of the one type is a value of the other (DMN 1.5, 10.3.2.9.3)."""
    if wanted.name == "Any" or given == wanted or given.name == "Null":
        return True
    if given.name != wanted.name:
        return SIMPLE_TYPES.get(given.name, given) == SIMPLE_TYPES.get(wanted.name, wanted)
    if given.name in ("list", "range"):
        return wanted.element is None or (given.element is not None and conforms(given.element, wanted.element))
    if given.name == "context":
        have = dict(given.fields or ())
        return all(name in have and conforms(have[name], field) for name, field in wanted.fields or ())
    return given.name == "function" and _function_conforms(given, wanted)


def _function_conforms(given: FeelType, wanted: FeelType) -> bool:
    if wanted.parameters is None:
        return True
    if given.parameters is None or len(given.parameters) != len(wanted.parameters):
        return False
    # A function that takes more kinds of values can stand in for one that takes fewer, hence the turned order.
    if not all(conforms(want, has) for want, has in zip(wanted.parameters, given.parameters, strict=True)):
        return False
    return wanted.result is None or (given.result is not None and conforms(given.result, wanted.result))


def type_text(wanted: FeelType) -> str:
    """The type as it is written in FEEL."""
    if wanted.name == RESTRICTED:
        return type_text(wanted.element or ANY)
    if wanted.element is not None:
        return f"{wanted.name}<{type_text(wanted.element)}>"
    return wanted.name
