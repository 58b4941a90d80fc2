"""Dates outside of the years 1 to 9999, which Python's own dates cannot hold but DMN allows.

The Gregorian calendar repeats itself every 400 years to the day. So such a date is kept as a Python date inside the
known range (`inner`) and a number of 400-year cycles to add to it; all arithmetic is done in whole microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from engine.feel.durations import microseconds

_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097
_DAY = 86_400_000_000
_FARTHEST_YEAR = 999_999_999
_PAST, _FUTURE = 400, 9200  # first years of the cycles that stand for "long ago" and "far ahead"


@dataclass(frozen=True, slots=True)
class FarMoment:
    inner: date
    cycles: int

    @property
    def year(self) -> int:
        return self.inner.year + self.cycles * _CYCLE_YEARS


Moment = date | FarMoment


def split_moment(value: Moment) -> tuple[date, int]:
    """(Python date or datetime, cycles)."""
    return (value.inner, value.cycles) if isinstance(value, FarMoment) else (value, 0)


def in_year(inner: date, year: int, month: int, day: int) -> Moment:
    """The moment with this year, month and day, and the clock time and zone of `inner`."""
    if 1 <= year <= 9999:
        return inner.replace(year=year, month=month, day=day)
    if abs(year) > _FARTHEST_YEAR:
        raise OverflowError("the date is out of range")
    stand_in = (_PAST if year < 1 else _FUTURE) + year % _CYCLE_YEARS
    return FarMoment(inner.replace(year=stand_in, month=month, day=day), (year - stand_in) // _CYCLE_YEARS)


def day_number(value: Moment) -> int:
    inner, cycles = split_moment(value)
    return inner.toordinal() + cycles * _CYCLE_DAYS


def instant(value: Moment) -> int:
    """Microseconds on one line of time: UTC where a zone is known, as written where not."""
    inner, _ = split_moment(value)
    total = day_number(value) * _DAY
    if isinstance(inner, datetime):
        clock = timedelta(hours=inner.hour, minutes=inner.minute, seconds=inner.second, microseconds=inner.microsecond)
        total += microseconds(clock) - microseconds(inner.utcoffset() or timedelta())
    return total


def from_instant(total: int, zone: tzinfo | None) -> Moment:
    """The date and time at this instant, in this zone."""
    day, clock = divmod(total, _DAY)
    cycles, day = divmod(day - 1, _CYCLE_DAYS)
    # Years 1 to 400 become 401 to 800, so that the shift into the zone cannot leave Python's range.
    inner = datetime.fromordinal(day + 1 + _CYCLE_DAYS) + timedelta(microseconds=clock)
    cycles -= 1
    if zone is not None:
        inner = _into_zone(inner, cycles, zone)
    return in_year(inner, inner.year + cycles * _CYCLE_YEARS, inner.month, inner.day)


def _into_zone(inner: datetime, cycles: int, zone: tzinfo) -> datetime:
    """Shift from UTC by the rules of the true year, or of the nearest years that Python knows."""
    year = inner.year + cycles * _CYCLE_YEARS
    if 2 <= year <= 9998:
        ahead = cycles * _CYCLE_YEARS
    else:
        ahead = 0 if year < 2 else _FUTURE - _PAST
    local = inner.replace(year=inner.year + ahead, tzinfo=UTC).astimezone(zone)
    return local.replace(year=local.year - ahead)


def add_span(value: Moment, span: timedelta) -> Moment:
    """The moment this much later; a date stays a date, whole days only. Raises OverflowError."""
    if not isinstance(value, FarMoment):
        try:
            return _add_span_nearby(value, span)
        except OverflowError:
            pass  # the result lies outside of Python's years
    inner, _ = split_moment(value)
    moved = instant(value) + microseconds(span)
    if isinstance(inner, datetime):
        return from_instant(moved, inner.tzinfo)
    base, cycles = split_moment(from_instant(moved, None))
    day = date(base.year, base.month, base.day)
    return FarMoment(day, cycles) if cycles else day


def _add_span_nearby(value: date, span: timedelta) -> date:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return (value.astimezone(UTC) + span).astimezone(value.tzinfo)
    return value + span


def add_months(value: Moment, months: int) -> Moment:
    """The same day so many months later, or the last day of that month where it is shorter."""
    inner, _ = split_moment(value)
    year, month = divmod(value.year * 12 + inner.month - 1 + months, 12)
    for day in (inner.day, 30, 29, 28):
        if day <= inner.day:
            try:
                return in_year(inner, year, month + 1, day)
            except ValueError:
                continue
    raise OverflowError("the date is out of range")


def months_between(start: Moment, end: Moment) -> int:
    """Whole months from one date to the other, negative where the end is earlier."""
    first, last = _calendar_day(start), _calendar_day(end)
    sign = 1
    if last < first:
        first, last, sign = last, first, -1
    months = (last[0] - first[0]) * 12 + last[1] - first[1]
    return sign * (months - 1 if last[2] < first[2] else months)


def _calendar_day(value: Moment) -> tuple[int, int, int]:
    inner, _ = split_moment(value)
    return value.year, inner.month, inner.day
