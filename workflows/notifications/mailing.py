"""Writing mails and sending them: jobs, with the mail server spoken to outside of every transaction.

A notification is in one mail at most, and a mail is begun once: that it is being sent is kept before the server is
spoken to. What the server refuses for the moment is tried again by `BACK_OFF`; what it refuses for good, and what
nobody knows about because the connection or this process broke, is put before HR (`undelivered.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine import Changes, Job, SessionFactory, registry, transaction
from workflows.notifications.letters import write_letters
from workflows.notifications.mattering import matters
from workflows.notifications.models import (
    DIGEST,
    DROPPED,
    FAILED,
    MAILED,
    NOT_MAILED,
    NOTICE,
    PLANNED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    Mail,
    Notification,
)
from workflows.notifications.planning import WRITE, ask_to_write
from workflows.notifications.post import ACCEPTED, BROKEN, LATER, REFUSED, Delivery, Letter, Post, is_set_up, post_of
from workflows.notifications.preferences import DAILY, GATHERED, INSIDE, Preferences, preferences_of
from workflows.notifications.purging import ask_to_purge
from workflows.outside.models import OutsideAddress
from workflows.people.outside import is_outside
from workflows.people.working_days import calendar_of

SEND = "send_mail"
APART = timedelta(minutes=15)
"""How long after one mail the next one to the same person goes out at the earliest; a digest comes in its time."""

MOST_OUTSIDE, A_DAY = 5, timedelta(days=1)
"""How many mails go to one address outside a day: what more people ask of it in that time, waits and comes in one."""

TOGETHER = 20
"""How many mails are sent over one connection, before other work of the machine has its turn."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""After how long a mail that the server did not take is tried again."""

LONGEST = timedelta(minutes=15)
"""How long sending takes at most. A mail that is being sent for longer belongs to a process that is gone."""

NOBODY_KNOWS = "Reviewflow was stopped while it spoke to the mail server: the mail may have gone out or not."


@registry.job_kind(WRITE)
def write_mail(session: Session, job: Job, now: datetime) -> None:
    """Put what is planned for a person into one mail, unless it is not the time for one: then a later job does it."""
    person_id = job.payload["person"]
    found = session.scalars(
        select(Notification)
        .where(Notification.person_id == person_id, Notification.mailing == PLANNED)
        .where(Notification.mail_at <= now + GATHERED)
        .order_by(Notification.id)
        .with_for_update()
    ).all()
    if not found:
        return
    chosen = preferences_of(session, [person_id])[person_id]
    digest = any(chosen.way(one.kind) == DAILY for one in found)
    at = _next_moment(session, person_id, chosen, now, digest=digest)
    if at > now:
        for one in found:
            one.mail_at = at
        ask_to_write(session, [(person_id, at)], now)
        return
    told = _take(session, found, chosen, now)
    if told:
        kind = DIGEST if any(chosen.way(one.kind) == DAILY for one in told) else NOTICE
        mail = Mail(person_id=person_id, kind=kind, state=WAITING, created_at=now, due_at=now, attempts=0)
        session.add(mail)
        session.flush()
        for one in told:
            one.mailing, one.mail_id = MAILED, mail.id
        ask_to_send(session, now, now)
        ask_to_purge(session, now)


def _next_moment(session: Session, person_id: str, chosen: Preferences, now: datetime, *, digest: bool) -> datetime:
    calendar = calendar_of(session, person_id, now)
    last = None if digest else session.scalar(select(func.max(Mail.created_at)).where(Mail.person_id == person_id))
    now = _next_outside(session, person_id, now) if is_outside(person_id) else now
    return chosen.allowed(calendar, now if last is None else max(now, last + APART))


def _next_outside(session: Session, person_id: str, now: datetime) -> datetime:
    """When the next mail may go to somebody outside: not too many a day to an address, by whatever name it was given.

    One statement.
    """
    address = func.lower(OutsideAddress.address)
    theirs = select(address).where(OutsideAddress.person_id == person_id).scalar_subquery()
    same = select(OutsideAddress.person_id).where(address == theirs)
    recent = session.scalars(
        select(Mail.created_at)
        .where(Mail.person_id.in_(same), Mail.created_at > now - A_DAY)
        .order_by(Mail.created_at.desc())
        .limit(MOST_OUTSIDE)
    ).all()
    return now if len(recent) < MOST_OUTSIDE else recent[-1] + A_DAY


def _take(session: Session, found: Sequence[Notification], chosen: Preferences, now: datetime) -> list[Notification]:
    """What is still worth a mail; the rest is not mailed: read meanwhile, done, or not wanted by mail any more."""
    worth = matters(session, found, now)
    told = []
    for one in found:
        if one in worth and one.read_at is None and chosen.way(one.kind) != INSIDE:
            told.append(one)
        else:
            one.mailing = NOT_MAILED
    return told


def ask_to_send(session: Session, at: datetime, now: datetime) -> None:
    """Have waiting mails sent at a moment."""
    changes = Changes(now)
    changes.job(SEND, None, None, at)
    changes.write(session)


@registry.job_kind(SEND)
def send_some(session: Session, job: Job, now: datetime) -> registry.Effect | None:
    """Begin to send up to `TOGETHER` mails, and ask for the rest. The effect speaks to the mail server."""
    _give_up_lost(session, now)
    if not is_set_up(session):
        return None
    mails = session.scalars(
        select(Mail)
        .where(Mail.state == WAITING, Mail.due_at <= now)
        .order_by(Mail.due_at, Mail.id)
        .limit(TOGETHER)
        .with_for_update(skip_locked=True)
    ).all()
    if not mails:
        return None
    letters = write_letters(session, mails, now)
    for mail in mails:
        if mail.id in letters:
            mail.state, mail.begun_at = SENDING, now
        else:
            mail.state, mail.ended_at = DROPPED, now
    if len(mails) == TOGETHER:
        ask_to_send(session, now, now)
    if not letters:
        return None
    ask_to_send(session, now + LONGEST, now)
    return _sending(post_of(session), list(letters.values()), now)


def _give_up_lost(session: Session, now: datetime) -> None:
    session.execute(
        update(Mail)
        .where(Mail.state == SENDING, Mail.begun_at <= now - LONGEST)
        .values(state=UNKNOWN, problem=NOBODY_KNOWS, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _sending(post: Post, letters: Sequence[Letter], now: datetime) -> registry.Effect:
    def send(factory: SessionFactory) -> None:
        for delivery in post.send(letters):
            with transaction(factory) as session:
                keep_delivery(session, delivery, now)

    return send


def keep_delivery(session: Session, delivery: Delivery, now: datetime) -> None:
    """Keep what became of a mail, and ask for the next attempt where there is one."""
    mail = session.get_one(Mail, delivery.mail_id, with_for_update=True)
    mail.problem, mail.ended_at = delivery.problem, now
    mail.attempts += 1
    if delivery.state == LATER and mail.attempts <= len(BACK_OFF):
        chosen = preferences_of(session, [mail.person_id])[mail.person_id]
        at = chosen.allowed(calendar_of(session, mail.person_id, now), now + BACK_OFF[mail.attempts - 1])
        mail.state, mail.due_at, mail.ended_at = WAITING, at, None
        ask_to_send(session, at, now)
    else:
        mail.state = {ACCEPTED: SENT, BROKEN: UNKNOWN, REFUSED: FAILED, LATER: FAILED}[delivery.state]
