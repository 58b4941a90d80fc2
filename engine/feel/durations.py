"""The two kinds of duration: days and time (Python's timedelta), years and months (whole months)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_DAYS_AND_TIME = re.compile(
    r"(-)?P(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.(\d{0,9}))?S)?)?", re.ASCII
)
_YEARS_AND_MONTHS = re.compile(r"(-)?P(?:(\d{1,9})Y)?(?:(\d{1,10})M)?", re.ASCII)
_LONGEST_MONTHS = 12 * 999_999_999
_DAY = 86_400
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Months:
    """A years and months duration, as a whole number of months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > _LONGEST_MONTHS:
            raise OverflowError("the duration is too long")


def microseconds(value: timedelta) -> int:
    return (value.days * _DAY + value.seconds) * _MILLION + value.microseconds


def parse_duration(text: str) -> timedelta | Months:
    """An ISO 8601 duration such as P14D, PT36H or P1Y6M. Raises ValueError or OverflowError."""
    match = _YEARS_AND_MONTHS.fullmatch(text)
    if match and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return Months(-months if match[1] else months)
    match = _DAYS_AND_TIME.fullmatch(text)
    if match is None or all(part is None for part in match.groups()[1:]):
        raise ValueError(f"'{text[:40]}' is not a duration; write for example P14D, PT36H or P1Y6M")
    days, hours, minutes, seconds = (int(match[group] or 0) for group in (2, 3, 4, 5))
    fraction = int((match[6] or "0")[:6].ljust(6, "0"))
    value = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction)
    return -value if match[1] else value


def months_text(value: Months) -> str:
    years, months = divmod(abs(value.months), 12)
    sign = "-" if value.months < 0 else ""
    year_part = f"{years}Y" if years else ""
    month_part = f"{months}M" if months or not years else ""
    return f"{sign}P{year_part}{month_part}"


def time_span_text(value: timedelta) -> str:
    total = microseconds(value)
    if not total:
        return "PT0S"
    seconds, fraction = divmod(abs(total), _MILLION)
    days, seconds = divmod(seconds, _DAY)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    second_part = f"{seconds}" + ("." + f"{fraction:06d}".rstrip("0") if fraction else "")
    clock = "".join(
        (
            f"{hours}H" if hours else "",
            f"{minutes}M" if minutes else "",
            f"{second_part}S" if seconds or fraction else "",
        )
    )
    sign = "-" if total < 0 else ""
    day_part = f"{days}D" if days else ""
    return f"{sign}P{day_part}{'T' + clock if clock else ''}"
