"""What a picture says about an element beside its name."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of one element for the person who looks.

    `here`: the case they look at is at this element. `done`: it has been passed (also for sequence flows).
    `waiting`: cases that wait there, late ones included; `late`: those of them that are overdue. `note` is a figure of
    another kind, such as “6 days”. The colour goes by `weight`, or by `waiting` where it is None.
    """

    here: bool = False
    done: bool = False
    waiting: int = 0
    late: int = 0
    note: str = ""
    weight: int | None = None
    changed: bool = False

    @property
    def heat(self) -> int:
        """What the colour of the element goes by."""
        return self.waiting if self.weight is None else self.weight

    def words(self) -> str:
        """The mark as a phrase, "" when there is nothing to say."""
        said = [word for word, true in (("you are here", self.here), ("done", self.done and not self.here)) if true]
        if self.waiting:
            said.append(f"{self.waiting} waiting")
        if self.late:
            said.append(f"{self.late} late")
        if self.note:
            said.append(self.note)
        return ", ".join(said)


HEAT_LEVELS = 4


def measure_heat(mark: Mark, busiest: int) -> int:
    """How hot an element is, from 0 (nobody waits) to `HEAT_LEVELS` (as much as at the hottest element)."""
    if not mark.heat or not busiest:
        return 0
    return max(1, -(-mark.heat * HEAT_LEVELS // busiest))


def find_busiest(marks: Iterable[Mark]) -> int:
    """The most that any element has, of what the colour goes by: for instance of cases that wait there."""
    return max((mark.heat for mark in marks), default=0)
