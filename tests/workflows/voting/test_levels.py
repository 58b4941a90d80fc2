"""Committees with levels: a grade or a sum says which part of them decides."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, Rejection
from tests.workflows.routing.cast import TODAY
from tests.workflows.voting.electing import Case, vote_step
from tests.workflows.voting.test_checking import refused
from workflows.people.committees import CHAIR, add_level, give_seat, levels_of
from workflows.voting.models import Vote


def test_the_level_of_the_case_says_which_part_decides(company: Session) -> None:
    # Given a committee with a level for what is up to G5, and one up to G7
    for up_to, who in (("G7", "rita"), ("G5", "hugo")):
        part = add_level(company, "promotions", up_to)
        give_seat(company, part.id, who, role=CHAIR, day=TODAY)
    assert [one.up_to for one in levels_of(company, "promotions")] == ["G5", "G7"]
    # When
    step = vote_step("majority", actorLevel="new_grade")
    opened = {grade: Case(company, step, new_grade=grade).open() for grade in ("G4", "G5", "G6", "G8", "soon")}
    # Then
    whole = ["mara", "rita", "lena", "omar", "hugo"]
    assert opened == {"G4": ["hugo"], "G5": ["hugo"], "G6": ["rita"], "G8": whole, "soon": whole}
    # And who is new in a level has a vote in what is before it.
    vote = company.scalars(select(Vote).order_by(Vote.id)).first()
    assert vote is not None
    assert vote.committee == "promotions-up-to-g5"


def test_numbers_are_levels_too(company: Session) -> None:
    part = add_level(company, "promotions", "10000")
    give_seat(company, part.id, "hugo", role=CHAIR, day=TODAY)
    step = vote_step("majority", actorLevel="cost")
    assert Case(company, step, cost=10000).open() == ["hugo"]
    assert len(Case(company, step, cost=10001).open()) == 5


def test_what_is_no_level_is_refused(company: Session) -> None:
    with pytest.raises(Rejection, match="is no level"):
        add_level(company, "promotions", "high")
    part = add_level(company, "promotions", "G5")
    with pytest.raises(Rejection, match="all grades, or all numbers"):
        add_level(company, "promotions", "100")
    with pytest.raises(Rejection, match="no levels of its own"):
        add_level(company, part.id, "G4")
    with pytest.raises(Conflict):
        add_level(company, "promotions", "g5")


def test_a_level_without_seats_stands_against_publishing(company: Session) -> None:
    add_level(company, "promotions", "G5")
    said = refused(company, vote_step("majority", actorLevel="new_grade"))
    assert "Nobody has a seat in the committee “Promotions, up to G5”." in said
    assert "Only a committee has levels." in refused(company, vote_step("all", "all managers", "", actorLevel="x"))
