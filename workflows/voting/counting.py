"""What a vote comes to: pure rules over a list of votes, without a database.

A vote is settled as soon as nothing that can still be voted changes what it comes to. That is found by five
completions: everybody who has not voted yet approves, rejects, abstains, is recused, or stays away. Whatever else they
may do lies between these (`tests/workflows/voting/test_counting.py` tries all of it).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

APPROVE, REJECT, ABSTAIN = "approve", "reject", "abstain"
CHOICES = (APPROVE, REJECT, ABSTAIN)
RECUSED = "recused"
AWAY = "away"

APPROVED, REJECTED, ESCALATED, NO_QUORUM = "approve", "reject", "escalate", "no quorum"
OUTCOMES = (APPROVED, REJECTED, ESCALATED, NO_QUORUM)
"""What a vote can come to, as the process knows it: the first two as the answer of one person who approves."""

TIES = ("chair", "reject", "approve", "escalate")
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Amount:
    """So many: a number, or a share from 0 to 1 of those who count."""

    number: int | None = None
    share: Fraction | None = None

    def of(self, all_of_them: int) -> int:
        """The smallest whole number of so many that is enough."""
        return self.number if self.number is not None else ceil((self.share or Fraction(0)) * all_of_them)


@dataclass(frozen=True)
class Rules:
    """How a vote is decided.

    `needs` is what must approve: weight of votes, or with `needs` None more than half. `of_members` counts that of all
    who are called, otherwise of those who approve or reject. `quorum` is how many have to vote at all, abstaining
    included. With `keeps_quorum` recusals do not make the quorum smaller. With `chair_decides` the others only advise.
    """

    needs: Amount | None = None
    of_members: bool = False
    quorum: Amount | None = None
    keeps_quorum: bool = False
    tie: str = "reject"
    chair_decides: bool = False


@dataclass(frozen=True)
class Seat:
    """Somebody with a vote: how much it weighs, what they voted (None: nothing yet), whether they lead or can veto."""

    weight: int = 1
    vote: str | None = None
    is_chair: bool = False
    has_veto: bool = False

    @property
    def counts(self) -> bool:
        """Whether they are called: a recused member is not."""
        return self.vote != RECUSED


@dataclass(frozen=True)
class Tally:
    """The votes counted: by weight for and against, by heads who abstains, has voted, is called, is recused."""

    approving: int
    rejecting: int
    abstaining: int
    voted: int
    called: int
    recused: int


@dataclass(frozen=True)
class Result:
    """What a vote comes to, `outcome` of OUTCOMES, and why, as the rule that decided."""

    outcome: str
    because: str


def count(seats: Sequence[Seat]) -> Tally:
    """The votes of these seats, counted."""

    def weigh(choice: str) -> int:
        return sum(seat.weight for seat in seats if seat.vote == choice)

    return Tally(
        approving=weigh(APPROVE),
        rejecting=weigh(REJECT),
        abstaining=sum(seat.vote == ABSTAIN for seat in seats),
        voted=sum(seat.vote in CHOICES for seat in seats),
        called=sum(seat.counts for seat in seats),
        recused=sum(not seat.counts for seat in seats),
    )


def find_result(seats: Sequence[Seat], rules: Rules) -> Result | None:
    """What the vote comes to whatever is still voted; None while that is open. The order of the seats is no matter."""
    results = {_close(_complete(seats, act), rules).outcome for act in (*CHOICES, RECUSED, AWAY)}
    return _close(seats, rules) if len(results) == 1 else None


def close(seats: Sequence[Seat], rules: Rules) -> Result:
    """What the vote comes to when it ends now: who has not voted stays away."""
    return _close(_complete(seats, AWAY), rules)


def needed_to_vote(seats: Sequence[Seat], quorum: Amount | None, *, keeps: bool) -> int:
    """How many have to vote, at least one. Where recusals count, nobody is waited for who is recused."""
    called = sum(seat.counts for seat in seats)
    if quorum is None:
        return 1
    needed = quorum.of(len(seats) if keeps else called)
    return max(1, needed if keeps else min(needed, called))


def needed_to_approve(seats: Sequence[Seat], rules: Rules) -> int:
    """The weight that has to approve for the vote to be won, as far as it is known now."""
    tally = count(seats)
    called = sum(seat.weight for seat in seats if seat.counts)
    base = called if rules.of_members else tally.approving + tally.rejecting
    if rules.needs is None:
        return base // 2 + 1
    return max(1, min(rules.needs.of(base), called))


def _complete(seats: Sequence[Seat], act: str) -> list[Seat]:
    return [replace(seat, vote=act) if seat.vote is None else seat for seat in seats]


def _close(seats: Sequence[Seat], rules: Rules) -> Result:
    if any(seat.has_veto and seat.vote == REJECT for seat in seats):
        return Result(REJECTED, "veto")
    if rules.chair_decides:
        return _as_the_chair_says(seats)
    tally = count(seats)
    if tally.voted < needed_to_vote(seats, rules.quorum, keeps=rules.keeps_quorum):
        return Result(NO_QUORUM, "quorum")
    if _is_tied(seats, tally, rules):
        return _break_tie(seats, rules.tie)
    approved = tally.approving >= needed_to_approve(seats, rules)
    return Result(APPROVED if approved else REJECTED, "votes")


def _as_the_chair_says(seats: Sequence[Seat]) -> Result:
    said = next((seat.vote for seat in seats if seat.is_chair), None)
    if said in (APPROVE, REJECT):
        return Result(APPROVED if said == APPROVE else REJECTED, "chair")
    return Result(ESCALATED, "no chair")


def _is_tied(seats: Sequence[Seat], tally: Tally, rules: Rules) -> bool:
    """Whether as many are for it as against it, where more than half must be; those who might have voted count too."""
    if rules.needs is not None or tally.approving != tally.rejecting:
        return False
    called = sum(seat.weight for seat in seats if seat.counts)
    return not rules.of_members or tally.approving + tally.rejecting == called


def _break_tie(seats: Sequence[Seat], rule: str) -> Result:
    if rule == "chair":
        chair = next((seat.vote for seat in seats if seat.is_chair), None)
        return Result(APPROVED if chair == APPROVE else REJECTED, "tie broken by the chair")
    outcome = {"approve": APPROVED, "escalate": ESCALATED}.get(rule, REJECTED)
    return Result(outcome, "tie")
