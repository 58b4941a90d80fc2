"""What a ranking comes to: pure rules over the orders in which members have put the cases, without a database.

A case stands where its members put it on average, each counted by the share of their own list and by the weight of
their vote: so whoever is recused from some cases neither helps nor harms the others. From the best down as many are
approved as there is room for; the first that does not fit draws the line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from workflows.voting.counting import APPROVED, ESCALATED, NO_QUORUM, REJECTED, Result

ABOVE, BELOW = "above the line", "below the line"
TIED, BY_THE_CHAIR = "tied at the line", "tied at the line, by the chair"


@dataclass(frozen=True)
class Place:
    """Where one member has put a case: the `position` (from 1) among `of` cases, by the weight of their vote."""

    position: int
    of: int
    weight: int = 1
    is_chair: bool = False

    @property
    def share(self) -> Fraction:
        """How far down their list it is, from 0 to 1."""
        return Fraction(2 * self.position - 1, 2 * self.of)


@dataclass(frozen=True)
class Ranked:
    """A case: where its members have put it, how many have to have done so, and what it costs."""

    id: int
    places: tuple[Place, ...]
    needed: int = 1
    cost: Decimal = Decimal(0)

    @property
    def is_ranked(self) -> bool:
        """Whether enough of its members have put it somewhere."""
        return len(self.places) >= self.needed

    @property
    def average(self) -> Fraction:
        """How far down it is on average, from 0 (always the first of a very long list) to 1."""
        weight = sum(place.weight for place in self.places)
        return sum((place.share * place.weight for place in self.places), Fraction(0)) / weight

    @property
    def by_the_chair(self) -> Fraction:
        """How far down whoever leads has put it; last where they have not."""
        return next((place.share for place in self.places if place.is_chair), Fraction(2))


@dataclass(frozen=True)
class Room:
    """How many cases may be approved, and up to which sum; None is no limit."""

    cases: int | None = None
    money: Decimal | None = None

    def after(self, taken: Sequence[Ranked]) -> "Room | None":
        """What is left when these are approved too; None where they do not fit."""
        cases = None if self.cases is None else self.cases - len(taken)
        money = None if self.money is None else self.money - sum(one.cost for one in taken)
        return None if (cases or 0) < 0 or (money or 0) < 0 else Room(cases, money)


def in_order(cases: Iterable[Ranked]) -> list[list[Ranked]]:
    """The cases that are ranked, the best first; those that are tied together, by their id."""
    ranked = sorted((case for case in cases if case.is_ranked), key=lambda case: (case.average, case.id))
    return [list(tied) for _, tied in groupby(ranked, key=lambda case: case.average)]


def settle(cases: Sequence[Ranked], room: Room, tie: str) -> dict[int, Result]:
    """What each case comes to, by its id. The order in which the cases are given is no matter."""
    found = {case.id: Result(NO_QUORUM, "quorum") for case in cases if not case.is_ranked}
    left: Room | None = room
    for tied in in_order(cases):
        after = None if left is None else left.after(tied)
        if after is not None:
            found |= {case.id: Result(APPROVED, ABOVE) for case in tied}
        elif left is not None and len(tied) > 1 and any(left.after([case]) for case in tied):
            found |= dict(_at_the_line(tied, left, tie))
        else:
            found |= {case.id: Result(REJECTED, BELOW) for case in tied}
        left = after
    return found


def _at_the_line(tied: Sequence[Ranked], left: Room, tie: str) -> Iterator[tuple[int, Result]]:
    """What those come to who stand equal where there is not room for all of them."""
    if tie != "chair":
        outcome = {"approve": APPROVED, "escalate": ESCALATED}.get(tie, REJECTED)
        yield from ((case.id, Result(outcome, TIED)) for case in tied)
        return
    room: Room | None = left
    for _, equal in groupby(sorted(tied, key=lambda case: case.by_the_chair), key=lambda case: case.by_the_chair):
        group = list(equal)
        room = None if room is None else room.after(group)
        yield from ((case.id, Result(REJECTED if room is None else APPROVED, BY_THE_CHAIR)) for case in group)
