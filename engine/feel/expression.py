"""Compiled expressions, ready to be worked out any number of times, in any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

from engine.feel import builtins
from engine.feel.compiling import Evaluator, compile_node
from engine.feel.dictionary import Dictionary
from engine.feel.errors import FeelError, FeelLimitError, FeelTypeError
from engine.feel.limits import Limits
from engine.feel.names import Names
from engine.feel.nodes import Node
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.properties import PROPERTY_NAMES
from engine.feel.references import free_names_of
from engine.feel.scope import Run, Scope
from engine.feel.type_reader import TypeResolver
from engine.feel.values import Value, describe

STANDARD_NAMES = Names([*builtins.BUILTINS, *PROPERTY_NAMES])
_CACHED_LENGTH = 500


class Expression:
    """One FEEL expression. `text` is its source, `free_names` the names it reads from the data ("employee.grade").

    A name inside of a filter may turn out to be a field of the filtered items; it is listed like any other.
    """

    __slots__ = ("_evaluator", "_preparing", "free_names", "node", "text")

    def __init__(self, text: str, node: Node, types: Dictionary | None) -> None:
        self.text = text
        self.node = node
        self.free_names = free_names_of(node)
        self._evaluator = compile_node(node)
        self._preparing = types.preparing(self.free_names) if types else None

    def evaluate(
        self,
        data: Mapping[str, Value] | None = None,
        *,
        limits: Limits | None = None,
        now: datetime | None = None,
        strict: bool = True,
    ) -> Value:
        """The FEEL value of the expression for these data.

        `now` is what `now()` and `today()` give. Strict, an unknown name, a clash of kinds or a calculation without a
        result raises a readable FeelError; else it gives null, as the standard has it. Values that are missing are
        null in both. Raises FeelLimitError where the budget is used up.
        """
        return self.evaluate_in(data or {}, Run(strict=strict, limits=limits, now=now))

    def evaluate_in(self, data: Mapping[str, Value], run: Run) -> Value:
        """As `evaluate`, within a run that the caller keeps, and with it the notes on why a value is null."""
        try:
            scope = Scope(data, None, run)
            if self._preparing is not None:
                scope = self._preparing.scope(scope)
            return self._evaluator(scope)
        except FeelError as error:
            error.text = error.text or self.text
            raise
        except RecursionError:
            raise FeelLimitError("This expression is nested too deeply.", text=self.text) from None
        except MemoryError:
            raise FeelLimitError("This expression needs too much memory.", text=self.text) from None


class UnaryTests(Expression):
    """The cell of a decision table: tests on one value."""

    __slots__ = ()

    def matches(
        self,
        value: Value,
        data: Mapping[str, Value] | None = None,
        *,
        limits: Limits | None = None,
        now: datetime | None = None,
        strict: bool = True,
    ) -> bool:
        """Whether the value passes. A test that cannot be told for an empty value does not pass."""
        return self.evaluate({**(data or {}), "?": value}, limits=limits, now=now, strict=strict) is True


def compile_expression(
    text: str, names: Iterable[str] | None = None, *, types: Dictionary | Mapping[str, str] | None = None
) -> Expression:
    """Read an expression; a leading "=" is skipped.

    `names` are known names of more than one word. `types` is the data dictionary: its fields are turned from ISO text
    into dates and so on before each evaluation, and a field it declares but the data lack is null.
    Raises FeelSyntaxError or FeelLimitError.
    """
    source = text.strip().removeprefix("=").strip()
    return _compile(source, tuple(names or ()), as_dictionary(types), tests=False)


def compile_unary_tests(
    text: str, names: Iterable[str] | None = None, *, types: Dictionary | Mapping[str, str] | None = None
) -> UnaryTests:
    """Read a decision table cell such as `> 3`, `"E1","E2"`, `not([1..5])` or `-`. Raises as `compile_expression`."""
    return cast("UnaryTests", _compile(text.strip(), tuple(names or ()), as_dictionary(types), tests=True))


def as_dictionary(types: Dictionary | Mapping[str, str] | None) -> Dictionary | None:
    if types is None or isinstance(types, Dictionary):
        return types
    return Dictionary(types)


def _compile(text: str, names: tuple[str, ...], types: Dictionary | None, *, tests: bool) -> Expression:
    # Long texts are rare and big once compiled, so they are not worth their place in the cache.
    make = _compile_cached if len(text) <= _CACHED_LENGTH else _compile_cached.__wrapped__
    return make(text, names, types, tests=tests)


@lru_cache(maxsize=1024)
def _compile_cached(text: str, names: tuple[str, ...], types: Dictionary | None, *, tests: bool) -> Expression:
    known = _known_names_cached(names, types)
    node = parse_tests(text, known) if tests else parse_expression(text, known)
    try:
        return UnaryTests(text, node, types) if tests else Expression(text, node, types)
    except RecursionError:
        raise FeelLimitError("This expression is nested too deeply.", text=text) from None


def known_names(names: Iterable[str], types: Dictionary | None = None) -> Names:
    """The standard names of several words, those given, and those of the dictionary."""
    extra = [*names, *(types.words() if types else ())]
    return Names(extra, base=STANDARD_NAMES) if extra else STANDARD_NAMES


@lru_cache(maxsize=64)
def _known_names_cached(names: tuple[str, ...], types: Dictionary | None) -> Names:
    return known_names(names, types)


def compile_text(
    text: str, names: Names, *, resolve: TypeResolver | None = None, tests: bool = False
) -> tuple[Node, Evaluator]:
    """Tree and closure, for a host that keeps names, types and scopes itself (the decision engine)."""
    parse = parse_tests if tests else parse_expression
    try:
        node = parse(text, names, resolve=resolve)
        return node, compile_node(node)
    except RecursionError:
        raise FeelLimitError("This expression is nested too deeply.", text=text) from None


def evaluate_condition(
    expression: Expression | str,
    data: Mapping[str, Value],
    *,
    limits: Limits | None = None,
    now: datetime | None = None,
) -> bool:
    """Work out a condition, which must give true or false. Raises FeelError saying why it does not."""
    condition = compile_expression(expression) if isinstance(expression, str) else expression
    run = Run(strict=True, limits=limits, now=now)
    value = condition.evaluate_in(data, run)
    if type(value) is bool:
        return value
    if value is not None:
        message = f"This condition must give true or false, but it gives {describe(value)}."
        raise FeelTypeError(message, position=0, text=condition.text, hint="Compare it with something.")
    reasons = " ".join(dict.fromkeys(note.message for note in run.notes[:3])) or "It gives an empty value."
    position = run.notes[0].position if run.notes else 0
    raise FeelTypeError(
        f"This condition gives neither true nor false. {reasons}",
        position=position,
        text=condition.text,
        hint="Fill the field in, or say what holds when it is empty, for example: x != null and x > 3.",
    )
