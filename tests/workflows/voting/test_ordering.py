"""What a ranking comes to, worked out by hand and tried at random."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.voting.counting import APPROVED, ESCALATED, NO_QUORUM, REJECTED
from workflows.voting.ordering import ABOVE, BELOW, BY_THE_CHAIR, TIED, Place, Ranked, Room, in_order, settle


def ranked(*lists: str, weights: tuple[int, ...] = (), costs: dict[str, int] | None = None) -> list[Ranked]:
    """Cases a, b, c … in the order of each list; the first list is that of whoever leads."""
    names = sorted({name for one in lists for name in one})
    weights = weights or (1,) * len(lists)
    return [
        Ranked(
            ord(name),
            tuple(
                Place(one.index(name) + 1, len(one), weight, is_chair=number == 0)
                for number, (one, weight) in enumerate(zip(lists, weights, strict=True))
                if name in one
            ),
            cost=Decimal((costs or {}).get(name, 0)),
        )
        for name in names
    ]


def order(cases: list[Ranked]) -> str:
    return " ".join("".join(chr(case.id) for case in tied) for tied in in_order(cases))


def approved(cases: list[Ranked], room: Room, tie: str = "reject") -> str:
    return "".join(chr(one) for one, result in settle(cases, room, tie).items() if result.outcome == APPROVED)


def test_the_average_place_decides() -> None:
    assert order(ranked("abc", "acb", "bac")) == "a b c"
    assert order(ranked("ab", "ba")) == "ab"
    assert order(ranked("ab", "ba", weights=(2, 1))) == "a b"


def test_whoever_is_recused_from_a_case_neither_helps_nor_harms_it() -> None:
    # The second member must not rank b, and puts the others as the first one does
    cases = ranked("abcd", "acd")
    assert order(cases) == "a b c d"
    assert cases[0].average == Fraction(1, 2) * (Fraction(1, 8) + Fraction(1, 6))


def test_the_first_that_does_not_fit_draws_the_line() -> None:
    cases = ranked("abcd", costs={"a": 50, "b": 60, "c": 10, "d": 10})
    assert approved(cases, Room(cases=2)) == "ab"
    assert approved(cases, Room(money=Decimal(100))) == "a", "c would fit, but stands behind b"
    assert approved(cases, Room(cases=3, money=Decimal(200))) == "abc"
    assert approved(cases, Room(cases=0)) == ""
    assert approved(cases, Room()) == "abcd"
    results = settle(cases, Room(cases=2), "reject")
    assert [(result.outcome, result.because) for result in results.values()] == [
        (APPROVED, ABOVE),
        (APPROVED, ABOVE),
        (REJECTED, BELOW),
        (REJECTED, BELOW),
    ]


@pytest.mark.parametrize(
    ("tie", "outcomes", "because"),
    [
        ("reject", [REJECTED, REJECTED], TIED),
        ("approve", [APPROVED, APPROVED], TIED),
        ("escalate", [ESCALATED, ESCALATED], TIED),
        ("chair", [APPROVED, REJECTED], BY_THE_CHAIR),
    ],
)
def test_a_tie_at_the_line_is_decided_by_its_rule(tie: str, outcomes: list[str], because: str) -> None:
    results = settle(ranked("abcd", "acbd"), Room(cases=2), tie)
    assert [results[ord(name)].outcome for name in "bc"] == outcomes
    assert {results[ord(name)].because for name in "bc"} == {because}
    assert (results[ord("a")].outcome, results[ord("d")].outcome) == (APPROVED, REJECTED)


def test_a_tie_above_the_line_is_none() -> None:
    assert approved(ranked("abc", "bac"), Room(cases=2)) == "ab"


@pytest.mark.parametrize("tie", ["reject", "approve", "escalate", "chair"])
def test_a_tie_below_the_line_is_none(tie: str) -> None:
    results = settle(ranked("abc", "acb"), Room(cases=1), tie)
    assert [results[ord(name)].because for name in "abc"] == [ABOVE, BELOW, BELOW]


def test_what_the_chair_has_not_ranked_stands_behind_at_a_tie() -> None:
    cases = [Ranked(1, (Place(1, 1, is_chair=True),)), Ranked(2, (Place(1, 1),)), Ranked(3, (Place(1, 1),))]
    results = settle(cases, Room(cases=2), "chair")
    assert [results[one].outcome for one in (1, 2, 3)] == [APPROVED, REJECTED, REJECTED]


def test_what_too_few_have_ranked_is_not_decided_and_takes_no_room() -> None:
    cases = [Ranked(1, ()), Ranked(2, (Place(1, 2),), needed=2), Ranked(3, (Place(2, 2), Place(1, 1)), needed=2)]
    results = settle(cases, Room(cases=1), "reject")
    assert [results[one].outcome for one in (1, 2, 3)] == [NO_QUORUM, NO_QUORUM, APPROVED]


beginnings = st.tuples(st.permutations("abcde"), st.integers(1, 5)).map(lambda drawn: "".join(drawn[0][: drawn[1]]))
lists = st.lists(beginnings, min_size=1, max_size=5)


@given(lists, st.integers(0, 6), st.sampled_from(["reject", "approve", "escalate", "chair"]), st.randoms())
def test_it_holds_for_every_ranking(given_lists: list[str], room: int, tie: str, chance: object) -> None:
    cases = ranked(*given_lists)
    results = settle(cases, Room(cases=room), tie)
    # Everything is decided, whatever the order it is given in
    shuffled = sorted(cases, key=lambda _case: chance.random())  # type: ignore[attr-defined]
    assert settle(shuffled, Room(cases=room), tie) == results
    assert results.keys() == {case.id for case in cases}
    # Not more than there is room for, unless a tie is to be approved
    won = [case for case in cases if results[case.id].outcome == APPROVED]
    assert len(won) <= room or tie == "approve"
    # And nobody who stands better is passed over for somebody who stands worse.
    lost = [case for case in cases if results[case.id].outcome == REJECTED]
    assert all(one.average <= other.average for one in won for other in lost)
