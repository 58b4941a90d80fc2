"""How dates, names and deadlines are written on a page."""

import zlib
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, g

from engine import clock

AVATAR_COLOURS = 8
SOON_DAYS = 3
# Further away than this, a date says more than a number of days.
COUNTED_DAYS = 14


@dataclass(frozen=True, slots=True)
class DueLabel:
    """A deadline as a badge: its text and its tone (`overdue`, `today`, `soon`, `later`)."""

    text: str
    tone: str


def describe_due(due: datetime, now: datetime, zone: tzinfo) -> DueLabel:
    """A deadline as seen at `now` by somebody who lives in `zone`; days are counted by their calendar."""
    day = due.astimezone(zone).date()
    days = (day - now.astimezone(zone).date()).days
    if days < 0 or due < now:
        return DueLabel("Overdue since today" if days == 0 else f"{_count_days(-days)} overdue", "overdue")
    if days == 0:
        return DueLabel("Due today", "today")
    if days == 1:
        return DueLabel("Due tomorrow", "soon")
    if days > COUNTED_DAYS:
        return DueLabel(f"Due {format_day(day)}", "later")
    return DueLabel(f"Due in {days} days", "soon" if days <= SOON_DAYS else "later")


def _count_days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def format_day(moment: date | datetime) -> str:
    """A day as `14 Dec 2026`; a moment is shown on the reader's calendar."""
    day = moment.astimezone(reader_zone()).date() if isinstance(moment, datetime) else moment
    return f"{day.day} {day:%b %Y}"


def format_moment(moment: datetime) -> str:
    """A moment as `14 Dec 2026, 16:05`, in the reader's zone."""
    local = moment.astimezone(reader_zone())
    return f"{format_day(local.date())}, {local:%H:%M}"


def initials(name: str) -> str:
    """One or two letters for a person's picture."""
    words = [word for word in name.split() if word[0].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


def avatar_colour(name: str) -> int:
    """The colour of a person's picture, 1 to `AVATAR_COLOURS`; the same on every page and every day."""
    return zlib.crc32(name.encode()) % AVATAR_COLOURS + 1


def group_name(group: str) -> str:
    """A group as a badge names it: HR, Executives, Administrators."""
    return {"hr": "HR", "executive": "Executives", "admin": "Administrators"}.get(group, group.capitalize())


def reader_zone() -> tzinfo:
    """The time zone of whoever reads this page; UTC when nobody is signed in."""
    actor = g.get("actor")
    try:
        return ZoneInfo(actor.time_zone if actor else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def install(app: Flask) -> None:
    """Make these available to the templates of `app`."""
    app.jinja_env.filters.update(
        due=lambda moment: describe_due(moment, clock.now(), reader_zone()),
        day=format_day,
        moment=format_moment,
        initials=initials,
        avatar_colour=avatar_colour,
        group_name=group_name,
    )
