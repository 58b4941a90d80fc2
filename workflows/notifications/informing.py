"""Putting notifications before people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from engine import UtcDateTime
from workflows.cycles.models import Case, Cycle
from workflows.notifications.models import ESCALATION, OVERDUE, RELEASE, REMINDER, Notification
from workflows.notifications.planning import ask_to_plan, mailing_of

# A little less than a day, so that a reminder that came a minute late does not swallow the one of tomorrow.
QUIET = timedelta(hours=20)
REPEATED = (REMINDER, OVERDUE, ESCALATION)
"""The kinds that come by the clock, and not more than once a day."""


@dataclass(frozen=True)
class Notice:
    """What to tell a person about a task, a case, or what they were asked."""

    person_id: str
    kind: str
    text: str
    task_id: int | None = None
    case_id: int | None = None
    inquiry_id: int | None = None


def inform(session: Session, notices: Sequence[Notice], now: datetime) -> int:
    """Tell people, once each; whoever the clock told of the same task within the last day is left in peace.

    Returns how many were told. Two statements, and one more where mail is set up.
    """
    if not notices:
        return 0
    recent = session.execute(
        select(Notification.person_id, Notification.kind, Notification.task_id)
        .where(Notification.task_id.in_({notice.task_id for notice in notices if notice.task_id is not None}))
        .where(Notification.created_at > now - QUIET, Notification.kind.in_(REPEATED))
    )
    told = {tuple(row) for row in recent}
    mailing, rows = mailing_of(session), {}
    for notice in notices:
        key = (notice.person_id, notice.kind, notice.task_id)
        if notice.task_id is None or key not in told:
            rows[(*key, notice.case_id, notice.inquiry_id)] = {**asdict(notice), "created_at": now, "mailing": mailing}
    if rows:
        session.execute(insert(Notification), list(rows.values()))
        ask_to_plan(session, now)
    return len(rows)


def inform_released(session: Session, root_id: int, message: str, now: datetime) -> None:
    """Tell every participant of a cycle that they can read their review, in one statement whatever their number."""
    told = literal("Your review is ready for you to read: “") + Cycle.name + literal("”.")
    if message:
        told = told + literal(f" {message}")
    rows = (
        select(
            Case.person_id, literal(RELEASE), told, Case.id, literal(now, UtcDateTime()), literal(mailing_of(session))
        )
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(Case.root_id == root_id, Case.released_at == now)
    )
    columns = ["person_id", "kind", "text", "case_id", "created_at", "mailing"]
    session.execute(insert(Notification).from_select(columns, rows))
    ask_to_plan(session, now)
