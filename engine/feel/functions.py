"""Calling functions, standard ones and those written in FEEL."""

from __future__ import annotations

from engine.feel.conversion import coerce
from engine.feel.scope import Run
from engine.feel.signatures import Builtin, call_builtin
from engine.feel.types import FeelType
from engine.feel.values import Function, Value, describe


def apply(
    function: Value,
    values: list[Value],
    run: Run,
    *,
    names: tuple[str, ...] | None = None,
    position: int | None = None,
) -> Value:
    """What the function gives for these values (`names` when they are given by name)."""
    run.meter.spend()
    run.meter.enter_call()
    try:
        if isinstance(function, Builtin):
            return call_builtin(function, values, names, run, position)
        return _apply_written(function, values, names, run, position)
    finally:
        run.meter.leave_call()


def _apply_written(
    function: Function, values: list[Value], names: tuple[str, ...] | None, run: Run, position: int | None
) -> Value:
    if names is not None:
        if sorted(names) != sorted(function.parameters):
            known = ", ".join(function.parameters)
            return run.fault(f"'{function.name}' has the parameters {known}, not {', '.join(names)}.", position)
        given = dict(zip(names, values, strict=True))
        values = [given[name] for name in function.parameters]
    if len(values) != len(function.parameters):
        message = f"'{function.name}' needs {len(function.parameters)} values, but {len(values)} are given."
        return run.fault(message, position)
    converted = []
    types: tuple[FeelType | None, ...] = function.types or (None,) * len(values)
    for name, given_value, wanted in zip(function.parameters, values, types, strict=True):
        fits, value = coerce(given_value, wanted, run)
        if not fits:
            return run.fault(f"'{name}' must not be {describe(given_value)}.", position)
        converted.append(value)
    fits, result = coerce(function.body(converted, run), function.result, run)
    return result if fits else run.fault(f"'{function.name}' gives a value of the wrong kind.", position)
