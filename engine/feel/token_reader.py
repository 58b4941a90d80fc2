"""Walking over the tokens of an expression: looking, taking, complaining."""

from __future__ import annotations

from typing import NoReturn

from engine.feel.errors import FeelLimitError, FeelSyntaxError
from engine.feel.limits import DEFAULT_LIMITS, Limits
from engine.feel.names import Names, canonical
from engine.feel.scanner import Token, scan

_IN_NAMES = frozenset("'-+*/._")


class TokenReader:
    """The tokens of one text, a place among them, and the names of several words that are known."""

    def __init__(self, text: str, names: Names, limits: Limits | None = None) -> None:
        self.limits = limits or DEFAULT_LIMITS
        if len(text) > self.limits.source_length:
            raise FeelLimitError(
                f"This expression is too long ({len(text)} characters, at most {self.limits.source_length}).",
                hint="Split it into several smaller rules.",
            )
        self.text = text
        self.tokens = scan(text)
        self.at = 0
        self.known = self._given = names

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def after(self, steps: int = 1) -> Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def accept(self, mark: str) -> bool:
        if self.token.is_mark(mark):
            self.at += 1
            return True
        return False

    def accept_word(self, word: str) -> bool:
        if self.token.is_word(word):
            self.at += 1
            return True
        return False

    def expect(self, mark: str, where: str) -> None:
        if not self.accept(mark):
            self.fail(f"'{mark}' is missing {where}; here stands {self.shown()}.")

    def expect_word(self, word: str, where: str) -> None:
        if not self.accept_word(word):
            self.fail(f"'{word}' is missing {where}; here stands {self.shown()}.")

    def shown(self, token: Token | None = None) -> str:
        token = token or self.token
        return "the end" if token.kind == "end" else f"'{self.text[token.start : token.end][:40]}'"

    def fail(self, message: str, *, position: int | None = None, hint: str = "") -> NoReturn:
        place = self.token.start if position is None else position
        raise FeelSyntaxError(message, position=place, text=self.text, hint=hint)

    def learn(self, name: str) -> None:
        """Know a name that the expression itself brings in: a parameter, loop variable or context key."""
        if self.known is self._given:
            self.known = Names(base=self._given)
        self.known.add(name)

    def known_name(self) -> tuple[str, int] | None:
        """The longest known name of several words that starts here, with its number of tokens."""
        return self.known.match(self.tokens, self.at)

    def take_name(self) -> str:
        """A field name after a dot: a known name of several words, else the one word that stands here."""
        found = self.known_name()
        if found is None:
            return self.take().text
        self.at += found[1]
        return found[0]

    def new_name(self, *ends: str) -> str | None:
        """A name that is being introduced and runs up to one of the end tokens, which stays; None where it does not."""
        if self.token.kind != "word":
            return None
        first = at = self.at
        while self.tokens[at].text not in ends or self.tokens[at].kind not in ("mark", "word"):
            token = self.tokens[at]
            if token.kind not in ("word", "number") and not (token.kind == "mark" and token.text in _IN_NAMES):
                return None
            at += 1
        if at == first:
            return None
        self.at = at
        return canonical(self.text[self.tokens[first].start : self.tokens[at - 1].end])
