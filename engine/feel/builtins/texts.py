"""Functions on text that need no regular expression."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.numbers import truncate
from engine.feel.rendering import join_metered, render
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.values import Value, describe, normalise


@builtin("string", "from: any", gives="text")
def text_of(run: Run, value: Value) -> str | None:
    return None if value is None else render(value, run.meter)


@builtin("substring", "string: text, start position: number, length?: number", gives="text")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> str:
    at = truncate(start)
    if not at:
        raise ValueError("places in a text are counted from 1")
    at = at - 1 if at > 0 else len(text) + at
    if not 0 <= at < len(text):
        raise ValueError("the start lies outside of the text")
    if length is None:
        return text[at:]
    count = truncate(length)
    if count < 1:
        raise ValueError("the length must be at least 1")
    return text[at : at + count]


@builtin("string length", "string: text", gives="number")
def text_length(run: Run, text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case", "string: text", gives="text")
def upper_case(run: Run, text: str) -> str:
    result = text.upper()
    run.meter.spend_text(len(result))
    return result


@builtin("lower case", "string: text", gives="text")
def lower_case(run: Run, text: str) -> str:
    result = text.lower()
    run.meter.spend_text(len(result))
    return result


@builtin("trim", "string: text", gives="text")
def trim(run: Run, text: str) -> str:
    return text.strip()


@builtin("contains", "string: text, match: text", gives="boolean")
def contains_text(run: Run, text: str, match: str) -> bool:
    return match in text


@builtin("starts with", "string: text, match: text", gives="boolean")
def starts_with(run: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with", "string: text, match: text", gives="boolean")
def ends_with(run: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("substring before", "string: text, match: text", gives="text")
def substring_before(run: Run, text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@builtin("substring after", "string: text, match: text", gives="text")
def substring_after(run: Run, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("is blank", "string: text", gives="boolean")
def is_blank(run: Run, text: str) -> bool:
    return not text.strip()


@builtin("string join", "list: list, delimiter?: text|null", gives="text")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> str:
    run.meter.spend(len(items) >> 2)
    texts = []
    for given in items:
        item = normalise(given, run.meter)
        if item is not None and type(item) is not str:
            raise ValueError(f"the list holds {describe(item)}, not only texts")
        if item is not None:
            texts.append(item)
    return join_metered(texts, delimiter or "", run.meter)
