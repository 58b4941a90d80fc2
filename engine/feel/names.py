"""Names of more than one word. FEEL names may hold spaces and operators, so the parser must know them beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.feel.errors import FeelSyntaxError
from engine.feel.scanner import Token, scan


def canonical(name: str) -> str:
    """The name with single spaces."""
    return " ".join(name.split())


def name_parts(name: str) -> tuple[str, ...]:
    """The tokens that the name is written with; empty where it cannot be written at all."""
    try:
        return tuple(token.text for token in scan(name)[:-1])
    except FeelSyntaxError:
        return ()


class Names:
    """Known names of several tokens, found by their first token, the longest first."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        parts = name_parts(name)
        if len(parts) < 2:
            return
        same_start = self._by_first.setdefault(parts[0], [])
        entry = (parts, canonical(name))
        if entry not in same_start:
            same_start.append(entry)
            same_start.sort(key=lambda known: -len(known[0]))

    def copy(self) -> Names:
        other = Names()
        other._by_first = {first: list(entries) for first, entries in self._by_first.items()}
        return other

    def match(self, tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
        """(name, number of tokens) of the longest known name that starts at this token."""
        for parts, name in self._by_first.get(tokens[at].text, ()):
            if at + len(parts) <= len(tokens) and all(
                tokens[at + offset].text == part and tokens[at + offset].kind != "string"
                for offset, part in enumerate(parts)
            ):
                return name, len(parts)
        return None

    def starting_with(self, first: str) -> list[str]:
        return [name for _, name in self._by_first.get(first, ())]
