"""Built-in functions: their parameters as data, and the binding of given values to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from engine.feel.errors import FeelValueError
from engine.feel.scope import Run
from engine.feel.values import AnyFunction, Value, describe, kind, kind_in_words, normalise

Body = Callable[..., Value]
BodyT = TypeVar("BodyT", bound=Body)
_ANY = "any"
_KIND_NAMES = {
    "text": "string",
    "moment": "date and time",
    "span": "days and time duration",
    "months": "years and months duration",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kinds` are names as `values.kind` gives them; empty means that every value will do, null included."""

    name: str
    kinds: tuple[str, ...]
    optional: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Signature:
    parameters: tuple[Parameter, ...]
    variadic: bool
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class Builtin(AnyFunction):
    """A standard function. `gives` is the kind of its result, or "any"."""

    name: str
    gives: str
    signatures: list[Signature] = field(default_factory=list)


BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, *parameter_lists: str, gives: str = _ANY) -> Callable[[BodyT], BodyT]:
    """Register a function under a FEEL name, once for each list of parameters.

    A list reads `name: kind|kind, other name?: kind, *rest: kind`; `?` marks one that may be left out, `null` among
    the kinds one that may be null. The body takes the run and then the values, and raises ValueError, OverflowError
    or ArithmeticError where there is no result.
    """

    def register(body: BodyT) -> BodyT:
        function = BUILTINS.setdefault(name, Builtin(name, _KIND_NAMES.get(gives, gives)))
        function.signatures.extend(_read_signature(text, body) for text in parameter_lists)
        return body

    return register


def _read_signature(text: str, body: Body) -> Signature:
    parameters = [_read_parameter(part) for part in text.split(",") if part.strip()]
    return Signature(tuple(parameters), text.strip().startswith("*"), body)


def _read_parameter(text: str) -> Parameter:
    name, _, kinds = text.strip().partition(":")
    names = [kind.strip() for kind in kinds.split("|")]
    known = tuple(_KIND_NAMES.get(name, name) for name in names if name not in ("null", _ANY))
    return Parameter(
        name=name.strip("*?"),
        kinds=known if _ANY not in names else (),
        optional=name.endswith("?"),
        nullable="null" in names or _ANY in names,
    )


def call_builtin(
    function: Builtin, values: list[Value], names: tuple[str, ...] | None, run: Run, position: int | None
) -> Value:
    """Bind the values to the first list of parameters that takes them, and work the function out."""
    refusal: tuple[str, bool] | None = None
    for signature in function.signatures:
        bound = _bind(signature, values, names)
        if bound is None:
            continue
        fitted = [_fit(value, parameter, run) for parameter, value in bound]
        misfit = next((at for at, (fits, _) in enumerate(fitted) if not fits), None)
        if misfit is None:
            converted = [(parameter, value) for (parameter, _), (_, value) in zip(bound, fitted, strict=True)]
            return _work_out(function, signature, converted, run, position)
        refusal = refusal or _refusal(function, *bound[misfit], run)
    if refusal is None:
        message = f"'{function.name}' does not take {counted_values(len(values))}."
        return run.fault(message, position, hint=f"Write {usage(function)}.")
    message, only_empty = refusal
    return run.note(message, position) if only_empty else run.fault(message, position)


def counted_values(number: int) -> str:
    """For messages: what a call with so many values is called."""
    return {0: "a call without values", 1: "one value"}.get(number, f"these {number} values")


def usage(function: Builtin) -> str:
    """How the function is written, for messages: `substring(string, start position)`."""
    first = function.signatures[0]
    return f"{function.name}({', '.join(parameter.name for parameter in first.parameters)})"


Bound = list[tuple[Parameter, Value]]


def _bind(signature: Signature, values: list[Value], names: tuple[str, ...] | None) -> Bound | None:
    if names is not None:
        return None if signature.variadic else _bind_by_name(signature, values, names)
    if signature.variadic:
        return [(signature.parameters[0], value) for value in values] or None
    if len(values) > len(signature.parameters):
        return None
    if not all(parameter.optional for parameter in signature.parameters[len(values) :]):
        return None
    return list(zip(signature.parameters, values, strict=False))


def _bind_by_name(signature: Signature, values: list[Value], names: tuple[str, ...]) -> Bound | None:
    known = {parameter.name for parameter in signature.parameters}
    if len(set(names)) != len(names) or not known.issuperset(names):
        return None
    given = dict(zip(names, values, strict=True))
    if not all(parameter.optional or parameter.name in given for parameter in signature.parameters):
        return None
    return [(parameter, given[parameter.name]) for parameter in signature.parameters if parameter.name in given]


def _fit(value: Value, parameter: Parameter, run: Run) -> tuple[bool, Value]:
    """(fits, value) after DMN's implicit conversions; lists and texts are charged for being handed over."""
    value = normalise(value, run.meter)
    if value is None:
        return parameter.nullable, None
    if type(value) is list or isinstance(value, dict):
        run.meter.spend(len(value) >> 3)
    elif type(value) is str:
        run.meter.spend(len(value) >> 5)
    if not parameter.kinds or kind(value) in parameter.kinds:
        return True, value
    return _convert(value, parameter.kinds, run)


def _convert(value: Value, kinds: tuple[str, ...], run: Run) -> tuple[bool, Value]:
    if "list" in kinds:
        return True, [value]
    if type(value) is list and len(value) == 1:
        item = normalise(value[0], run.meter)
        if item is not None and kind(item) in kinds:
            return True, item
    if "date and time" in kinds and type(value) is date:
        return True, datetime(value.year, value.month, value.day, tzinfo=UTC)
    return False, value


def _refusal(function: Builtin, parameter: Parameter, value: Value, run: Run) -> tuple[str, bool]:
    value = normalise(value, run.meter)
    wanted = " or ".join(kind_in_words(name) for name in parameter.kinds)
    message = f"'{function.name}' needs {wanted} for '{parameter.name}', but it is {describe(value)}."
    return message, value is None


def _work_out(function: Builtin, signature: Signature, bound: Bound, run: Run, position: int | None) -> Value:
    run.meter.spend()
    values = [value for _, value in bound]
    if not signature.variadic and len(bound) > _leading(signature, bound):
        given = {parameter.name: value for parameter, value in bound}
        values = [given.get(parameter.name) for parameter in signature.parameters]
    try:
        return signature.body(run, *values)
    except (ValueError, ArithmeticError) as error:
        reason = str(error) if isinstance(error, ValueError) else "the values are too large or too small"
        return run.fault(f"'{function.name}' has no result: {reason}.", position, error=FeelValueError)


def _leading(signature: Signature, bound: Bound) -> int:
    """How many of the bound parameters stand at their own place, with none left out before them."""
    pairs = zip(signature.parameters, bound, strict=False)
    return sum(parameter is given for parameter, (given, _) in pairs)
