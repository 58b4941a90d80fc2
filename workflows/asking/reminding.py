"""Reminding a colleague of what they were asked: once, a day before the answer is wished for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import Changes, Job, OpenTask, registry
from workflows.asking.models import OPEN, Inquiry
from workflows.dates import show_day
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import ASKED
from workflows.people.search import name_people

REMIND = "remind_of_question"
AHEAD = timedelta(days=1)


def plan_reminder(session: Session, found: OpenTask, inquiry: Inquiry, now: datetime) -> None:
    """Have the colleague reminded, as long as the task waits; not where it is less than a day to the answer.

    One statement, none where no day was chosen.
    """
    if inquiry.due_at is not None and inquiry.due_at - AHEAD > now:
        session.flush()
        changes = Changes(now)
        changes.job(REMIND, found.instance.id, found.task.token, inquiry.due_at - AHEAD, inquiry=inquiry.id)
        changes.write(session)


@registry.job_kind(REMIND)
def remind(session: Session, job: Job, now: datetime) -> None:
    """Tell the colleague that somebody would like the answer, if they are still asked for it."""
    inquiry = session.get_one(Inquiry, job.payload["inquiry"])
    if inquiry.state != OPEN or inquiry.due_at is None:
        return
    name = name_people(session, [inquiry.asked_by])[inquiry.asked_by]
    day = show_day(inquiry.due_at.astimezone(ZoneInfo(registry.calendar_of(session, inquiry.colleague, now).zone)))
    text = f"{name} would like your answer by {day}."
    inform(session, [Notice(inquiry.colleague, ASKED, text, inquiry_id=inquiry.id)], now)
