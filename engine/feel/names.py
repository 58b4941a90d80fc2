"""Names of more than one word. FEEL names may hold spaces and operators, so the parser must know them beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.feel.errors import FeelSyntaxError
from engine.feel.scanner import Token, scan

_MOST_SUGGESTED = 50


def canonical(name: str) -> str:
    """The name with single spaces."""
    return " ".join(name.split())


def name_parts(name: str) -> tuple[str, ...]:
    """The tokens that the name is written with; empty where it cannot be written at all."""
    try:
        return tuple(token.text for token in scan(name)[:-1])
    except FeelSyntaxError:
        return ()


@dataclass(slots=True)
class _Branch:
    """What can follow the tokens so far, and the name that ends here, if one does."""

    below: dict[str, _Branch] = field(default_factory=dict)
    name: str | None = None


class Names:
    """Known names of several tokens, as a tree by token: finding one takes as many steps as it has tokens, however
    many names are known. `base` are names that are known besides.
    """

    __slots__ = ("_base", "_tree")

    def __init__(self, names: Iterable[str] = (), base: Names | None = None) -> None:
        self._base = base
        self._tree = _Branch()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        parts = name_parts(name)
        if len(parts) < 2:
            return
        branch = self._tree
        for part in parts:
            branch = branch.below.setdefault(part, _Branch())
        branch.name = canonical(name)

    def match(self, tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
        """(name, number of tokens) of the longest known name that starts at this token."""
        found = self._base.match(tokens, at) if self._base is not None else None
        own = self._match_own(tokens, at)
        return own if own is not None and (found is None or own[1] > found[1]) else found

    def _match_own(self, tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
        found, branch, length = None, self._tree, 0
        while tokens[at + length].kind not in ("string", "end"):
            following = branch.below.get(tokens[at + length].text)
            if following is None:
                break
            branch, length = following, length + 1
            if branch.name is not None:
                found = (branch.name, length)
        return found

    def starting_with(self, first: str) -> list[str]:
        """Some of the known names whose first token this is."""
        names = self._base.starting_with(first) if self._base is not None else []
        branch = self._tree.below.get(first)
        return names if branch is None else [*names, *_names_below(branch)][:_MOST_SUGGESTED]


def _names_below(branch: _Branch) -> Iterator[str]:
    waiting = [branch]
    while waiting:
        current = waiting.pop()
        if current.name is not None:
            yield current.name
        waiting += current.below.values()
