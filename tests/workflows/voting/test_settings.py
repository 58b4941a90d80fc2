"""What a diagram may say about a vote, and what is said against the rest before it is published."""

from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from engine.errors import InvalidDiagram
from tests.workflows.routing.cast import user_step
from tests.workflows.routing.diagrams import publish
from tests.workflows.voting.electing import vote_step
from workflows.voting.counting import Amount
from workflows.voting.settings import PATTERNS, find_vote_problem, read_amount, read_settings
from workflows.voting.words import describe_rules


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_can_be_dropped_in_as_it_is_and_says_its_rules(name: str) -> None:
    room = {"voteCapacity": "5"} if PATTERNS[name].ranks else {}
    settings = {"vote": name, "due": "P5D", **room}

    assert find_vote_problem(settings) is None
    rules = describe_rules(read_settings(settings))
    assert all(rule.endswith(".") for rule in rules)
    assert len(rules) == len(set(rules)) >= 2


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3", Amount(number=3)),
        ("60%", Amount(share=Fraction(3, 5))),
        (" 2/3 ", Amount(share=Fraction(2, 3))),
        ("0", None),
        ("120%", None),
        ("1/0", None),
        ("most", None),
    ],
)
def test_amounts_are_numbers_or_shares(text: str, amount: Amount | None) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"vote": "acclaim"}, "is no way to vote"),
        ({"vote": "majority", "voteQuorum": "most"}, "does not say how many"),
        ({"vote": "majority", "voteTie": "coin"}, "Choose one of: reject, approve, chair, escalate"),
        ({"vote": "majority", "voteChairWeight": "heavy"}, "is no weight of a vote"),
        ({"vote": "majority", "form": "approval"}, "has a ballot, not a form"),
        ({"vote": "majority", "voteEnds": "due"}, "has none. Say when it is due"),
        ({"vote": "ladder"}, "has none. Say when it is due"),
    ],
)
def test_what_a_vote_cannot_be_is_said_in_words(said: dict[str, str], problem: str) -> None:
    assert problem in (find_vote_problem(said) or "")


def test_one_person_does_not_vote_and_a_committee_does_nothing_else(company: Session) -> None:
    with pytest.raises(InvalidDiagram, match="a vote needs several"):
        publish(company, vote_step("majority", "manager", ""))
    with pytest.raises(InvalidDiagram, match="Choose how they vote"):
        publish(company, user_step("decide", "committee", "promotions"))
