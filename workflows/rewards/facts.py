"""What an approver has to know about a person before deciding on a reward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import NotFound
from workflows.cycles.models import Case, Cycle
from workflows.cycles.terms import share_in
from workflows.people.facts import PersonOnDay, select_people_on
from workflows.people.models import Person, PersonVersion
from workflows.rewards.eligibility import CENT, months_after
from workflows.rewards.models import GRANTED, PROMOTION, WITHDRAWN, Proposal

MONTHS_BACK = 12
_WHOLE = Decimal(1)


@dataclass(frozen=True)
class PayChange:
    """A change of the yearly salary, in one currency; `percent` of the salary before."""

    effective: date
    before: Decimal
    after: Decimal
    percent: Decimal


@dataclass(frozen=True)
class PastRating:
    """The rating of a cycle whose results are released, None for a review in words alone."""

    cycle: str
    period_to: date
    rating: int | None


@dataclass(frozen=True)
class RewardFacts:
    """A person as an approver sees them on a day.

    `band_position` is where the salary lies in its pay band, in per cent: 0 at the lower end, 100 at the upper, below
    or above for a salary outside of it; None without a band. `proposals` are those of the last twelve months, the one
    to be decided among them, the newest first. `ratings` too have the newest first. `share` is that of the period which
    counts: 1 unless the cycle counts by what was worked.
    """

    person: PersonOnDay
    band_position: Decimal | None
    months_in_service: int
    last_increase: PayChange | None
    last_promotion: date | None
    ratings: Sequence[PastRating]
    proposals: Sequence[Proposal]
    share: Decimal


def gather_facts(session: Session, case: Case, on: date) -> RewardFacts:
    """The facts about the person of a case on a day; four statements. Raises NotFound when nothing is known of them."""
    row = session.execute(select_people_on(on).where(Person.id == case.person_id)).one_or_none()
    if row is None:
        raise NotFound("Nothing is known about this person on that day. Check the people data.")
    person = PersonOnDay(*row)
    proposals = session.scalars(
        select(Proposal)
        .where(Proposal.person_id == person.id, Proposal.state != WITHDRAWN)
        .order_by(Proposal.proposed_at.desc(), Proposal.id.desc())
    ).all()
    granted = [p.effective_date for p in proposals if p.kind == PROMOTION and p.state == GRANTED]
    promotions = [day for day in (*granted, person.last_promotion_date) if day is not None and day <= on]
    since = months_after(on, -MONTHS_BACK)
    return RewardFacts(
        person=person,
        band_position=_band_position(person),
        months_in_service=_months_between(person.hire_date, on),
        last_increase=_last_increase(session, person.id, on),
        last_promotion=max(promotions, default=None),
        ratings=_ratings(session, person.id),
        proposals=[proposal for proposal in proposals if proposal.proposed_at.date() >= since],
        share=share_in(case),
    )


def _band_position(person: PersonOnDay) -> Decimal | None:
    if person.band_min is None or person.band_max is None or person.band_max <= person.band_min:
        return None
    position = (person.salary - person.band_min) / (person.band_max - person.band_min) * 100
    return position.quantize(_WHOLE, ROUND_HALF_UP)


def _months_between(first: date, last: date) -> int:
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months if months_after(first, months) <= last else months - 1)


def _last_increase(session: Session, person_id: str, on: date) -> PayChange | None:
    """The latest rise that the people data knows. A change of currency is no rise that could be compared."""
    version = PersonVersion
    versions = session.execute(
        select(version.valid_from, version.salary, version.currency)
        .where(version.person_id == person_id, version.valid_from <= on)
        .order_by(version.valid_from)
    ).all()
    found = None
    for (_, before, currency), (day, after, new_currency) in pairwise(versions):
        if after > before > 0 and currency == new_currency:
            found = PayChange(day, before, after, ((after - before) / before * 100).quantize(CENT, ROUND_HALF_UP))
    return found


def _ratings(session: Session, person_id: str) -> list[PastRating]:
    rows = session.execute(
        select(Cycle.name, Cycle.period_to, Case)
        .join(Case, Case.cycle_id == Cycle.id)
        .where(Case.person_id == person_id, Case.released_at.is_not(None))
        .order_by(Cycle.period_to.desc(), Cycle.id.desc())
    )
    return [PastRating(name, period_to, case.final_rating) for name, period_to, case in rows]
