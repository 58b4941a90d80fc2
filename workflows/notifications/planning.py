"""When notifications go out by mail: planned by a job, so that no click waits for it.

Where mail is not set up, nothing is planned: people are told inside the product.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Changes, Job, registry
from workflows.notifications.models import NEW, NOT_MAILED, PLANNED, Notification
from workflows.notifications.post import is_set_up
from workflows.notifications.preferences import DAILY, INSIDE, KINDS, Preferences, keep_preferences, preferences_of
from workflows.people.working_days import calendar_of

PLAN, WRITE = "plan_mail", "write_mail"
TOGETHER = 500
"""How many notifications are planned in one transaction."""


def mailing_of(session: Session) -> str:
    """What a new notification begins with: to be planned where mail is set up, else not mailed at all."""
    return NEW if is_set_up(session) else NOT_MAILED


def ask_to_plan(session: Session, now: datetime) -> None:
    """Have new notifications planned soon; one statement, none where mail is not set up."""
    if is_set_up(session):
        changes = Changes(now)
        changes.job(PLAN, None, None, now)
        changes.write(session)


@registry.job_kind(PLAN)
def plan_some(session: Session, job: Job, now: datetime) -> None:
    """Plan the new notifications, and ask for the mails."""
    found = session.scalars(
        select(Notification)
        .where(Notification.mailing == NEW)
        .order_by(Notification.id)
        .limit(TOGETHER)
        .with_for_update(skip_locked=True)
    ).all()
    _plan(session, found, now)
    if len(found) == TOGETHER:
        ask_to_plan(session, now)


def choose(session: Session, person_id: str, chosen: Preferences, now: datetime) -> None:
    """Keep what somebody has chosen, and plan anew what waits for them. Raises Rejection."""
    keep_preferences(session, person_id, chosen)
    planned = select(Notification).where(Notification.person_id == person_id, Notification.mailing == PLANNED)
    _plan(session, session.scalars(planned.with_for_update()).all(), now)


def stop_digests(session: Session, person_id: str, now: datetime) -> None:
    """Tell this person inside the product alone what stood in the daily digest."""
    chosen = preferences_of(session, [person_id])[person_id]
    ways = {kind: INSIDE if chosen.way(kind) == DAILY else chosen.way(kind) for kind in KINDS}
    choose(session, person_id, replace(chosen, ways=ways), now)


def _plan(session: Session, found: Sequence[Notification], now: datetime) -> None:
    chosen = preferences_of(session, (one.person_id for one in found))
    wanted = set()
    for one in found:
        at = chosen[one.person_id].plan(one.kind, calendar_of(session, one.person_id, now), now)
        one.mailing, one.mail_at = (NOT_MAILED if at is None else PLANNED), at
        if at is not None:
            wanted.add((one.person_id, at))
    session.flush()
    ask_to_write(session, wanted, now)


def ask_to_write(session: Session, wanted: Iterable[tuple[str, datetime]], now: datetime) -> None:
    """Have a mail written to each of these people at that moment, of what is planned for them by then."""
    changes = Changes(now)
    for person_id, at in sorted(wanted):
        changes.job(WRITE, None, None, at, person=person_id)
    changes.write(session)
