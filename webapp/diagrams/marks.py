"""What a picture says about an element beside its name."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of one element for the person who looks.

    `here`: the case they look at is at this element. `done`: it has been passed (also for sequence flows).
    `waiting`: cases that wait there, late ones included; `late`: those of them that are overdue.
    """

    here: bool = False
    done: bool = False
    waiting: int = 0
    late: int = 0

    def words(self) -> str:
        """The mark as a phrase, "" when there is nothing to say."""
        said = [word for word, true in (("you are here", self.here), ("done", self.done and not self.here)) if true]
        if self.waiting:
            said.append(f"{self.waiting} waiting")
        if self.late:
            said.append(f"{self.late} late")
        return ", ".join(said)


HEAT_LEVELS = 4


def measure_heat(mark: Mark, busiest: int) -> int:
    """How busy an element is, from 0 (nobody waits) to `HEAT_LEVELS` (as many as at the busiest element)."""
    if not mark.waiting or not busiest:
        return 0
    return max(1, -(-mark.waiting * HEAT_LEVELS // busiest))


def find_busiest(marks: Iterable[Mark]) -> int:
    """The largest number of cases that wait at one element."""
    return max((mark.waiting for mark in marks), default=0)
