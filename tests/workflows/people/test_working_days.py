"""Which days are worked where somebody is, and the file of holidays that HR brings."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deadlines import count_working_days
from tests.workflows.people.cast import NOW, bring_people, cast, counted, person
from workflows.people.models import Holiday
from workflows.people.working_days import FileOfHolidaysIsWrong, calendar_of, replace_holidays

HEADER = "country,site,day,name\n"
FILE = (
    HEADER
    + "BR,,2026-11-24,Day of the nation\n"
    + "br,São Paulo,2026-11-26,Day of the city\n"
    + "BR,Recife,2026-11-27,Day of another city\n"
    + ",,2026-11-30,Founders’ day\n"
)


def working(session: Session, who: str | None, *days: str) -> list[bool]:
    """Whether somebody works on these days."""
    calendar = calendar_of(session, who, NOW)
    return [calendar.is_worked(date.fromisoformat(day)) for day in days]


class TestWorkingDays:
    def test_leave_out_the_holidays_of_the_country_the_site_and_everywhere(self, company: Session) -> None:
        replace_holidays(company, FILE.encode())
        days = [f"2026-11-{day}" for day in (23, 24, 25, 26, 27, 28, 29, 30)]
        assert working(company, "ann", *days) == [True, False, True, False, True, False, False, False]
        assert calendar_of(company, "ann", NOW).zone == "America/Sao_Paulo"

    def test_know_weekends_on_other_days(self, company: Session) -> None:
        bring_people(company, [*cast(), person("omar", "mara", country="EG", site="Cairo", time_zone="Africa/Cairo")])
        assert working(company, "omar", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29") == [
            True,
            False,
            False,
            True,
        ]

    def test_of_nobody_are_from_monday_to_friday(self, company: Session) -> None:
        replace_holidays(company, FILE.encode())
        assert working(company, None, "2026-11-24", "2026-11-28") == [True, False]
        assert working(company, "nobody we know", "2026-11-24") == [True]

    def test_are_counted_for_many_people_with_two_statements_at_most(self, company: Session) -> None:
        replace_holidays(company, FILE.encode())
        company.flush()
        calendar_of(company, "ann", NOW)
        with counted(company) as statements:
            for who in ("ann", "carl", "ben", "mara"):
                count_working_days(5, NOW, calendar_of(company, who, NOW))
        assert len(statements) == 0


class TestFile:
    def test_takes_the_place_of_the_one_before(self, company: Session) -> None:
        assert replace_holidays(company, FILE.encode()) == 4
        assert replace_holidays(company, (HEADER + "DE,,2026-12-25,Christmas\n").encode("utf-8-sig")) == 1
        assert company.scalars(select(Holiday.name)).all() == ["Christmas"]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"\xff\xfe", "This is no CSV file in UTF-8"),
            (b"country,day,name\n", "The column “site” is missing. It needs: country, site, day, name."),
            (b"country,site,day,name\nGermany,,2026-12-25,X\n", "Line 2: “Germany” is no country."),
            (b"country,site,day,name\n,Berlin,2026-12-25,X\n", "Line 2: the site “Berlin” has no country."),
            (b"country,site,day,name\nDE,,25.12.2026,X\n", "Line 2: “25.12.2026” is no date such as 2026-12-25."),
            (b"country,site,day,name\nDE,,2026-12-25,\n", "Line 2: the day has no name."),
        ],
    )
    def test_with_a_mistake_changes_nothing_and_says_where_it_is(
        self, company: Session, content: bytes, said: str
    ) -> None:
        replace_holidays(company, FILE.encode())
        with pytest.raises(FileOfHolidaysIsWrong, match=re.escape(said)):
            replace_holidays(company, content)
        assert len(company.scalars(select(Holiday)).all()) == 4
