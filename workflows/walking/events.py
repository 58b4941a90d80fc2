"""What happened on a stage since a step of a walk-through: what the process did, who was told, which mails went out."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from engine import HistoryEntry
from workflows.calibration.models import RatingChange
from workflows.cycles.models import Case
from workflows.notifications.models import DIGEST, TOLD_BY_THE_INBOX, Mail, Notification
from workflows.people.models import Person
from workflows.reviews.forms import OUTCOME
from workflows.reviews.models import Submission

TOLD, MAILED, ASSUMED, RATED = "told", "mailed", "assumed", "rated"
DONE = "task_completed"
UNTOLD = ("instance_started", "instance_completed", "members_done")
"""What the engine notes of every instance, and nobody has to read here."""

SHOWN = 200
"""So many events are kept of each step of a walk, the first ones."""


@dataclass(frozen=True)
class Event:
    """One thing that happened, at `at`.

    `kind` is a kind of history entry, `told` for a notification, `mailed` for a mail, `assumed` for what somebody was
    assumed to hand in, `rated` for a rating that a session changed. `who` is by whom it was done (empty: the machine),
    or who was told; `text` is the notification, the mail, the reason, or what was handed in.
    """

    at: datetime
    kind: str
    who: str
    text: str = ""
    step: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_history(self) -> bool:
        """Whether it is an entry of the history, and not a message or something that is told beside it."""
        return self.kind not in (TOLD, MAILED, ASSUMED, RATED)

    def as_json(self) -> dict[str, Any]:
        """The event as JSON-able values."""
        return {**asdict(self), "at": self.at.isoformat()}


def read_event(values: dict[str, Any]) -> Event:
    """The event behind its JSON."""
    return Event(**{**values, "at": datetime.fromisoformat(values["at"])})


def events_since(session: Session, since: datetime | None, assumed: Sequence[Event] = ()) -> list[Event]:
    """What happened after that moment (None: from the beginning), in order; four statements.

    `assumed` tells of the tasks that were done, in place of their history.
    """
    history = [one for one in _history(session, since) if not (assumed and one.kind == DONE)]
    found = [*assumed, *history, *_ratings(session, since), *_notifications(session, since), *_mails(session, since)]
    return sorted(found, key=lambda event: event.at)[:SHOWN]


def _history(session: Session, since: datetime | None) -> Iterator[Event]:
    entry, actor = HistoryEntry, aliased(Person)
    statement = (
        select(entry.at, entry.kind, entry.step, func.coalesce(actor.name, ""), entry.detail, Submission.answers)
        .outerjoin(actor, actor.id == entry.actor)
        .outerjoin(Submission, and_(entry.kind == DONE, Submission.task_id == entry.detail["task"].as_integer()))
        .where(entry.kind.not_in(UNTOLD))
        .order_by(entry.id)
    )
    for at, kind, step, who, detail, answers in session.execute(
        statement if since is None else statement.where(entry.at > since)
    ):
        reason = str(detail.get("reason") or detail.get("problem") or "")
        told = {name: detail[name] for name in ("old", "new") if name in detail}
        decided = {OUTCOME: answers[OUTCOME]} if answers and answers.get(OUTCOME) else {}
        yield Event(at, kind, who, reason, step or "", told | decided)


def _ratings(session: Session, since: datetime | None) -> Iterator[Event]:
    changer, rated = aliased(Person), aliased(Person)
    statement = (
        select(RatingChange, changer.name, rated.name)
        .join(Case, Case.id == RatingChange.case_id)
        .join(changer, changer.id == RatingChange.changed_by)
        .join(rated, rated.id == Case.person_id)
        .order_by(RatingChange.id)
    )
    for change, who, whose in session.execute(
        statement if since is None else statement.where(RatingChange.changed_at > since)
    ):
        moved = f"the rating of {whose} is {change.to_rating} instead of {change.from_rating}. {change.reason}"
        yield Event(change.changed_at, RATED, who, moved)


def _notifications(session: Session, since: datetime | None) -> Iterator[Event]:
    statement = (
        select(Notification.created_at, Person.name, Notification.text)
        .join(Person, Person.id == Notification.person_id)
        .where(Notification.kind.not_in(TOLD_BY_THE_INBOX))
        .order_by(Notification.id)
    )
    for at, who, text in session.execute(
        statement if since is None else statement.where(Notification.created_at > since)
    ):
        yield Event(at, TOLD, who, text)


def _mails(session: Session, since: datetime | None) -> Iterator[Event]:
    statement = (
        select(Mail.created_at, Mail.kind, Person.name, Notification.text)
        .join(Person, Person.id == Mail.person_id)
        .join(Notification, Notification.mail_id == Mail.id)
        .order_by(Mail.id, Notification.id)
    )
    for at, kind, who, text in session.execute(
        statement if since is None else statement.where(Mail.created_at > since)
    ):
        yield Event(at, MAILED, who, f"In the mail of the morning: {text}" if kind == DIGEST else text)
