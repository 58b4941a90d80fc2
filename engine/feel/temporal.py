"""Dates, times and time zones: reading and writing their ISO 8601 text, with FEEL's `@Zone/Name` suffix."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.feel.durations import Months, parse_duration
from engine.feel.far_moments import FarMoment, Moment, add_span, in_year, split_moment

_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]{1,60})?"
_DAY = r"(?P<year>-?[1-9]\d{4,8}|-?\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?"
_DATE = re.compile(_DAY, re.ASCII)
_TIME = re.compile("T?" + _CLOCK + _ZONE, re.ASCII)
_DATE_TIME = re.compile(_DAY + "(?:T" + _CLOCK + _ZONE + ")?", re.ASCII)
_LOCAL_MIDNIGHT = datetime.combine(date(2000, 1, 1), time())
_FARTHEST_OFFSET = timedelta(hours=18)


def parse_zone(text: str | None) -> tzinfo | None:
    """`Z`, `+02:00` or `@Europe/Paris`. Raises ValueError."""
    if text is None:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        return named_zone(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    if minutes > 59 or (seconds and seconds[0] > 59) or offset > _FARTHEST_OFFSET:
        raise ValueError("the time offset is out of range")
    return timezone(-offset if text[0] == "-" else offset)


def named_zone(name: str) -> tzinfo:
    # ZoneInfo keeps every path inside its own folder, but only a plain name may reach it at all.
    if not re.fullmatch(r"[A-Za-z0-9_+\-]{1,30}(?:/[A-Za-z0-9_+\-]{1,30}){0,2}", name):
        raise ValueError(f"there is no time zone '{name[:40]}'")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone '{name[:40]}'") from None


def parse_date(text: str) -> Moment:
    """A date such as 2026-03-31. Raises ValueError or OverflowError."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text[:40]}' is not a date; write for example 2026-03-31")
    return in_year(date(2000, 1, 1), int(match["year"]), int(match["month"]), int(match["day"]))


def parse_time(text: str) -> time:
    """A time such as 09:30:00, 09:30:00+02:00 or 09:30:00@Europe/Paris. Raises ValueError."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text[:40]}' is not a time; write for example 09:30:00")
    return _clock(match)


def parse_date_time(text: str) -> Moment:
    """A date and time such as 2026-03-31T09:30:00Z; a date alone means its first second. Raises ValueError."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text[:40]}' is not a date and time; write for example 2026-03-31T09:30:00Z")
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if match["hour"] is None:
        return in_year(_LOCAL_MIDNIGHT, year, month, day)
    if match["hour"] == "24":
        return _end_of_day(match, in_year(datetime(2000, 1, 1, tzinfo=parse_zone(match["zone"])), year, month, day))
    return in_year(datetime.combine(date(2000, 1, 1), _clock(match)), year, month, day)


def _clock(match: re.Match[str]) -> time:
    fraction = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    zone = parse_zone(match["zone"])
    return time(int(match["hour"]), int(match["minute"]), int(match["second"]), fraction, zone)


def _end_of_day(match: re.Match[str], midnight: Moment) -> Moment:
    if match["minute"] != "00" or match["second"] != "00" or match["fraction"]:
        raise ValueError("24:00:00 is the last time of a day")
    return add_span(midnight, timedelta(days=1))


def parse_temporal(text: str) -> Moment | time | timedelta | Months | None:
    """What an `@"..."` literal holds: a date, date and time, time or duration; None where it is none of them."""
    for parse in (parse_date, parse_date_time, parse_time, parse_duration):
        try:
            return parse(text)
        except (ValueError, OverflowError):
            continue
    return None


def offset_of(value: datetime | time) -> timedelta | None:
    """Distance from UTC; a time of day with a named zone has the one of 1 January 2000."""
    if isinstance(value, time) and isinstance(value.tzinfo, ZoneInfo):
        return value.tzinfo.utcoffset(_LOCAL_MIDNIGHT)
    return value.utcoffset()


def zone_name(value: datetime | time) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def clock_microseconds(value: time) -> int:
    """Microseconds since midnight, in UTC where the zone is known."""
    total = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = offset_of(value)
    return total if offset is None else total - round(offset.total_seconds() * 1_000_000)


def date_text(value: Moment) -> str:
    inner, _ = split_moment(value)
    year = value.year
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{inner.month:02d}-{inner.day:02d}"


def time_text(value: time | datetime) -> str:
    clock = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    if value.microsecond:
        clock += "." + f"{value.microsecond:06d}".rstrip("0")
    return clock + _zone_text(value)


def moment_text(value: Moment) -> str:
    inner = value.inner if isinstance(value, FarMoment) else value
    return f"{date_text(value)}T{time_text(inner)}" if isinstance(inner, datetime) else date_text(value)


def _zone_text(value: time | datetime) -> str:
    name, offset = zone_name(value), offset_of(value)
    if name is not None:
        return "@" + name
    if offset is None:
        return ""
    seconds = int(offset.total_seconds())
    if not seconds:
        return "Z"
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    minutes, rest = divmod(seconds, 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (f":{rest:02d}" if rest else "")
