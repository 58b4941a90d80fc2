"""Names as they are looked for: without case and accents, so that “sondergaard” finds Søndergaard."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, func

_OTHERS = {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ß": "s", "æ": "a", "œ": "o", "þ": "t", "ı": "i", "ħ": "h", "ŋ": "n"}


def _letters() -> dict[str, str]:
    """Latin letters with a mark, small and capital, each with the one letter that stands for it."""
    found = dict(_OTHERS)
    for code in range(0xC0, 0x250):
        bare = unicodedata.normalize("NFKD", chr(code))[0].lower()
        if bare.isascii() and bare.isalpha():
            found[chr(code)] = bare
    return found | {letter.upper(): bare for letter, bare in _OTHERS.items() if len(letter.upper()) == 1}


_LETTERS = _letters()
_MARKED, _BARE = "".join(_LETTERS), "".join(_LETTERS.values())
_TABLE = str.maketrans(_LETTERS)


def plain(text: str) -> str:
    """A text in small letters without accents, as long as it was: one letter for each."""
    return unicodedata.normalize("NFC", text).translate(_TABLE).lower()


def plain_column(column: Any) -> ColumnElement[str]:
    """The same of a column, in the database."""
    return func.lower(func.translate(column, _MARKED, _BARE))


def names_like(column: Any, search: str) -> ColumnElement[bool]:
    """The condition that a name contains what is looked for, whatever its case and accents."""
    return plain_column(column).contains(plain(search), autoescape=True)
