"""What every page shows of a person."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import Session

from engine import Task
from workflows.asking.models import Inquiry
from workflows.asking.reading import waiting_for
from workflows.inbox.waiting import KEPT, PERSON, TODAY, Holder, Inbox, Parts
from workflows.notifications.models import TOLD_BY_THE_INBOX, Notification
from workflows.notifications.reading import is_unread
from workflows.people.facts import valid_on
from workflows.people.models import TERMINATED, PersonVersion

COUNTED = 100
"""How far the standing counts: beyond that a badge says “99+”, and no page of a large group has to count it all."""


@dataclass(frozen=True)
class Standing:
    """How much waits, and of it was asked by others, and is unread, up to `COUNTED`; whether they lead people."""

    waiting: int
    asked: int
    unread: int
    leads_people: bool


def standing_of(session: Session, holder: Holder, now: datetime) -> Standing:
    """How a person stands now; one statement."""
    inbox = Inbox(holder, now)
    row = session.execute(_select_standing(inbox.parts), inbox.values()).one()
    *waiting, asked, unread, leads_people = row
    return Standing(min(sum(waiting) + asked, COUNTED), asked, unread, bool(leads_people))


@lru_cache(KEPT)
def _select_standing(parts: Parts) -> Select[*tuple[Any, ...]]:
    version = PersonVersion
    waiting = [_count_up_to(select(Task.id).where(condition)) for condition in parts.conditions()]
    unread = _count_up_to(
        select(Notification.id)
        .where(Notification.person_id == PERSON, Notification.kind.not_in(TOLD_BY_THE_INBOX))
        .where(is_unread())
    )
    asked = _count_up_to(select(Inquiry.id).join(Task, Task.id == Inquiry.task_id).where(waiting_for(PERSON)))
    reports = exists().where(version.manager_id == PERSON, version.status != TERMINATED, valid_on(version, TODAY))
    return select(*waiting, asked, unread, reports)


def _count_up_to(statement: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(statement.limit(COUNTED).subquery()).scalar_subquery()
