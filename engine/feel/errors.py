"""What can go wrong with an expression, told so that the person who wrote it can put it right."""

from __future__ import annotations

from dataclasses import dataclass


class FeelError(Exception):
    """Base of every error that this package raises on purpose.

    `message` says what happened and why, `hint` what to do, `text` is the expression and `position` the offset in it
    (characters, from 0) or None where no single place is to blame.
    """

    def __init__(self, message: str, *, position: int | None = None, text: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.text = text
        self.hint = hint

    def __str__(self) -> str:
        said = f"{self.message} {self.hint}" if self.hint else self.message
        if not self.text or self.position is None:
            return said
        return f"{said} (character {self.position + 1} of: {shorten(self.text)})"

    def pointer(self) -> str:
        """Two lines: the part of the expression in question, and a caret below the place."""
        if not self.text or self.position is None:
            return ""
        start = max(0, self.position - 40)
        part = self.text[start : self.position + 40].replace("\n", " ").replace("\t", " ")
        return f"{part}\n{' ' * (self.position - start)}^"


class FeelSyntaxError(FeelError):
    """The text is not an expression."""


class FeelNameError(FeelError):
    """A name, field or function is not known."""


class FeelTypeError(FeelError):
    """Two values of kinds that do not go together, or a value of the wrong kind."""


class FeelValueError(FeelError):
    """The kinds are right, but there is no result: division by zero, no such date, out of range."""


class FeelLimitError(FeelError):
    """The expression was stopped: too long, too deep, too much work, too much data, too slow."""


@dataclass(frozen=True, slots=True)
class Note:
    """Why a value is null: kept when an error is not raised."""

    message: str
    position: int | None = None


def shorten(text: str, length: int = 80) -> str:
    """The text on one line, cut to `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def did_you_mean(word: str, known: list[str]) -> str:
    """A hint naming the nearest known word, or an empty text."""
    # Loaded here because difflib is only wanted once something has gone wrong.
    from difflib import get_close_matches

    # Comparing is slow, so only names of about the same length are compared, and not too many of them.
    alike = [name for name in known if abs(len(name) - len(word)) <= 4][:300]
    near = get_close_matches(word[:60], alike, n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""
