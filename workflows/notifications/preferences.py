"""How somebody wants to be told: at once by mail, in a daily digest, or inside the product alone; and when not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Calendar, Rejection
from workflows.notifications.models import (
    ANSWER,
    ASKED,
    CHANGED,
    ESCALATION,
    EXTENDED,
    GROUP_TASK,
    MENTION,
    NEW_TASK,
    NOT_NEEDED,
    OVERDUE,
    PASSED_OVER,
    RECALLED,
    RELEASE,
    RELEASED,
    REMINDER,
    SENT_BACK,
    TO_CLOSE,
    VOTE,
    MailPreference,
)
from workflows.people.outside import is_outside

AT_ONCE, DAILY, INSIDE = "at_once", "daily", "inside"
WAYS = {AT_ONCE: "By mail at once", DAILY: "In the daily digest", INSIDE: "Only in Reviewflow"}

KINDS = {
    NEW_TASK: "A task has come to you",
    GROUP_TASK: "A task has come to a group of yours",
    REMINDER: "A task of yours is due soon",
    OVERDUE: "A task of yours is overdue",
    ESCALATION: "A task of somebody else is overdue, and you should know",
    MENTION: "Somebody mentions you in a comment",
    ASKED: "Somebody asks you something for a task of theirs",
    ANSWER: "What you asked is answered",
    RELEASE: "Your review can be read",
    SENT_BACK: "Something you have a part in is sent back",
    RECALLED: "A task of yours is taken back for now",
    PASSED_OVER: "A review has gone on without a task of yours",
    RELEASED: "A task that you had taken is back with its group",
    EXTENDED: "There is more time for a task of yours",
    CHANGED: "A task of yours has another deadline or form",
    VOTE: "A vote you have a part in is settled",
    TO_CLOSE: "A ranking waits for you to close it",
}
DEFAULT_WAYS = {
    NEW_TASK: AT_ONCE,
    GROUP_TASK: DAILY,
    REMINDER: DAILY,
    OVERDUE: AT_ONCE,
    ESCALATION: DAILY,
    MENTION: AT_ONCE,
    ASKED: AT_ONCE,
    ANSWER: AT_ONCE,
    RELEASE: AT_ONCE,
    SENT_BACK: AT_ONCE,
    RECALLED: DAILY,
    PASSED_OVER: AT_ONCE,
    RELEASED: DAILY,
    EXTENDED: DAILY,
    CHANGED: DAILY,
    VOTE: DAILY,
    TO_CLOSE: AT_ONCE,
}

MORNING = time(8)
"""When the daily digest goes out, where the person is."""

GATHERED = timedelta(minutes=1)
"""How long a mail that goes out at once waits for more of its kind: a launch hands out many tasks within seconds."""

FURTHEST = 400
"""How many days ahead a working day is looked for; a calendar without any does not hold a mail back for ever."""


@dataclass(frozen=True)
class Preferences:
    """What one person has chosen. Without a choice: as little as tells in time, and nothing at night or on days off."""

    ways: Mapping[str, str] = field(default_factory=lambda: DEFAULT_WAYS)
    quiet_from: time = time(19)
    quiet_to: time = time(7)
    on_days_off: bool = False

    def way(self, kind: str) -> str:
        """How this kind is told."""
        return self.ways.get(kind) or DEFAULT_WAYS.get(kind, AT_ONCE)

    def plan(self, kind: str, calendar: Calendar, moment: datetime) -> datetime | None:
        """When something of this kind that happened at `moment` goes out by mail; None: it does not."""
        way = self.way(kind)
        if way == INSIDE:
            return None
        return self.allowed(calendar, _next_morning(calendar, moment) if way == DAILY else moment + GATHERED)

    def allowed(self, calendar: Calendar, moment: datetime) -> datetime:
        """The first moment from this one on that is neither in the quiet hours nor, unless wanted, on a day off."""
        zone = ZoneInfo(calendar.zone)
        for _ in range(FURTHEST):
            local = moment.astimezone(zone)
            if not self.on_days_off and not calendar.is_worked(local.date()):
                moment = _later(moment, local.date() + timedelta(days=1), time(), zone)
            elif self.is_quiet(local.time()):
                tomorrow = self.quiet_to <= local.time()
                moment = _later(moment, local.date() + timedelta(days=tomorrow), self.quiet_to, zone)
            else:
                break
        return moment

    def is_quiet(self, at: time) -> bool:
        """Whether this time of a day is in the quiet hours, which may go over midnight. Of no length: never."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to


TOLD_OUTSIDE = (NEW_TASK, REMINDER, OVERDUE, EXTENDED, CHANGED, NOT_NEEDED)
OF_OUTSIDE = Preferences(dict.fromkeys(KINDS, INSIDE) | dict.fromkeys(TOLD_OUTSIDE, AT_ONCE))
"""How people outside of the organisation are told: what they have to do or not to do any more, and nothing else."""


def _next_morning(calendar: Calendar, moment: datetime) -> datetime:
    zone = ZoneInfo(calendar.zone)
    day = moment.astimezone(zone).date()
    today = datetime.combine(day, MORNING, zone)
    return today.astimezone(moment.tzinfo) if today > moment else _later(moment, day + timedelta(days=1), MORNING, zone)


def _later(moment: datetime, day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day, where the clock shows it twice the one that is still to come."""
    found = datetime.combine(day, at, zone).astimezone(moment.tzinfo)
    if found <= moment:
        found = datetime.combine(day, at.replace(fold=1), zone).astimezone(moment.tzinfo)
    return found


def preferences_of(session: Session, people: Iterable[str]) -> dict[str, Preferences]:
    """What these people have chosen, the defaults where they have not; one statement."""
    wanted = set(people)
    rows = session.scalars(select(MailPreference).where(MailPreference.person_id.in_(wanted)))
    chosen = {
        row.person_id: Preferences({**DEFAULT_WAYS, **row.ways}, row.quiet_from, row.quiet_to, row.on_days_off)
        for row in rows
    }
    return {person: chosen.get(person, OF_OUTSIDE if is_outside(person) else Preferences()) for person in wanted}


def keep_preferences(session: Session, person_id: str, chosen: Preferences) -> None:
    """Keep what somebody has chosen. `planning.choose` also applies it to what waits. Raises Rejection."""
    if set(chosen.ways) - set(KINDS) or set(chosen.ways.values()) - set(WAYS):
        raise Rejection("Choose one of the ways for each kind.")
    row = session.get(MailPreference, person_id) or MailPreference(person_id=person_id)
    row.ways, row.quiet_from, row.quiet_to = dict(chosen.ways), chosen.quiet_from, chosen.quiet_to
    row.on_days_off = chosen.on_days_off
    session.add(row)
    session.flush()
