"""Forgetting old mails, old links that decided a task, and addresses of people outside: once a day, some at a time.

What is forgotten is told nowhere else: notifications stay, but for those that were told by mail alone. The job is asked
for with the first mail, and asks for itself as long as there is anything left.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import Changes, Job, registry
from workflows.notifications.models import NOT_MAILED, TOLD_BY_THE_INBOX, WAITING, DecisionLink, Mail, Notification
from workflows.notifications.post import kept_for
from workflows.outside.forgetting import forget_addresses
from workflows.outside.models import OutsideAddress

PURGE = "purge_mail"
EVERY = timedelta(days=1)
TOGETHER = 500
"""How many mails, and how many links, are forgotten in one transaction."""


def ask_to_purge(session: Session, now: datetime) -> None:
    """Have old mails forgotten from now on, day by day; one statement where that is asked for already."""
    if session.scalar(select(exists().where(Job.kind == PURGE))):
        return
    with suppress(IntegrityError), session.begin_nested():
        # Whoever sends the first mail at the same moment asks for it, too: once is enough.
        _ask(session, now + EVERY, now)


@registry.job_kind(PURGE)
def purge_some(session: Session, job: Job, now: datetime) -> None:
    """Forget what has ended longer ago than mails are kept, `TOGETHER` at most; ask for the rest, or for tomorrow."""
    before = now - kept_for(session)
    old = select(Mail.id).where(Mail.state != WAITING, Mail.ended_at < before).order_by(Mail.id).limit(TOGETHER)
    mails = session.scalars(old).all()
    links = session.scalars(
        select(DecisionLink.id).where(DecisionLink.expires_at < before).order_by(DecisionLink.id).limit(TOGETHER)
    ).all()
    unsent = session.scalars(
        select(Notification.id)
        .where(Notification.kind.in_(TOLD_BY_THE_INBOX), Notification.mailing == NOT_MAILED)
        .where(Notification.created_at < before)
        .limit(TOGETHER)
    ).all()
    _forget(session, mails, links, unsent)
    addresses = forget_addresses(session, before, limit=TOGETHER)
    if TOGETHER in (len(mails), len(links), len(unsent), addresses):
        _ask(session, now, now)
    elif session.scalar(select(or_(exists().where(Mail.id > 0), exists().where(OutsideAddress.person_id != "")))):
        _ask(session, now + EVERY, now)


def _forget(session: Session, mails: Sequence[int], links: Sequence[int], unsent: Sequence[int]) -> None:
    """Five statements, however many there are."""
    told = Notification.mail_id.in_(mails)
    quietly = {"synchronize_session": False}
    if mails:
        session.execute(
            delete(Notification).where(told, Notification.kind.in_(TOLD_BY_THE_INBOX)), execution_options=quietly
        )
        session.execute(update(Notification).where(told).values(mail_id=None), execution_options=quietly)
        session.execute(delete(Mail).where(Mail.id.in_(mails)), execution_options=quietly)
    if unsent:
        session.execute(delete(Notification).where(Notification.id.in_(unsent)), execution_options=quietly)
    if links:
        session.execute(delete(DecisionLink).where(DecisionLink.id.in_(links)), execution_options=quietly)


def _ask(session: Session, at: datetime, now: datetime) -> None:
    changes = Changes(now)
    changes.job(PURGE, None, None, at, key=PURGE)
    changes.write(session)
