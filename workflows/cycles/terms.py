"""What holds for one case otherwise than for its cycle: a shorter period, or the share of it that was worked (R10)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from engine import registry
from engine.feel import Field
from workflows.cycles.models import Case
from workflows.people.facts import PersonOnDay
from workflows.people.presence import ALL, shares_worked
from workflows.routing.situations import PRO_RATE, SHORTEN

PERIOD, SHARE, PERIOD_TO = "period", "share", "period_to"

registry.known_variables.update(
    {
        PERIOD: Field("context", label="The period of the review"),
        f"{PERIOD}.{SHARE}": Field("number", label="Share of the period that was worked, from 0 to 1", example="0.75"),
    }
)


def share_of(share: Decimal) -> dict[str, Any]:
    """The variables that tell a share of the period; a whole number or exact text, as all variables are kept."""
    return {PERIOD: {SHARE: int(share) if share == share.to_integral_value() else str(share.normalize())}}


ALL_OF_IT = share_of(ALL)


def share_in(case: Case) -> Decimal:
    """The share of its period that counts in a case."""
    return Decimal(case.terms.get(PERIOD, {}).get(SHARE, 1))


def terms_of(
    session: Session, choice: str, people: Sequence[PersonOnDay], period: tuple[date, date]
) -> dict[str, dict[str, Any]]:
    """The variables by which the cases of these people differ from their cycle, by what it says about leave.

    Most people have none, and are missing. At most a statement for every 500 people.
    """
    if choice == PRO_RATE:
        shares = shares_worked(session, [person.id for person in people], *period)
        return {person: share_of(share) for person, share in shares.items()}
    if choice == SHORTEN:
        ends = ((person.id, _last_day_before_leave(person, period)) for person in people)
        return {person: {PERIOD_TO: last.isoformat()} for person, last in ends if last is not None}
    return {}


def _last_day_before_leave(person: PersonOnDay, period: tuple[date, date]) -> date | None:
    """Where the period ends with a leave: the day before it; None where there is no leave in it."""
    begins = person.leave_from if person.is_on_leave else None
    first, last = period
    return begins - timedelta(days=1) if begins is not None and first < begins <= last else None
