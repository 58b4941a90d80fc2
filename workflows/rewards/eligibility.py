"""What may be proposed for whom: the rules a proposal has to keep, and the figures that follow from it.

The waiting times of a promotion are those of the promotion process in the process library: six months in service, and
none in the last twelve.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from engine import Rejection
from workflows.dates import show_day
from workflows.people.grades import rank_of
from workflows.rewards.models import BONUS, KINDS, PROMOTION

CENT = Decimal("0.01")
WHOLE_SALARY = Decimal(100)
MONTHS_IN_SERVICE = 6
MONTHS_BETWEEN_PROMOTIONS = 12
MONTHS_AHEAD = 12


class NotEligible(Rejection):
    """This reward cannot be proposed like this; the message says why and what to do."""


@dataclass(frozen=True)
class Candidate:
    """The person a reward is proposed for, as of the day of the proposal. `salary` is in `currency` a year."""

    case_id: int
    name: str
    hire_date: date
    grade: str
    salary: Decimal
    currency: str
    last_promotion: date | None
    has_open_proposal: bool


@dataclass(frozen=True)
class Terms:
    """What exactly is proposed. Amount and percent are None for a promotion."""

    kind: str
    amount: Decimal | None
    percent: Decimal | None
    new_grade: str | None
    effective_date: date


def work_out(candidate: Candidate, answers: Mapping[str, Any], today: date) -> Terms:
    """The terms of a proposal from the typed answers of its form.

    A bonus is given as an amount and its percentage is computed, a pay increase as a percentage and its amount is
    computed. Raises NotEligible.
    """
    if candidate.has_open_proposal:
        raise NotEligible(
            f"A reward for {candidate.name} is waiting for a decision already. Wait for it before you propose another."
        )
    kind = answers.get("kind")
    if kind not in KINDS:
        raise NotEligible("Choose a bonus, a pay increase or a promotion.")
    effective = _effective_date(candidate, answers.get("effective_on"), today)
    if kind == PROMOTION:
        return _promotion(candidate, str(answers.get("new_grade") or ""), effective)
    if candidate.salary <= 0:
        raise NotEligible(f"No salary is known for {candidate.name}, so no share of it can be worked out. Ask HR.")
    amount, percent = _bonus(candidate, answers) if kind == BONUS else _increase(candidate, answers)
    return Terms(kind, amount, percent, None, effective)


def months_after(day: date, months: int) -> date:
    """The same day so many months later (earlier when negative), or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _effective_date(candidate: Candidate, effective: date | None, today: date) -> date:
    if effective is None:
        raise NotEligible("Say from which day the reward is effective.")
    if not months_after(today, -MONTHS_AHEAD) <= effective <= months_after(today, MONTHS_AHEAD):
        raise NotEligible(f"{show_day(effective)} is more than a year away from today. Choose a day within a year.")
    if effective < candidate.hire_date:
        raise NotEligible(
            f"{candidate.name} joined on {show_day(candidate.hire_date)}. Choose that day or a later one."
        )
    return effective


def _bonus(candidate: Candidate, answers: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    given = answers.get("amount")
    if isinstance(given, Mapping):
        if given.get("currency") != candidate.currency:
            raise NotEligible(f"{candidate.name} is paid in {candidate.currency}. Give the amount in that currency.")
        given = given.get("amount")
    amount = _number(given)
    if amount is None or amount <= 0:
        raise NotEligible("Give an amount above zero.")
    if amount != amount.quantize(CENT):
        raise NotEligible("Give the amount with two decimal places at most.")
    # Rounded up, so that rounding never spares anybody an approval.
    exact = amount / candidate.salary * 100
    if exact > WHOLE_SALARY:
        raise NotEligible(
            f"{amount:,.2f} {candidate.currency} is more than a whole yearly salary of {candidate.name}. "
            "Correct the amount."
        )
    return amount.quantize(CENT), exact.quantize(CENT, ROUND_UP)


def _increase(candidate: Candidate, answers: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    percent = _number(answers.get("amount_percent"))
    if percent is None or percent <= 0:
        raise NotEligible("Give a percentage above zero.")
    if percent > WHOLE_SALARY or percent != percent.quantize(CENT):
        raise NotEligible("Give a percentage up to 100, with two decimal places at most.")
    return (candidate.salary * percent / 100).quantize(CENT, ROUND_HALF_UP), percent.quantize(CENT)


def _promotion(candidate: Candidate, new_grade: str, effective: date) -> Terms:
    present, wanted = rank_of(candidate.grade), rank_of(new_grade)
    if wanted is None:
        raise NotEligible("Choose the new grade.")
    if present is not None and wanted <= present:
        raise NotEligible(
            f"{candidate.name} has grade {candidate.grade} now. A promotion leads to a higher grade; for more pay in "
            "the same grade propose a pay increase."
        )
    _check_waiting_times(candidate, effective)
    return Terms(PROMOTION, None, None, new_grade, effective)


def _check_waiting_times(candidate: Candidate, effective: date) -> None:
    served = months_after(candidate.hire_date, MONTHS_IN_SERVICE)
    if effective < served:
        raise NotEligible(
            f"{candidate.name} joined on {show_day(candidate.hire_date)}. A promotion needs {MONTHS_IN_SERVICE} months "
            f"in service: it can be effective from {show_day(served)}."
        )
    if candidate.last_promotion is None:
        return
    again = months_after(candidate.last_promotion, MONTHS_BETWEEN_PROMOTIONS)
    if effective < again:
        raise NotEligible(
            f"{candidate.name} was last promoted on {show_day(candidate.last_promotion)}. There is a year between two "
            f"promotions: the next can be effective from {show_day(again)}."
        )


def _number(value: Any) -> Decimal | None:
    return None if value is None or value == "" else Decimal(value)
