"""When a mail may go out: in somebody's own zone, never in their quiet hours, and on days they work."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Calendar
from workflows.notifications import models
from workflows.notifications.models import MENTION, OVERDUE, RELEASE, REMINDER
from workflows.notifications.preferences import AT_ONCE, DAILY, DEFAULT_WAYS, INSIDE, KINDS, MORNING, Preferences

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "America/New_York", "Asia/Tehran")
BERLIN = Calendar("Europe/Berlin")
# A year of Berlin and New York in which clocks go forward and back.
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001
times = st.times().map(lambda at: at.replace(microsecond=0))
choices = st.builds(Preferences, quiet_from=times, quiet_to=times, on_days_off=st.booleans())


def at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """A moment of 2026 in Berlin: in winter one hour ahead of UTC."""
    return datetime(2026, month, day, hour - 1, minute, tzinfo=UTC)


def test_people_can_choose_for_everything_that_is_told() -> None:
    told = {value for name, value in vars(models).items() if name.isupper() and isinstance(value, str)}
    states = {models.NEW, models.PLANNED, models.NOT_MAILED, models.MAILED, models.NOTICE, models.DIGEST}
    states |= {models.WAITING, models.SENDING, models.SENT, models.FAILED, models.UNKNOWN, models.DROPPED}
    # Only people outside are told that they are not needed any more, and they choose nothing.
    assert set(KINDS) == set(DEFAULT_WAYS) == told - states - {models.NOT_NEEDED}


@pytest.mark.parametrize(
    ("happened", "goes_out"),
    [
        pytest.param(at(3, 10), at(3, 10), id="in the middle of a Tuesday"),
        pytest.param(at(3, 19), at(4, 7), id="at the beginning of the quiet hours"),
        pytest.param(at(4, 3), at(4, 7), id="in the night"),
        pytest.param(at(4, 7), at(4, 7), id="at the end of the quiet hours"),
        pytest.param(at(6, 20), at(9, 7), id="on Friday evening"),
        pytest.param(at(8, 12), at(9, 7), id="on Sunday"),
    ],
)
def test_a_mail_waits_for_the_morning_of_a_working_day(happened: datetime, goes_out: datetime) -> None:
    assert Preferences().allowed(BERLIN, happened) == goes_out


def test_the_digest_comes_on_the_next_morning_that_is_worked() -> None:
    chosen = Preferences()
    assert chosen.plan(REMINDER, BERLIN, at(3, 6)) == at(3, 8)
    assert chosen.plan(REMINDER, BERLIN, at(3, 9)) == at(4, 8)
    # After the digest of Friday comes that of Monday, or of Tuesday where Monday is a holiday.
    assert chosen.plan(REMINDER, BERLIN, at(6, 9)) == at(9, 7)
    holiday = Calendar("Europe/Berlin", lambda day: day.weekday() < 5 and day != date(2026, 3, 9))
    assert chosen.plan(REMINDER, holiday, at(6, 9)) == at(10, 7)


def test_who_wants_nothing_by_mail_gets_nothing_by_mail() -> None:
    chosen = Preferences({MENTION: INSIDE, OVERDUE: DAILY})
    assert chosen.plan(MENTION, BERLIN, at(3, 10)) is None
    assert chosen.plan(OVERDUE, BERLIN, at(3, 10)) == at(4, 8)
    # What was not chosen is as it comes.
    assert chosen.way(RELEASE) == AT_ONCE


@given(chosen=choices, zone=st.sampled_from(ZONES), moment=moments)
def test_no_mail_goes_out_before_its_time_in_quiet_hours_or_on_a_day_off(
    chosen: Preferences, zone: str, moment: datetime
) -> None:
    calendar = Calendar(zone)
    found = chosen.allowed(calendar, moment)
    local = found.astimezone(ZoneInfo(zone))
    assert found >= moment
    assert not chosen.is_quiet(local.time())
    assert chosen.on_days_off or calendar.is_worked(local.date())
    # It is the first such moment: a weekend, the longest night, and the hour that a clock goes back.
    assert found - moment <= timedelta(days=4, hours=1)
    assert chosen.allowed(calendar, found) == found


@given(chosen=choices, zone=st.sampled_from(ZONES), moment=moments)
def test_a_digest_is_always_still_to_come_and_never_far_away(chosen: Preferences, zone: str, moment: datetime) -> None:
    found = chosen.plan(REMINDER, Calendar(zone), moment)
    assert found is not None
    assert moment < found <= moment + timedelta(days=5, hours=1)


def test_quiet_hours_of_no_length_are_none() -> None:
    chosen = Preferences(quiet_from=MORNING, quiet_to=MORNING, on_days_off=True)
    assert not any(chosen.is_quiet(time(hour)) for hour in range(24))
