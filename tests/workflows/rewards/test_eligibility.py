"""The rules of proposals, as invariants."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rewards.eligibility import Candidate, NotEligible, months_after, work_out

TODAY = date(2026, 11, 22)
MONEY = st.decimals(min_value="0.01", max_value="99999999.99", places=2)


def candidate(salary: Decimal = Decimal(50_000), last: date | None = None, *, waiting: bool = False) -> Candidate:
    return Candidate(1, "Ann", date(2020, 3, 1), "G4", salary, "BRL", last, waiting)


@given(salary=MONEY, amount=MONEY)
def test_rounding_never_spares_an_approval(salary: Decimal, amount: Decimal) -> None:
    answers = {"kind": "bonus", "amount": amount, "effective_on": TODAY}
    if amount > salary:
        with pytest.raises(NotEligible, match="more than a whole"):
            work_out(candidate(salary), answers, TODAY)
        return
    terms = work_out(candidate(salary), answers, TODAY)
    assert terms.percent is not None
    assert 0 <= terms.percent - amount / salary * 100 < Decimal("0.0100001")


@given(salary=MONEY, percent=st.decimals(min_value="0.01", max_value=100, places=2))
def test_an_increase_is_exact_to_the_cent(salary: Decimal, percent: Decimal) -> None:
    answers = {"kind": "pay_increase", "amount_percent": percent, "effective_on": TODAY}
    terms = work_out(candidate(salary), answers, TODAY)
    assert terms.amount is not None
    assert abs(terms.amount - salary * percent / 100) <= Decimal("0.005")


@given(last=st.dates(date(2025, 1, 1), TODAY), effective=st.dates(TODAY, TODAY + timedelta(days=360)))
def test_there_is_a_year_between_two_promotions(last: date, effective: date) -> None:
    answers = {"kind": "promotion", "new_grade": "G5", "effective_on": effective}
    if effective < months_after(last, 12):
        with pytest.raises(NotEligible, match="last promoted"):
            work_out(candidate(last=last), answers, TODAY)
    else:
        assert work_out(candidate(last=last), answers, TODAY).effective_date == effective


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(-60, 60))
def test_months_later_is_never_another_month(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"kind": "yacht"}, "Choose a bonus"),
        ({"kind": "bonus", "amount": Decimal(1)}, "from which day"),
        ({"kind": "bonus", "amount": Decimal(0), "effective_on": TODAY}, "above zero"),
        ({"kind": "bonus", "effective_on": TODAY}, "above zero"),
        ({"kind": "bonus", "amount": Decimal("1.005"), "effective_on": TODAY}, "two decimal places"),
        ({"kind": "bonus", "amount": {"amount": Decimal(9), "currency": "EUR"}, "effective_on": TODAY}, "paid in BRL"),
        ({"kind": "pay_increase", "amount_percent": Decimal(101), "effective_on": TODAY}, "up to 100"),
        ({"kind": "promotion", "effective_on": TODAY}, "Choose the new grade"),
        ({"kind": "promotion", "new_grade": "G3", "effective_on": TODAY}, "a higher grade"),
    ],
)
def test_a_refusal_says_what_to_do(answers: dict[str, object], said: str) -> None:
    with pytest.raises(NotEligible, match=said):
        work_out(candidate(), answers, TODAY)


def test_nobody_is_proposed_twice_at_a_time() -> None:
    with pytest.raises(NotEligible, match="waiting for a decision already"):
        work_out(candidate(waiting=True), {"kind": "bonus", "amount": Decimal(1), "effective_on": TODAY}, TODAY)


def test_without_a_salary_no_share_can_be_worked_out() -> None:
    with pytest.raises(NotEligible, match="Ask HR"):
        work_out(candidate(Decimal(0)), {"kind": "bonus", "amount": Decimal(1), "effective_on": TODAY}, TODAY)


def test_an_amount_with_its_currency_is_understood() -> None:
    answers = {"kind": "bonus", "amount": {"amount": Decimal(500), "currency": "BRL"}, "effective_on": TODAY}
    assert work_out(candidate(), answers, TODAY).amount == Decimal("500.00")
