"""Putting notifications before people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from engine.database import UtcDateTime
from workflows.cycles.models import Case, Cycle
from workflows.notifications.models import RELEASE, Notification

# A little less than a day, so that a reminder that came a minute late does not swallow the one of tomorrow.
QUIET = timedelta(hours=20)


@dataclass(frozen=True)
class Notice:
    """What to tell a person about a task or a case."""

    person_id: str
    kind: str
    text: str
    task_id: int | None = None
    case_id: int | None = None


def inform(session: Session, notices: Sequence[Notice], now: datetime) -> int:
    """Tell people, once each; whoever was told the same of the same task within the last day is left in peace.

    Returns how many were told. Two statements.
    """
    if not notices:
        return 0
    recent = session.execute(
        select(Notification.person_id, Notification.kind, Notification.task_id)
        .where(Notification.task_id.in_({notice.task_id for notice in notices if notice.task_id is not None}))
        .where(Notification.created_at > now - QUIET)
    )
    told = {tuple(row) for row in recent}
    rows = {}
    for notice in notices:
        key = (notice.person_id, notice.kind, notice.task_id)
        if notice.task_id is None or key not in told:
            rows[(*key, notice.case_id)] = {**asdict(notice), "created_at": now}
    if rows:
        session.execute(insert(Notification), list(rows.values()))
    return len(rows)


def inform_released(session: Session, root_id: int, message: str, now: datetime) -> None:
    """Tell every participant of a cycle that they can read their review, in one statement."""
    told = literal("Your review is ready for you to read: “") + Cycle.name + literal("”.")
    if message:
        told = told + literal(f" {message}")
    rows = (
        select(Case.person_id, literal(RELEASE), told, Case.id, literal(now, UtcDateTime()))
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(Case.root_id == root_id, Case.released_at == now)
    )
    session.execute(insert(Notification).from_select(["person_id", "kind", "text", "case_id", "created_at"], rows))
