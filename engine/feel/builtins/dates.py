"""Functions on dates, times and durations."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from engine.feel.durations import Months, parse_duration
from engine.feel.far_moments import FarMoment, Moment, in_year, months_between, split_moment
from engine.feel.numbers import whole
from engine.feel.scope import Run
from engine.feel.signatures import builtin
from engine.feel.temporal import named_zone, parse_date, parse_date_time, parse_time, parse_zone

_FARTHEST_OFFSET = timedelta(hours=18)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _near(inner: date, cycles: int) -> Moment:
    return FarMoment(inner, cycles) if cycles else inner


@builtin("date", "from: text", gives="date")
def date_of_text(run: Run, text: str) -> Moment:
    return parse_date(text)


@builtin("date", "from: date|moment", gives="date")
def date_of_moment(run: Run, value: Moment) -> Moment:
    inner, cycles = split_moment(value)
    return _near(date(inner.year, inner.month, inner.day), cycles)


@builtin("date", "year: number, month: number, day: number", gives="date")
def date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Moment:
    return in_year(date(2000, 1, 1), whole(year), whole(month), whole(day))


@builtin("date and time", "from: text", gives="moment")
def moment_of_text(run: Run, text: str) -> Moment:
    return parse_date_time(text)


@builtin("date and time", "from: moment", gives="moment")
def moment_of_moment(run: Run, value: Moment) -> Moment:
    return value


@builtin("date and time", "date: date|moment, time: time", gives="moment")
def moment_of_parts(run: Run, day: Moment, clock: time) -> Moment:
    inner, cycles = split_moment(day)
    return _near(datetime.combine(date(inner.year, inner.month, inner.day), clock), cycles)


@builtin("date and time", "date: date|moment, timezone: text", gives="moment")
def moment_in_zone(run: Run, value: Moment, zone: str) -> Moment:
    """The same instant in another zone; a value without a zone is taken to be in that zone already."""
    inner, cycles = split_moment(value)
    target = parse_zone(zone) if zone[:1] in ("+", "-") or zone == "Z" else named_zone(zone)
    if not isinstance(inner, datetime):
        inner = datetime(inner.year, inner.month, inner.day, tzinfo=UTC)
    return _near(inner.astimezone(target) if inner.tzinfo else inner.replace(tzinfo=target), cycles)


@builtin("time", "from: text", gives="time")
def time_of_text(run: Run, text: str) -> time:
    return parse_time(text)


@builtin("time", "from: time|moment|date", gives="time")
def time_of_value(run: Run, value: time | Moment) -> time:
    if isinstance(value, time):
        return value
    inner, _ = split_moment(value)
    return inner.timetz() if isinstance(inner, datetime) else time(tzinfo=UTC)


@builtin("time", "hour: number, minute: number, second: number, offset?: span|null", gives="time")
def time_of_parts(run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None) -> time:
    if not 0 <= second < 60:
        raise ValueError("seconds run from 0 to 59")
    if offset is not None and abs(offset) > _FARTHEST_OFFSET:
        raise ValueError("a time zone is at most 18 hours away from UTC")
    zone = None if offset is None else timezone(offset)
    fraction = int((second - int(second)) * 1_000_000)
    return time(whole(hour), whole(minute), int(second), fraction, zone)


@builtin("duration", "from: text")
def duration_of_text(run: Run, text: str) -> timedelta | Months:
    return parse_duration(text)


@builtin("duration", "from: span|months")
def duration_of_duration(run: Run, value: timedelta | Months) -> timedelta | Months:
    return value


@builtin("years and months duration", "from: date|moment, to: date|moment", gives="months")
def months_from_to(run: Run, start: Moment, end: Moment) -> Months:
    return Months(months_between(start, end))


@builtin("now", "", gives="moment")
def now(run: Run) -> datetime:
    if run.now is None:
        raise ValueError("the current time is not known where this rule is used")
    return run.now


@builtin("today", "", gives="date")
def today(run: Run) -> date:
    return now(run).date()


@builtin("day of year", "date: date|moment", gives="number")
def day_of_year(run: Run, value: Moment) -> Decimal:
    return Decimal(split_moment(value)[0].timetuple().tm_yday)


@builtin("day of week", "date: date|moment", gives="text")
def day_of_week(run: Run, value: Moment) -> str:
    return _DAYS[split_moment(value)[0].weekday()]


@builtin("month of year", "date: date|moment", gives="text")
def month_of_year(run: Run, value: Moment) -> str:
    return _MONTHS[split_moment(value)[0].month - 1]


@builtin("week of year", "date: date|moment", gives="number")
def week_of_year(run: Run, value: Moment) -> Decimal:
    """The ISO 8601 week."""
    return Decimal(split_moment(value)[0].isocalendar().week)


@builtin("last day of month", "date: date|moment", gives="number")
def last_day_of_month(run: Run, value: Moment) -> Decimal:
    inner, _ = split_moment(value)
    return Decimal(calendar.monthrange(inner.year, inner.month)[1])
