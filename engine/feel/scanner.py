"""Text to tokens, in one pass and without regular expressions, so that no text can make it slow."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError

_OPEN_QUOTES = '"“„”'
_CLOSING = {'"': '"', "“": '”“"', "„": '“”"', "”": '”"'}
_LONG_MARKS = ("**", "<=", ">=", "!=", "->", "..")
_MARKS = frozenset("-+*/=<>()[]{},.:@'!")
_EXPLAINED = {
    "&": 'Write "and".',
    "|": 'Write "or".',
    "≥": "Write >= for 'at least'.",
    "≤": "Write <= for 'at most'.",
    "≠": "Write != for 'is not'.",
    "%": "Write a percentage as a number, for example 0.05.",
    "‘": 'Put text between double quotation marks: "...".',
    "’": 'Put text between double quotation marks: "...".',
    ";": "Leave it out: an expression has no end mark.",
}
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, string, word, mark or end. `text` is the source, for a string its content."""

    kind: str
    text: str
    start: int
    end: int

    def is_mark(self, *marks: str) -> bool:
        return self.kind == "mark" and self.text in marks

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text in words


def scan(text: str) -> list[Token]:
    """All tokens, the last one of kind "end". Raises FeelSyntaxError."""
    tokens: list[Token] = []
    at = skip_blank(text, 0)
    while at < len(text):
        token = _read(text, at)
        tokens.append(token)
        at = skip_blank(text, token.end)
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def skip_blank(text: str, at: int) -> int:
    """The offset of the next character that is neither blank nor inside of a comment."""
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise FeelSyntaxError("This comment has no end.", position=at, text=text, hint="Close it with */.")
            at = end + 2
        else:
            break
    return at


def _read(text: str, at: int) -> Token:
    first = text[at]
    if "0" <= first <= "9" or (first == "." and "0" <= text[at + 1 : at + 2] <= "9"):
        return _read_number(text, at)
    if first in _OPEN_QUOTES:
        return _read_string(text, at)
    if starts_word(first):
        return _read_word(text, at)
    if text[at : at + 2] in _LONG_MARKS:
        return Token("mark", text[at : at + 2], at, at + 2)
    if first in _MARKS:
        return Token("mark", first, at, at + 1)
    shown = first if first.isprintable() else f"\\u{ord(first):04x}"
    raise FeelSyntaxError(
        f"'{shown}' has no meaning here.", position=at, text=text, hint=_EXPLAINED.get(first, "Leave it out.")
    )


def _digits(text: str, at: int) -> int:
    while at < len(text) and "0" <= text[at] <= "9":
        at += 1
    return at


def _read_number(text: str, start: int) -> Token:
    at = _digits(text, start)
    if text[at : at + 1] == "." and text[at : at + 2] != ".." and _digits(text, at + 1) > at + 1:
        at = _digits(text, at + 1)
    if text[at : at + 1] in ("e", "E"):
        signed = at + 2 if text[at + 1 : at + 2] in ("+", "-") else at + 1
        if _digits(text, signed) > signed:
            at = _digits(text, signed)
    return Token("number", text[start:at], start, at)


def _read_string(text: str, start: int) -> Token:
    closing = _CLOSING[text[start]]
    parts: list[str] = []
    at = start + 1
    while at < len(text) and text[at] not in closing:
        if text[at] == "\\":
            part, at = _read_escape(text, at)
            parts.append(part)
        else:
            parts.append(text[at])
            at += 1
    if at >= len(text):
        raise FeelSyntaxError(
            "This text has no closing quotation mark.", position=start, text=text, hint='Add a " where it ends.'
        )
    return Token("string", _join_surrogates("".join(parts)), start, at + 1)


def _read_escape(text: str, at: int) -> tuple[str, int]:
    letter = text[at + 1 : at + 2]
    length = {"u": 4, "U": 6}.get(letter)
    if length is not None:
        digits = text[at + 2 : at + 2 + length]
        if len(digits) == length and all(digit in "0123456789abcdefABCDEF" for digit in digits):
            return chr(min(int(digits, 16), 0x10FFFF)), at + 2 + length
    return _ESCAPES.get(letter, "\\" + letter), at + 1 + len(letter)


def _join_surrogates(text: str) -> str:
    r"""Two \u escapes may write one character outside of the basic plane; a lone half becomes the replacement mark."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def starts_word(character: str) -> bool:
    return character.isalpha() or character in "_?" or character > "\uffff"


def continues_word(character: str) -> bool:
    return character.isalnum() or character == "_" or character > "\uffff"


def _read_word(text: str, start: int) -> Token:
    at = start + 1
    if text[start] != "?":
        while at < len(text) and continues_word(text[at]):
            at += 1
    return Token("word", text[start:at], start, at)
