"""Text in a picture: SVG does not wrap lines, so lines are broken here by estimated width."""

from collections.abc import Iterator
from functools import lru_cache

FONT_SIZE = 12.0
LINE_HEIGHT = 14.4
ELLIPSIS = "\u2026"

# Widths in parts of the font size, those of a wide sans-serif face: whatever face a reader has, lines fit.
_NARROW, _WIDE, _CAPITAL, _REGULAR = 0.36, 0.93, 0.7, 0.6
_WIDTHS = dict.fromkeys("iljtfrI.,:;'|!()[] -/", _NARROW) | dict.fromkeys("mwMW@%&\u2026\u2014", _WIDE)


def _measure_character(character: str) -> float:
    # Letters of East Asian scripts fill the whole square.
    if character > "\u2e7f":
        return 1.0
    return _WIDTHS.get(character, _CAPITAL if character.isupper() else _REGULAR)


def measure(text: str) -> float:
    """The estimated width of `text` in one line."""
    return sum(map(_measure_character, text)) * FONT_SIZE


def _cut(word: str, width: float) -> Iterator[str]:
    """The word, or its pieces when it is wider than a line: behind hyphens where that is enough, else anywhere."""
    if measure(word) <= width:
        yield word
    elif "-" in word[:-1]:
        head, hyphen, tail = word.partition("-")
        yield from _cut(head + hyphen, width)
        yield from _cut(tail, width)
    else:
        yield from _cut_anywhere(word, width)


def _cut_anywhere(word: str, width: float) -> Iterator[str]:
    """Pieces of at least one character each."""
    piece = ""
    for character in word:
        if piece and measure(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece


def _end_early(line: str, width: float) -> str:
    while len(line) > 1 and measure(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip(" .,;") + ELLIPSIS


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, most: int) -> tuple[str, ...]:
    """`text` in at most `most` lines that fit `width`; what does not fit ends in an ellipsis.

    Line breaks of the text are kept. The text is not escaped.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for piece in (piece for word in paragraph.split() for piece in _cut(word, width)):
            if line and measure(f"{line} {piece}") > width:
                lines.append(line)
                line = piece
            else:
                line = f"{line} {piece}".lstrip()
        if line:
            lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], _end_early(lines[most - 1], width)]
    return tuple(lines)


def write_number(value: float) -> str:
    """A number as SVG wants it, to a hundredth, without a trailing zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
