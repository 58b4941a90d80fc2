"""One difference between two versions, and the words that all of them are told in."""

import re
from dataclasses import dataclass

from engine.deadlines import parse_duration
from engine.diagram import Step


@dataclass(frozen=True)
class Change:
    """One difference, as a sentence. `kind` groups them; `step` is the id in the new version, else in the old one.

    `file` is that of a decision table or form, empty for the diagram.
    """

    kind: str
    text: str
    step: str = ""
    file: str = ""


def quote(name: str) -> str:
    """A name as it stands in a sentence."""
    return f"“{name}”"


def name_step(step: Step) -> str:
    """A step as it is called in a sentence."""
    return quote(step.name)


def list_words(words: list[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


_WORKING_DAYS = re.compile(r"\d+ working days?", re.ASCII)
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def show_time(text: str) -> str:
    """A duration in words, such as “14 days”; a date or an expression as it is written, in quotation marks."""
    length = parse_duration(text.strip())
    if length is None:
        return text.strip() if _WORKING_DAYS.fullmatch(text.strip()) else quote(text.strip())
    seconds, parts = int(length.total_seconds()), []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return list_words(parts) or "no time"


def normalise(text: str | None) -> str:
    """An expression without what does not matter in it: spaces at its ends and line breaks."""
    return " ".join((text or "").split())
