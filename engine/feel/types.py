"""FEEL types: what `instance of`, parameter types and the data dictionary name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from engine.feel.limits import Meter
from engine.feel.ranges import Range
from engine.feel.values import Function, Value, is_context, kind, normalise

Test = Callable[[Value, Any], bool]


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


def is_instance(value: Value, wanted: FeelType, run: Any) -> bool | None:
    """Whether a value is of a type; None where the type itself is not known."""
    meter: Meter = run.meter
    if value is None:
        return wanted.name == "Null"
    if wanted.name == "Any":
        return True
    if wanted.name in SIMPLE_TYPES:
        return kind(value) == SIMPLE_TYPES[wanted.name].name
    check = _STRUCTURED.get(wanted.name)
    if check is None:
        return None
    meter.spend()
    return check(value, wanted, run)


def _fits_or_null(value: Value, wanted: FeelType | None, run: Any) -> bool:
    value = normalise(value, run.meter)
    return wanted is None or value is None or is_instance(value, wanted, run) is True


def _is_restricted(value: Value, wanted: FeelType, run: Any) -> bool:
    """`instance of` asks for the base type only; the allowed values count when data come in (see `coerce`)."""
    return wanted.element is not None and is_instance(value, wanted.element, run) is True


def _is_list(value: Value, wanted: FeelType, run: Any) -> bool:
    if type(value) is not list:
        return False
    run.meter.spend_items(len(value))
    return all(_fits_or_null(item, wanted.element, run) for item in value)


def _is_range(value: Value, wanted: FeelType, run: Any) -> bool:
    return type(value) is Range and all(_fits_or_null(end, wanted.element, run) for end in (value.start, value.end))


def _is_context(value: Value, wanted: FeelType, run: Any) -> bool:
    return is_context(value) and all(
        name in value and _fits_or_null(value[name], field, run) for name, field in wanted.fields or ()
    )


def _is_function(value: Value, wanted: FeelType, run: Any) -> bool:
    if wanted.parameters is None:
        return kind(value) == "function"
    if not isinstance(value, Function):
        return False
    if len(value.parameters) != len(wanted.parameters):
        return False
    have = value.types or (None,) * len(wanted.parameters)
    if not all(conforms(want, has or ANY) for want, has in zip(wanted.parameters, have, strict=True)):
        return False
    return wanted.result is None or conforms(value.result or ANY, wanted.result)


_STRUCTURED: dict[str, Callable[[Value, FeelType, Any], bool]] = {
    "list": _is_list,
    "range": _is_range,
    "context": _is_context,
    "function": _is_function,
    RESTRICTED: _is_restricted,
}


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


def coerce(value: Value, wanted: FeelType | None, run: Any) -> tuple[bool, Value]:
    """(fits, value) after DMN's implicit conversions: one item to and from a list, a date to midnight UTC, and the
    same inside of lists and contexts (DMN 1.5, 10.3.2.9.4).
    """
    if wanted is None or value is None or wanted.name == "Any":
        return True, value
    run.meter.spend()
    if wanted.name == RESTRICTED:
        return _coerce_restricted(value, wanted, run)
    if wanted.name == "list" and wanted.element is not None:
        return _coerce_items(value if type(value) is list else [value], wanted.element, run)
    if wanted.name == "context" and wanted.fields is not None:
        return _coerce_fields(value, wanted.fields, run)
    return _coerce_simple(value, wanted, run)


def _coerce_simple(value: Value, wanted: FeelType, run: Any) -> tuple[bool, Value]:
    if is_instance(value, wanted, run):
        return True, value
    if wanted.name == "list":
        return True, [value]
    if wanted.name == "function" and kind(value) == "function":
        # What a function gives is only known once it is called, so the number of its parameters has to do; a
        # standard function takes several numbers of them.
        is_standard = not isinstance(value, Function)
        return is_standard or len(value.parameters) == len(wanted.parameters or value.parameters), value
    if type(value) is list and len(value) == 1:
        item = normalise(value[0], run.meter)
        return (True, item) if item is not None and is_instance(item, wanted, run) else (False, None)
    if SIMPLE_TYPES.get(wanted.name) == DATE_TIME and type(value) is date:
        return True, datetime(value.year, value.month, value.day, tzinfo=UTC)
    return False, None


def _coerce_items(items: list[Value], element: FeelType, run: Any) -> tuple[bool, Value]:
    run.meter.spend_items(len(items))
    converted = []
    for item in items:
        fits, value = coerce(normalise(item, run.meter), element, run)
        if not fits:
            return False, None
        converted.append(value)
    return True, converted


def _coerce_fields(value: Value, fields: tuple[tuple[str, FeelType], ...], run: Any) -> tuple[bool, Value]:
    if type(value) is list and len(value) == 1:
        value = normalise(value[0], run.meter)
    if not is_context(value):
        return False, None
    run.meter.spend(len(value))
    converted = dict(value)
    for name, field in fields:
        if name not in value:
            return False, None
        fits, converted[name] = coerce(normalise(value[name], run.meter), field, run)
        if not fits:
            return False, None
    return True, converted


def _coerce_restricted(value: Value, wanted: FeelType, run: Any) -> tuple[bool, Value]:
    fits, value = coerce(value, wanted.element, run)
    if not fits or value is None or wanted.allowed is None:
        return fits, value
    each = type(value) is list and wanted.element is not None and wanted.element.name != "list"
    return all(wanted.allowed(item, run) for item in (value if each else [value])), value


def type_text(wanted: FeelType) -> str:
    """The type as it is written in FEEL."""
    if wanted.name == RESTRICTED:
        return type_text(wanted.element or ANY)
    if wanted.element is not None:
        return f"{wanted.name}<{type_text(wanted.element)}>"
    return wanted.name
