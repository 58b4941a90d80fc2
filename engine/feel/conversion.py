"""Whether a value is of a type, and bringing it into one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from engine.feel.limits import Meter
from engine.feel.ranges import Range
from engine.feel.types import ANY, DATE_TIME, RESTRICTED, SIMPLE_TYPES, FeelType, conforms
from engine.feel.values import Function, Value, is_context, kind, normalise


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
