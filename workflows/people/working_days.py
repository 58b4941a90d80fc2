"""Which days are worked where somebody is (R19): not the weekend of their country, not its holidays or their site's.

HR brings the holidays as a file, because no list knows the bridge days of a company. A day that no file names is
worked, unless it is of the weekend.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine import Calendar, Rejection, registry
from workflows.people.models import Holiday
from workflows.people.organisation import Organisation
from workflows.people.snapshot import organisation_on

COLUMNS = ("country", "site", "day", "name")
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
FROM_FRIDAY = frozenset(["BD", "BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"])
"""The countries whose weekend is Friday and Saturday; everywhere else it is Saturday and Sunday."""

KEPT = "calendars"
"""The key in `Session.info` of what a session has read: the organisation of a day and the holidays."""

Holidays = set[tuple[str, str, date]]


class FileOfHolidaysIsWrong(Rejection):
    """The file was not taken in; the message names the line, and what to write."""


def calendar_of(session: Session, person_id: str | None, now: datetime) -> Calendar:
    """When a person works. What it asks is read once in a session: two statements for however many people."""
    day = now.astimezone(UTC).date()
    kept: tuple[date, Organisation, Holidays] | None = session.info.get(KEPT)
    if kept is None or kept[0] != day:
        kept = session.info[KEPT] = (day, organisation_on(session, day), _read(session, day))
    _, organisation, holidays = kept
    person = organisation.person(person_id) if person_id else None
    if person is None:
        return Calendar()
    country, site = person.country, person.site
    weekend = {FRIDAY, SATURDAY} if country in FROM_FRIDAY else {SATURDAY, SUNDAY}
    places = {("", ""), (country, ""), (country, site)}

    def is_worked(on: date) -> bool:
        return on.weekday() not in weekend and not any((*place, on) in holidays for place in places)

    return Calendar(person.time_zone, is_worked)


def _read(session: Session, day: date) -> Holidays:
    rows = session.execute(select(Holiday.country, Holiday.site, Holiday.day).where(Holiday.day >= day))
    return {(country, site, on) for country, site, on in rows}


def replace_holidays(session: Session, content: bytes) -> int:
    """Take in a file of holidays in place of all that were known; returns how many there are.

    CSV with the columns country (two letters; empty: everywhere), site (empty: the whole country), day and name.
    Raises FileOfHolidaysIsWrong, and then nothing has changed.
    """
    found = {(row["country"], row["site"], row["day"]): row for row in _rows(content)}
    session.execute(delete(Holiday))
    if found:
        session.execute(insert(Holiday), list(found.values()))
    session.info.pop(KEPT, None)
    return len(found)


def _rows(content: bytes) -> Iterator[dict[str, str | date]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        lines = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileOfHolidaysIsWrong(f"This is no CSV file in UTF-8: {error}. Save it as one.") from error
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise FileOfHolidaysIsWrong(f"The column “{missing[0]}” is missing. It needs: {', '.join(COLUMNS)}.")
    for number, line in enumerate(lines, 2):
        yield _row(number, {column: (line[column] or "").strip() for column in COLUMNS})


def _row(number: int, line: dict[str, str]) -> dict[str, str | date]:
    country = line["country"].upper()
    if country and not (len(country) == len("DE") and country.isascii() and country.isalpha()):
        raise FileOfHolidaysIsWrong(f"Line {number}: “{line['country']}” is no country. Write two letters such as DE.")
    if line["site"] and not country:
        raise FileOfHolidaysIsWrong(f"Line {number}: the site “{line['site']}” has no country. Write it beside it.")
    if not line["name"]:
        raise FileOfHolidaysIsWrong(f"Line {number}: the day has no name. Write what people call it.")
    try:
        day = date.fromisoformat(line["day"])
    except ValueError:
        raise FileOfHolidaysIsWrong(f"Line {number}: “{line['day']}” is no date such as 2026-12-25.") from None
    return {"country": country, "site": line["site"], "day": day, "name": line["name"][:200]}


def install() -> None:
    """Count working days by these calendars."""
    registry.use_calendars(calendar_of)
