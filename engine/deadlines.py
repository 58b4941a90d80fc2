"""From a duration in a diagram to a moment: the end of a day where the assignee lives (routing rule R19)."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import StepFailed

DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
END_OF_DAY = time(23, 59)


def parse_duration(text: str) -> timedelta | None:
    """The length of an ISO 8601 duration, a month counted as 30 days and a year as 365; None if it is none."""
    match = DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(days=365 * years + 30 * months + 7 * weeks + days, hours=hours, minutes=minutes, seconds=seconds)


def moment(value: Any, start: datetime, zone: str = "UTC") -> datetime:
    """The moment that a duration, a date or a date and time means, counted from `start`.

    A date without time means the end of that day in `zone`. Raises StepFailed for anything else.
    """
    text = str(value).strip()
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


def due_at(value: Any, start: datetime, zone: str) -> datetime:
    """When a task is due: a duration of whole days ends with the day in the assignee's zone."""
    at = moment(value, start, zone)
    duration = parse_duration(str(value).strip())
    whole_days = duration is not None and duration % timedelta(days=1) == timedelta()
    return end_of_day(at, zone) if whole_days else at
