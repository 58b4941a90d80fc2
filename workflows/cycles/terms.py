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
from workflows.people.presence import ALL, latest_leaves, shares_worked
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


def usual_terms(choice: str, period: tuple[date, date]) -> dict[str, Any]:
    """The variables that take back by what a case has differed from its cycle."""
    return {PRO_RATE: ALL_OF_IT, SHORTEN: {PERIOD_TO: period[1].isoformat()}}.get(choice, {})


def terms_of(
    session: Session, choice: str, people: Sequence[PersonOnDay], period: tuple[date, date], runs: tuple[date, date]
) -> dict[str, dict[str, Any]]:
    """The variables by which the cases of these people differ from their cycle, by what it says about leave.

    `runs` are the day of the launch and today: a leave within them shortens the period, also when it is over. Most
    people have no such variables, and are missing. At most a statement for every 500 people.
    """
    if choice == PRO_RATE:
        shares = shares_worked(session, [person.id for person in people], *period)
        return {person: share_of(share) for person, share in shares.items()}
    if choice == SHORTEN:
        leaves = latest_leaves(session, [person.id for person in people], *runs)
        first, last = period
        return {
            person: {PERIOD_TO: (begins - timedelta(days=1)).isoformat()}
            for person, begins in leaves.items()
            if first < begins <= last
        }
    return {}
