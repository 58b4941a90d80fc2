"""The budget of one evaluation. Kept without threads or signals, so it holds in any process."""

from __future__ import annotations

import time
from dataclasses import dataclass

from engine.feel.errors import FeelLimitError

_STEPS_BETWEEN_LOOKS = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one expression may cost.

    `seconds` is processor time of the thread, so that the answer is the same on a busy machine. `items` is the length
    of one list, `characters` of one text, `calls` the depth of functions that call functions, `nesting` the depth of
    brackets in the source.
    """

    source_length: int = 8_000
    nesting: int = 60
    steps: int = 100_000
    seconds: float = 1.0
    items: int = 50_000
    characters: int = 200_000
    calls: int = 60


DEFAULT_LIMITS = Limits()


class Meter:
    """Counts down the budget. Whoever works on data calls `spend` in proportion, before the work."""

    __slots__ = ("calls", "deadline", "left", "limits", "look_below")

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or DEFAULT_LIMITS
        self.left = self.limits.steps
        self.look_below = self.left - _STEPS_BETWEEN_LOOKS
        self.deadline: float | None = None
        self.calls = 0

    def spend(self, steps: int = 1) -> None:
        """Take steps off the budget; look at the clock now and then."""
        self.left -= steps
        if self.left < self.look_below:
            if self.left < 0:
                raise FeelLimitError(
                    "This expression needs too many steps to work out.",
                    hint="Use shorter lists, or split it into several smaller rules.",
                )
            self.look_below = self.left - _STEPS_BETWEEN_LOOKS
            self.look_at_clock()

    def spend_text(self, length: int) -> None:
        """Charge for reading or writing a text of this length, and refuse one that is too long."""
        if length > self.limits.characters:
            raise FeelLimitError(
                f"This expression builds a text of more than {self.limits.characters} characters.",
                hint="Join fewer or shorter texts.",
            )
        self.spend(length >> 5)

    def spend_items(self, length: int) -> None:
        """Charge for copying a list of this length, and refuse one that is too long."""
        if length > self.limits.items:
            raise FeelLimitError(
                f"This expression builds a list of more than {self.limits.items} items.",
                hint="Filter the list before joining or counting it.",
            )
        self.spend(length >> 3)

    def look_at_clock(self) -> None:
        """Stop what takes too long, counted from the first look: most expressions end before it."""
        now = time.thread_time()
        if self.deadline is None:
            self.deadline = now + self.limits.seconds
        elif now > self.deadline:
            raise FeelLimitError(
                "This expression takes too long to work out.",
                hint="Use shorter lists or texts, or split it into several smaller rules.",
            )

    def enter_call(self) -> None:
        self.calls += 1
        if self.calls > self.limits.calls:
            raise FeelLimitError(
                "A function in this expression calls itself too many times.",
                hint="Make sure that it stops, or step through a list with 'for' instead.",
            )

    def leave_call(self) -> None:
        self.calls -= 1
