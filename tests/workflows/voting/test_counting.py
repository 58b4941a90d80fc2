"""What always holds of a vote, whatever its rules and whoever votes in which order."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.voting.counting import (
    ABSTAIN,
    APPROVE,
    APPROVED,
    AWAY,
    CHOICES,
    ESCALATED,
    NO_QUORUM,
    RECUSED,
    REJECT,
    REJECTED,
    TIES,
    Amount,
    Rules,
    Seat,
    close,
    find_result,
    needed_to_vote,
)

MOST = 4

amounts = st.one_of(
    st.none(),
    st.integers(1, MOST + 1).map(lambda number: Amount(number=number)),
    st.fractions(0, 1, max_denominator=4).map(lambda share: Amount(share=share)),
)
rules = st.builds(
    Rules,
    needs=amounts,
    of_members=st.booleans(),
    quorum=amounts,
    keeps_quorum=st.booleans(),
    tie=st.sampled_from(TIES),
    chair_decides=st.booleans(),
)


@st.composite
def boards(draw: st.DrawFn) -> list[Seat]:
    """Up to four seats, the first of which may lead; some have voted, some are recused, some not heard of yet."""
    votes = draw(st.lists(st.sampled_from([None, None, *CHOICES, RECUSED]), min_size=1, max_size=MOST))
    weights = [draw(st.integers(1, 3)) for _ in votes]
    veto = draw(st.sampled_from([None, *range(len(votes))]))
    has_chair = draw(st.booleans())
    return [Seat(weights[n], vote, is_chair=has_chair and n == 0, has_veto=n == veto) for n, vote in enumerate(votes)]


def completions(seats: list[Seat]) -> Iterator[list[Seat]]:
    """Everything that those who have not voted may still do."""
    silent = [n for n, seat in enumerate(seats) if seat.vote is None]
    for acts in product((*CHOICES, RECUSED, AWAY), repeat=len(silent)):
        done = list(seats)
        for n, act in zip(silent, acts, strict=True):
            done[n] = replace(done[n], vote=act)
        yield done


@settings(max_examples=400)
@given(boards(), rules)
def test_a_vote_is_settled_exactly_when_no_completion_comes_to_anything_else(seats: list[Seat], rule: Rules) -> None:
    possible = {close(done, rule).outcome for done in completions(seats)}
    settled = find_result(seats, rule)
    assert (settled is not None) == (len(possible) == 1)
    if settled is not None:
        assert {settled.outcome} == possible


@given(boards(), rules, st.randoms())
def test_the_order_of_the_votes_is_no_matter(seats: list[Seat], rule: Rules, chance: Random) -> None:
    shuffled = list(seats)
    chance.shuffle(shuffled)
    assert find_result(shuffled, rule) == find_result(seats, rule)
    assert close(shuffled, rule) == close(seats, rule)


@given(boards(), rules, st.randoms())
def test_once_settled_it_stays_settled_however_the_rest_arrives(seats: list[Seat], rule: Rules, chance: Random) -> None:
    silent = [n for n, seat in enumerate(seats) if seat.vote is None]
    chance.shuffle(silent)
    settled = find_result(seats, rule)
    for n in silent:
        seats[n] = replace(seats[n], vote=chance.choice((*CHOICES, RECUSED)))
        now = find_result(seats, rule)
        assert settled is None or (now is not None and now.outcome == settled.outcome)
        settled = now
    assert settled is not None, "who has all the votes knows the result"


@given(boards(), rules)
def test_an_approval_in_place_of_a_rejection_never_loses_a_vote(seats: list[Seat], rule: Rules) -> None:
    better = [replace(seat, vote=APPROVE) if seat.vote == REJECT else seat for seat in seats]
    if close(seats, rule).outcome == APPROVED:
        assert close(better, rule).outcome == APPROVED


@given(boards(), amounts)
def test_a_recusal_never_makes_a_quorum_harder_and_never_easier_where_it_is_kept(
    seats: list[Seat], quorum: Amount | None
) -> None:
    seats = [replace(seat, vote=None) for seat in seats]
    recused = [replace(seats[0], vote=RECUSED), *seats[1:]]
    assert needed_to_vote(recused, quorum, keeps=False) <= needed_to_vote(seats, quorum, keeps=False)
    assert needed_to_vote(recused, quorum, keeps=True) == needed_to_vote(seats, quorum, keeps=True)


def votes(*chosen: str | None, **of_the_first: Any) -> list[Seat]:
    """Seats with these votes; what is said besides is true of the first."""
    first, *others = [Seat(vote=vote) for vote in chosen]
    return [replace(first, **of_the_first), *others]


def outcome(seats: list[Seat], **rule: Any) -> str | None:
    found = find_result(seats, Rules(**rule))
    return found.outcome if found else None


def test_a_majority_of_five_is_reached_with_three_and_not_waited_for() -> None:
    assert outcome(votes(APPROVE, APPROVE, None, None, None)) is None
    assert outcome(votes(APPROVE, APPROVE, APPROVE, None, None)) == APPROVED
    assert outcome(votes(REJECT, REJECT, REJECT, None, None)) == REJECTED


def test_a_won_vote_still_waits_for_its_quorum() -> None:
    three = votes(APPROVE, APPROVE, APPROVE, None, None)
    assert outcome(three, quorum=Amount(number=4)) is None
    assert outcome(three, quorum=Amount(number=3)) == APPROVED


def test_everybody_has_to_agree_so_one_rejection_is_enough() -> None:
    assert outcome(votes(APPROVE, REJECT, None), needs=Amount(share=Fraction(1)), of_members=True) == REJECTED
    assert outcome(votes(APPROVE, APPROVE, None), needs=Amount(share=Fraction(1)), of_members=True) is None


def test_a_veto_ends_it_before_any_quorum() -> None:
    assert outcome(votes(REJECT, None, None, None, has_veto=True), quorum=Amount(number=4)) == REJECTED


def test_a_tie_is_broken_as_the_rules_say() -> None:
    tied = votes(APPROVE, REJECT, ABSTAIN, is_chair=True)
    assert outcome(tied, tie="chair") == APPROVED
    assert outcome(tied, tie="reject") == REJECTED
    assert outcome(tied, tie="approve") == APPROVED
    assert outcome(tied, tie="escalate") == ESCALATED


def test_recusals_lose_a_quorum_only_where_it_is_kept() -> None:
    board = votes(RECUSED, RECUSED, None, None)
    assert outcome(board, quorum=Amount(number=3), keeps_quorum=True) == NO_QUORUM
    assert outcome(board, quorum=Amount(number=3)) is None
    assert outcome(votes(RECUSED, RECUSED, APPROVE, APPROVE), quorum=Amount(number=3)) == APPROVED


def test_a_heavy_vote_outweighs_two_light_ones() -> None:
    assert outcome(votes(APPROVE, REJECT, REJECT, weight=3)) == APPROVED


def test_where_the_chair_decides_the_others_advise() -> None:
    assert outcome(votes(None, REJECT, REJECT, is_chair=True), chair_decides=True) is None
    assert outcome(votes(APPROVE, REJECT, None, is_chair=True), chair_decides=True) == APPROVED
    assert outcome(votes(RECUSED, APPROVE, None, is_chair=True), chair_decides=True) == ESCALATED
