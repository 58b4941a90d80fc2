"""How much of a time people worked."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from tests.workflows.people.cast import bring_moves, bring_people, bring_units, cast, counted, person
from workflows.people.presence import shares_worked

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def company(session: Session) -> Session:
    bring_units(session)
    late = person("late", "ben", hire_date="2026-07-02")
    away = person("away", "ben", status="leave", leave_from="2026-10-20", leave_to="2026-12-01")
    assert bring_people(session, [*cast(), late, away], on=date(2026, 11, 22)).is_valid
    return session


def shares(session: Session, *people: str) -> dict[str, Decimal]:
    return shares_worked(session, people, FIRST, LAST)


@pytest.mark.parametrize(
    ("moves", "who", "days"),
    [
        ([], "late", 182),
        ([], "away", 43),
        ([("2026-12-01", "ann", "leave", "2026-12-10")], "ann", 10),
        ([("2026-12-01", "ann", "leave", "2027-03-10")], "ann", 31),
        ([("2026-12-01", "ann", "leave", "")], "ann", 31),
        ([("2026-11-23", "ann", "leave", "2026-11-24"), ("2026-12-30", "ann", "terminated", "")], "ann", 4),
    ],
)
def test_r10_leave_exit_and_the_time_before_the_hire_are_not_worked(
    company: Session, moves: list[tuple[str, str, str, str]], who: str, days: int
) -> None:
    if moves:
        assert bring_moves(company, *moves).is_valid

    expected = (Decimal(365 - days) / 365).quantize(Decimal("0.0001"))
    assert shares(company, who) == {who: expected}


def test_r10_whoever_worked_all_of_it_is_missing(company: Session) -> None:
    assert shares(company, "ann", "ben") == {}


def test_r10_many_people_cost_one_statement(company: Session) -> None:
    with counted(company) as sent:
        shares(company, "late", "away", "ann", "ben", "mara")

    assert len(sent) == 1
