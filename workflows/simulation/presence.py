"""Who is at work on which day, as far as the organisation knows today; and who belongs to the groups."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Calendar
from workflows.people.accounts import EXECUTIVE
from workflows.people.grades import is_executive
from workflows.people.models import ACTIVE, ON_LEAVE, TERMINATED, Absence, Account, Person, PersonVersion
from workflows.people.working_days import calendar_of
from workflows.simulation.assumptions import Assumptions

_Period = tuple[date, date, str, str]


class Presence:
    """The working days of everybody. Read once, in a few statements; then it asks the database nothing."""

    def __init__(self, session: Session, assumptions: Assumptions, now: datetime) -> None:
        version = PersonVersion
        self._periods: dict[str, list[_Period]] = {}
        self._zones: dict[str, str] = {}
        self._roles = {
            person: tuple(roles) for person, roles in session.execute(select(Account.person_id, Account.roles))
        }
        self._absences: dict[str, list[tuple[date, date]]] = {}
        planned = select(Absence.person_id, Absence.first_day, Absence.last_day).where(Absence.ended_at.is_(None))
        for person, first, last in session.execute(planned):
            self._absences.setdefault(person, []).append((first, last or date.max))
        self._assumptions = assumptions
        self._calendars: dict[str, Calendar] = {}
        rows = session.execute(
            select(version.person_id, version.valid_from, version.valid_to, version.status, version.grade)
            .add_columns(Person.time_zone)
            .join(Person, Person.id == version.person_id)
            .order_by(version.person_id, version.valid_from)
        )
        for person, begins, ends, status, grade, zone in rows:
            self._periods.setdefault(person, []).append((begins, ends or date.max, status, grade))
            self._zones[person] = zone
            if person not in self._calendars:
                self._calendars[person] = calendar_of(session, person, now)

    def works_on(self, person: str, day: date) -> bool:
        """Whether a person works on that day: neither weekend nor holiday, and neither away nor gone."""
        if self._assumptions.is_free(day) or not self._is_worked(person, day):
            return False
        return self.status_on(person, day) == ACTIVE

    def _is_worked(self, person: str, day: date) -> bool:
        # Assumed working days are those of everybody.
        return bool(self._assumptions.working_days) or self._calendars[person].is_worked(day)

    def status_on(self, person: str, day: date) -> str:
        """Active, on leave (or out of office) or terminated; the latter also before the first day."""
        period = self._on(person, day)
        if period is not None and period[2] == ACTIVE and self._is_out_of_office(person, day):
            return ON_LEAVE
        return period[2] if period else TERMINATED

    def _is_out_of_office(self, person: str, day: date) -> bool:
        return any(first <= day <= last for first, last in self._absences.get(person, ()))

    def zone_of(self, person: str) -> ZoneInfo:
        """The time zone of a person."""
        return ZoneInfo(self._zones.get(person, "UTC"))

    def members_of(self, group: str, day: date) -> Sequence[str]:
        """Who belongs to a group on that day and has not left, by id."""
        if group == EXECUTIVE:
            found = [person for person in self._periods if self._is_executive(person, day)]
        else:
            found = [person for person, roles in self._roles.items() if group in roles]
        return sorted(person for person in found if self.status_on(person, day) != TERMINATED)

    def _is_executive(self, person: str, day: date) -> bool:
        period = self._on(person, day)
        return period is not None and is_executive(period[3])

    def _on(self, person: str, day: date) -> _Period | None:
        return next((p for p in self._periods.get(person, ()) if p[0] <= day < p[1]), None)
