"""Deadlines and timers in working days, by the calendar of whom they are for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from engine import clock, registry
from engine.deadlines import Calendar, count_working_days, moment, parse_working_days
from engine.errors import StepFailed
from tests.engine.playing import Play

FRIDAY = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)


def weekdays_but_one(day: date) -> bool:
    return day.weekday() < 5 and day != date(2026, 12, 1)


class TestCounting:
    def test_leaves_out_the_weekend(self) -> None:
        assert count_working_days(1, FRIDAY, Calendar()) == datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
        assert moment("6 working days", FRIDAY) == datetime(2026, 12, 7, 15, 30, tzinfo=UTC)

    def test_r19_leaves_out_holidays(self) -> None:
        calendar = Calendar("UTC", weekdays_but_one)
        assert count_working_days(2, FRIDAY, calendar) == datetime(2026, 12, 2, 15, 30, tzinfo=UTC)

    def test_keeps_the_time_of_day_where_somebody_is(self) -> None:
        """Clocks go back in Berlin on 25 October 2026."""
        start = datetime(2026, 10, 23, 7, tzinfo=UTC)
        due = count_working_days(1, start, Calendar("Europe/Berlin"))
        assert due.astimezone(ZoneInfo("Europe/Berlin")).isoformat() == "2026-10-26T09:00:00+01:00"

    def test_begins_on_the_day_it_is_where_somebody_is(self) -> None:
        """Friday evening in UTC is Saturday in Tokyo."""
        due = count_working_days(1, datetime(2026, 11, 27, 20, tzinfo=UTC), Calendar("Asia/Tokyo"))
        assert due.date() == date(2026, 11, 30)

    def test_where_nobody_ever_works_fails_in_words(self) -> None:
        with pytest.raises(StepFailed, match=r"not enough working days in the next 4000 days\. Check the holidays"):
            count_working_days(1, FRIDAY, Calendar("UTC", lambda _day: False))

    @pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Pacific/Auckland"])
    def test_a_date_that_means_never_can_be_kept_in_every_zone(self, zone: str) -> None:
        for text in ("9999-12-31", "9999-12-31T23:30:00", "0001-01-01T00:00:00"):
            at = moment(text, FRIDAY, zone).astimezone(UTC)
            assert (at > FRIDAY) == text.startswith("9999")

    @given(st.integers(1, 300), st.integers(0, 6))
    def test_gives_a_day_that_is_worked_with_as_many_before_it(self, count: int, later: int) -> None:
        start = FRIDAY + timedelta(days=later)
        due = count_working_days(count, start, Calendar())
        days = [start.date() + timedelta(days=ahead) for ahead in range(1, (due.date() - start.date()).days + 1)]
        assert sum(day.weekday() < 5 for day in days) == count
        assert due.weekday() < 5

    @pytest.mark.parametrize(
        ("text", "days"),
        [("5 working days", 5), ("1 working day", 1), ("0 working days", None), ("5 days", None), ("P5D", None)],
    )
    def test_is_said_in_one_way(self, text: str, days: int | None) -> None:
        assert parse_working_days(text) == days


class TestInAProcess:
    def test_r19_a_task_is_due_at_the_end_of_the_last_day_of_its_holder(self, play: Play) -> None:
        # given
        asked: list[str | None] = []

        def calendar_of(_session: Session, person: str | None, _now: datetime) -> Calendar:
            asked.append(person)
            return Calendar("Asia/Tokyo", lambda day: day.weekday() < 5)

        registry.use_calendars(calendar_of)
        # when
        play.start("working_days", subject="E1", days=3)
        # then
        due = play.task("write").due_at
        assert due is not None
        expected = count_working_days(5, clock.now(), Calendar("Asia/Tokyo"))
        assert due.astimezone(ZoneInfo("Asia/Tokyo")).date() == expected.date()
        assert due.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") == "23:59"
        assert asked == ["cem"]

    def test_a_timer_counts_the_days_of_whom_the_case_is_about(self, play: Play) -> None:
        # given
        asked: list[str | None] = []

        def every_day(_session: Session, person: str | None, _now: datetime) -> Calendar:
            asked.append(person)
            return Calendar("UTC", lambda _day: True)

        play.start("working_days", subject="E1", days=3)
        registry.use_calendars(every_day)
        # when
        play.complete("write")
        # then
        (job,) = play.jobs()
        assert timedelta(days=2, hours=23) < job.due_at - clock.now() <= timedelta(days=3)
        assert asked == ["E1"]
        play.travel(days=3, minutes=1)
        assert play.open() == ["sum_up"]

    def test_without_a_calendar_they_are_from_monday_to_friday(self, play: Play) -> None:
        play.start("working_days", days=1)
        play.complete("write")
        (job,) = play.jobs()
        assert job.due_at.weekday() < 5
        assert job.due_at - clock.now() <= timedelta(days=3)

    def test_that_are_no_number_are_an_incident(self, play: Play) -> None:
        play.start("working_days", days="some")
        play.complete("write")
        assert len(play.incidents()) == 1
        assert "“some working days” is neither a duration" in play.incidents()[0]
