"""Mails that did not arrive, put before HR: who, why, and sending them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import Conflict, NotFound
from workflows.notifications.mailing import ask_to_send
from workflows.notifications.models import DROPPED, FAILED, UNKNOWN, WAITING, Mail
from workflows.outside.models import OutsideAddress
from workflows.people.models import Person
from workflows.people.outside import is_outside

UNDELIVERED = (FAILED, UNKNOWN)
SHOWN = 200


@dataclass(frozen=True)
class Undelivered:
    """A mail that did not arrive, or of which nobody knows, and whom it was to."""

    mail: Mail
    name: str
    address: str

    @property
    def is_outside(self) -> bool:
        """Whether it was to somebody outside of the organisation, who learns of it by mail alone."""
        return is_outside(self.mail.person_id)

    @property
    def may_have_arrived(self) -> bool:
        """Whether sending it again may bring it a second time."""
        return self.mail.state == UNKNOWN


def list_undelivered(session: Session, *, limit: int = SHOWN) -> list[Undelivered]:
    """The mails that somebody has to look at, the newest first; one statement."""
    rows = session.execute(
        select(Mail, Person.name, func.coalesce(OutsideAddress.address, Person.email))
        .join(Person, Person.id == Mail.person_id)
        .outerjoin(OutsideAddress, OutsideAddress.person_id == Person.id)
        .where(Mail.state.in_(UNDELIVERED))
        .order_by(Mail.id.desc())
        .limit(limit)
    )
    return [Undelivered(*row) for row in rows]


def send_again(session: Session, mail_id: int, now: datetime) -> Mail:
    """Have a mail sent once more, from the first attempt on. Raises NotFound, Conflict when that was done already."""
    mail = _find(session, mail_id)
    mail.state, mail.attempts, mail.due_at, mail.ended_at = WAITING, 0, now, None
    session.flush()
    ask_to_send(session, now, now)
    return mail


def leave_unsent(session: Session, mail_id: int, now: datetime) -> Mail:
    """Let a mail be: its reader finds everything inside the product. Raises what `send_again` raises."""
    mail = _find(session, mail_id)
    mail.state, mail.ended_at = DROPPED, now
    session.flush()
    return mail


def _find(session: Session, mail_id: int) -> Mail:
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None:
        raise NotFound("There is no such mail.")
    if mail.state not in UNDELIVERED:
        raise Conflict("Somebody has seen to this mail already.")
    return mail


def count_mails(session: Session, states: Sequence[str]) -> dict[str, int]:
    """How many mails are in each of these states; one statement."""
    rows = session.execute(select(Mail.state, func.count()).where(Mail.state.in_(states)).group_by(Mail.state))
    return dict.fromkeys(states, 0) | dict(rows.all())
