"""Functions with regular expressions, on google-re2: its time grows with the text only, whatever the pattern.

It grows with the size of the pattern too, so both are charged. Back references are not possible in linear time and
are refused. XPath's syntax is translated where it differs (the flags x and q, class subtraction is not supported).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

from engine.feel.scope import Run
from engine.feel.signatures import builtin

_LONGEST_PATTERN = 500
_MEMORY_PER_PATTERN = 1 << 18
_STEP = 8  # 256 characters times instructions are one step of the budget


@lru_cache(maxsize=64)
def _compile(pattern: str, flags: str) -> Any:
    if not set(flags) <= set("smixq"):
        raise ValueError("the flags can only be s, m, i, x and q")
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"the pattern is longer than {_LONGEST_PATTERN} characters")
    if "q" in flags:
        pattern = re.escape(pattern)
    elif "x" in flags:
        pattern = _without_blanks(pattern)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_PER_PATTERN
    kept = "".join(flag for flag in "smi" if flag in flags)
    try:
        return re2.compile(f"(?{kept}){pattern}" if kept else pattern, options)
    except (re2.error, UnicodeError):
        raise ValueError(f"'{pattern[:40]}' is not a pattern that can be used here") from None


def _without_blanks(pattern: str) -> str:
    """Flag x: blanks count for nothing, except between square brackets."""
    kept, depth, escaped = [], 0, False
    for character in pattern:
        if not escaped:
            depth += (character == "[") - (character == "]" and depth > 0)
        escaped = character == "\\" and not escaped
        if depth or not character.isspace():
            kept.append(character)
    return "".join(kept)


def _prepare(run: Run, pattern: str, flags: str | None, text: str) -> Any:
    compiled = _compile(pattern, flags or "")
    size = compiled.programsize
    run.meter.spend(1 + (size >> 2) + ((len(text) * size) >> _STEP))
    return compiled


def _matches(run: Run, pattern: Any, text: str) -> Iterator[Any]:
    """All matches one after the other; each starts a new search, so each is charged and the clock is looked at."""
    for match in pattern.finditer(text):
        run.meter.spend(1 + ((len(text) - match.end()) >> _STEP))
        run.meter.look_at_clock()
        yield match


@builtin("matches", "input: text, pattern: text, flags?: text|null", gives="boolean")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return _prepare(run, pattern, flags, text).search(text) is not None


@builtin("replace", "input: text, pattern: text, replacement: text, flags?: text|null", gives="text")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    compiled = _prepare(run, pattern, flags, text)
    parts, last, length = [], 0, 0
    for match in _matches(run, compiled, text):
        new = replacement if "q" in (flags or "") else _expand(replacement, match, compiled.groups)
        length += match.start() - last + len(new)
        run.meter.spend_text(length if length > run.meter.limits.characters else len(new))
        parts += [text[last : match.start()], new]
        last = match.end()
    result = "".join([*parts, text[last:]])
    run.meter.spend_text(len(result))
    return result


def _expand(replacement: str, match: Any, groups: int) -> str:
    r"""$1 stands for the first group, \$ and \\ for the characters themselves."""
    parts, at = [], 0
    while at < len(replacement):
        pair = replacement[at : at + 2]
        if pair in ("\\$", "\\\\"):
            parts.append(pair[1])
        elif pair[0] == "$" and "0" <= pair[1:] <= "9":
            parts.append((match.group(int(pair[1])) or "") if int(pair[1]) <= groups else "")
        else:
            parts.append(pair[0])
            at -= 1
        at += 2
    return "".join(parts)


@builtin("split", "string: text, delimiter: text", gives="list")
def split(run: Run, text: str, delimiter: str) -> list[str]:
    parts, last = [], 0
    for match in _matches(run, _prepare(run, delimiter, None, text), text):
        if match.end() > match.start():
            parts.append(text[last : match.start()])
            last = match.end()
    run.meter.spend_items(len(parts) + 1)
    return [*parts, text[last:]]
