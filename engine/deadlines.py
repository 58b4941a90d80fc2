"""From a duration in a diagram to a moment: the end of a day where the assignee lives (routing rule R19)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import StepFailed

DIGITS = r"(\d{1,18})"
DURATION = re.compile("P(?:#Y)?(?:#M)?(?:#W)?(?:#D)?(?:T(?:#H)?(?:#M)?(?:#S)?)?".replace("#", DIGITS))
CYCLE = re.compile(r"R(\d{0,4})/(?:(\d{4}-[^/]+)/)?([^/]+)")
SATURDAY = 5
WORKING_DAYS = re.compile(r"(\d{1,3}) working days?")
MOST_DAYS = 4000
LONGEST = timedelta(days=365 * 1000)
END_OF_DAY = time(23, 59)
FIRST, LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""A date such as 9999-12-31 means never. In some zones it lies beyond what can be counted: it is taken as `LAST`."""
LATE_START = "late_start_days"
"""The variable of an instance that began after the others: how many working days a deadline is from now that has passed
already when its step begins (routing rule R11)."""


def is_weekday(day: date) -> bool:
    """Whether a day is one from Monday to Friday: what is known of working days where nobody says more."""
    return day.weekday() < SATURDAY


@dataclass(frozen=True)
class Calendar:
    """When somebody works: the zone they are in, and which days they work."""

    zone: str = "UTC"
    is_worked: Callable[[date], bool] = is_weekday


@dataclass(frozen=True)
class Cycle:
    """A time that comes again: how often (None: for ever), the first time if it is given, and how long in between."""

    times: int | None
    first: str | None
    every: str


def parse_duration(text: str) -> timedelta | None:
    """The length of an ISO 8601 duration; None if it is none, or too long.

    A month is counted as 30 days and a year as 365.
    """
    match = DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    try:
        length = timedelta(
            days=365 * years + 30 * months + 7 * weeks + days, hours=hours, minutes=minutes, seconds=seconds
        )
    except OverflowError:
        return None
    return length if length <= LONGEST else None


def parse_cycle(text: str) -> Cycle | None:
    """What an ISO 8601 repetition says, such as `R3/P1D` or `R/2026-01-05T09:00Z/P7D`; None if it is none."""
    match = CYCLE.fullmatch(text.strip())
    if match is None:
        return None
    times, first, every = match.groups()
    if not is_duration(every) or times == "0":
        return None
    return Cycle(int(times) if times else None, first, every)


def is_duration(text: str) -> bool:
    """Whether the text is a length of time that is not nothing."""
    return bool(parse_duration(text))


def first_strike(value: Any, start: datetime) -> tuple[datetime, Cycle]:
    """When a timer that comes again strikes first, counted from `start`. Raises StepFailed when it is none."""
    cycle = parse_cycle(str(value))
    if cycle is None:
        raise StepFailed(f"“{value}” is no repetition such as R3/P1D or R/P7D.")
    if cycle.first is None:
        return moment(cycle.every, start), cycle
    first, every = moment(cycle.first, start), parse_duration(cycle.every) or timedelta.max
    # One that began in the past goes on in its rhythm.
    return first + max(0, -((first - start) // every)) * every, cycle


def next_strike(cycle: Cycle, last: datetime, now: datetime) -> tuple[datetime, Cycle] | None:
    """When a timer that struck for `last` strikes again, and what is left of it then; None when it was the last time.

    It is counted from when it should have struck, so that it never drifts. Of the times that have passed meanwhile
    only the latest was made up for, by the strike of now; they count all the same.
    """
    every = parse_duration(cycle.every) or timedelta.max
    passed = 1 + max(0, (now - last) // every)
    if cycle.times is not None and cycle.times <= passed:
        return None
    left = None if cycle.times is None else cycle.times - passed
    return last + passed * every, Cycle(left, None, cycle.every)


def parse_working_days(value: Any) -> int | None:
    """How many working days a text such as `5 working days` asks for; None if it asks for something else."""
    match = WORKING_DAYS.fullmatch(str(value).strip())
    return int(match[1]) if match and int(match[1]) else None


def count_working_days(count: int, start: datetime, calendar: Calendar) -> datetime:
    """The same time of day, `count` working days after `start`. Raises StepFailed where hardly any day is worked."""
    zone = ZoneInfo(calendar.zone)
    begun = start.astimezone(zone)
    for ahead in range(1, MOST_DAYS):
        day = begun.date() + timedelta(days=ahead)
        count -= calendar.is_worked(day)
        if not count:
            return datetime.combine(day, begun.time(), zone)
    raise StepFailed(f"There are not enough working days in the next {MOST_DAYS} days. Check the holidays.")


def late_start_of(variables: Mapping[str, Any]) -> int | None:
    """How many working days an instance that began late has where a deadline has passed already; None for others."""
    days = variables.get(LATE_START)
    return days if isinstance(days, int) and not isinstance(days, bool) and 0 < days < MOST_DAYS // 10 else None


def moment(value: Any, start: datetime, zone: str = "UTC") -> datetime:
    """The moment that a duration, a date or a date and time means, counted from `start`.

    A date without time means the end of that day in `zone`; working days are those from Monday to Friday, unless
    `count_working_days` is asked with a calendar. Never before `FIRST` or after `LAST`. Raises StepFailed for anything
    else.
    """
    return min(max(_moment(value, start, zone), FIRST), LAST)


def _moment(value: Any, start: datetime, zone: str) -> datetime:
    text = str(value).strip()
    if days := parse_working_days(text):
        return count_working_days(days, start, Calendar(zone))
    duration = parse_duration(text)
    if duration is not None:
        return start + duration
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), END_OF_DAY, ZoneInfo(zone))
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise StepFailed(f"“{text}” is neither a duration such as P14D nor a date such as 2026-12-31.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))


def end_of_day(at: datetime, zone: str) -> datetime:
    """The end of the day that `at` falls on in `zone`."""
    return datetime.combine(at.astimezone(ZoneInfo(zone)).date(), END_OF_DAY, ZoneInfo(zone))


def time_again(due: datetime, since: datetime, now: datetime, zone: str) -> datetime:
    """The deadline of who gets a step late that began at `since`: past its date, as much time as there was to it."""
    return due if due > now else end_of_day(now + (due - since), zone)


def due_at(value: Any, start: datetime, zone: str) -> datetime:
    """When a task is due: a duration of whole days ends with the day in the assignee's zone."""
    at = moment(value, start, zone)
    duration = parse_duration(str(value).strip())
    whole_days = duration is not None and duration % timedelta(days=1) == timedelta()
    return end_of_day(at, zone) if whole_days else at
