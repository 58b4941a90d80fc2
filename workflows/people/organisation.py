"""The organisation on one day: who leads whom, who is there, and which unit belongs to which.

`Organisation` asks the database only for what it does not know yet, so that a click costs one statement; a launch
takes everything at once with `load_organisation` and then asks thousands of questions without any statement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.people.absences import Away, read_away
from workflows.people.facts import PersonOnDay, Rows, UnitOnDay, select_people_on, select_units_on, valid_on
from workflows.people.grades import rank_of
from workflows.people.lines import (
    line_above,
    list_managers_between,
    select_dotted_managers,
    select_everybody_below,
    select_reports,
)
from workflows.people.models import ACTIVE, DottedLine
from workflows.people.projects import Projects, read_projects

# Above this many people at once, reading everybody is cheaper than naming them.
_FEW = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """Which people a population takes. An empty set means "any"; `units` include the units below them."""

    statuses: frozenset[str] = frozenset({ACTIVE})
    employment_types: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    grades: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    job_families: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    hired_before: date | None = None

    def takes(self, person: PersonOnDay) -> bool:
        """Whether the person fits, units aside: those need the organisation."""
        wanted = (
            (self.statuses, person.status),
            (self.employment_types, person.employment_type),
            (self.grades, person.grade),
            (self.sites, person.site),
            (self.countries, person.country),
            (self.job_families, person.job_family),
            (self.people, person.id),
        )
        if self.hired_before is not None and person.hire_date >= self.hired_before:
            return False
        return all(not allowed or value in allowed for allowed, value in wanted)


class Organisation:
    """The people and units of one day.

    Answers are raw facts: a manager who is on leave or has left is still returned as the manager, with the status
    that says so, because what follows from it is the routing policy's to decide. None means vacant or not known on
    that day. Lists of people are ordered by name.
    """

    def __init__(self, session: Session, on: date) -> None:
        self.on = on
        self._session = session
        self._people: dict[str, PersonOnDay | None] = {}
        self._reports: dict[str, list[PersonOnDay]] = {}
        self._dotted: dict[str, list[PersonOnDay]] = {}
        self._units: dict[str, UnitOnDay] | None = None
        self._since: dict[str, date | None] = {}
        self._away: dict[str, Away] | None = None
        self._projects: Projects | None = None
        self._complete = False

    # What is known, and where it comes from

    def fetch(self, person_ids: Iterable[str]) -> None:
        """Read these people, everybody above them and their HR partners in one statement, as far as not known yet."""
        unknown = [] if self._complete else sorted(set(person_ids) - self._people.keys())
        if not unknown:
            return
        if len(unknown) > _FEW:
            self.load()
            return
        self._people.update(dict.fromkeys(unknown))
        self._read(line_above(), ids=unknown, day=self.on)

    def load(self) -> None:
        """Read everybody, all lines, units, absences and projects of the day: six statements, none afterwards."""
        everybody = self._read(select_people_on(self.on))
        self._complete = True
        self._reports = _group(everybody, lambda person: person.manager_id)
        lines = select(DottedLine.person_id, DottedLine.manager_id).where(valid_on(DottedLine, self.on))
        self._dotted = {}
        for person_id, manager_id in self._session.execute(lines):
            if manager := self._people.get(manager_id):
                self._dotted.setdefault(person_id, []).append(manager)
        for managers in self._dotted.values():
            managers.sort(key=_by_name)
        self.units()
        self._since = self._read_since(None)
        self.away()
        self.projects()
        # Nothing is left to ask for; whoever keeps this in memory must not keep a session and its database alive.
        del self._session

    def _read(self, statement: Rows, **parameters: object) -> list[PersonOnDay]:
        people = [PersonOnDay(*row) for row in self._session.execute(statement, parameters)]
        self._people.update({person.id: person for person in people})
        return people

    # Upwards

    def person(self, person_id: str) -> PersonOnDay | None:
        """The person, or None when nothing is known of them on that day."""
        if person_id not in self._people:
            self.fetch([person_id])
        return self._people.get(person_id)

    def manager_of(self, person_id: str) -> PersonOnDay | None:
        """The primary manager; None when the post is vacant."""
        person = self.person(person_id)
        return self.person(person.manager_id) if person and person.manager_id else None

    def managed_since(self, person_id: str) -> date | None:
        """The day from which on the person has had the manager of this day; None when the post is vacant."""
        if person_id not in self._since and not self._complete:
            self._since |= {person_id: None} | self._read_since([person_id])
        return self._since.get(person_id)

    def _read_since(self, person_ids: Sequence[str] | None) -> dict[str, date | None]:
        periods = list_managers_between(self._session, person_ids, date.min, self.on)
        return {person: known[-1].first if known[-1].manager_id else None for person, known in periods.items()}

    def managers_up(self, person_id: str) -> Iterator[PersonOnDay]:
        """The manager, the manager's manager and so on to the top; ends where the data loops."""
        seen = {person_id}
        manager = self.manager_of(person_id)
        while manager is not None and manager.id not in seen:
            yield manager
            seen.add(manager.id)
            manager = self.manager_of(manager.id)

    def levels_up(self, person_id: str, levels: int) -> PersonOnDay | None:
        """The manager `levels` above (1 is the manager, 2 the manager's manager), None above the top.

        Raises ValueError when `levels` is below 1.
        """
        if levels < 1:
            raise ValueError("levels up are counted from 1, the manager")
        for level, manager in enumerate(self.managers_up(person_id), start=1):
            if level == levels:
                return manager
        return None

    def is_above(self, manager_id: str, person_id: str) -> bool:
        """Whether somebody is anywhere in the line above a person."""
        return any(above.id == manager_id for above in self.managers_up(person_id))

    def dotted_managers(self, person_id: str) -> list[PersonOnDay]:
        """The dotted-line managers."""
        if person_id not in self._dotted and not self._complete:
            self._dotted[person_id] = self._read(select_dotted_managers(person_id, self.on))
        return list(self._dotted.get(person_id, ()))

    def hr_partner(self, person_id: str) -> PersonOnDay | None:
        """The HR partner who looks after the person."""
        person = self.person(person_id)
        return self.person(person.hrbp_id) if person and person.hrbp_id else None

    def chief_executive(self) -> PersonOnDay | None:
        """The head of the top unit; without one, the highest graded person who reports to nobody."""
        tops = [unit for unit in self.units().values() if unit.parent_id is None]
        if len(tops) == 1 and tops[0].head_id and (head := self.person(tops[0].head_id)):
            return head
        self._load_once()
        alone = [person for person in self.everybody() if person.manager_id is None and not person.has_left]
        return max(alone, key=lambda person: (rank_of(person.grade) or 0, person.id), default=None)

    # Who is there

    def away(self) -> dict[str, Away]:
        """Everybody who is out of office on the day, by their own account; leave of the HR system is their status."""
        if self._away is None:
            self._away = read_away(self._session, self.on)
        return self._away

    def is_away(self, person: PersonOnDay) -> bool:
        """Whether somebody is on leave or out of office on the day."""
        return person.is_on_leave or person.id in self.away()

    # Downwards and sideways

    def direct_reports(self, person_id: str) -> list[PersonOnDay]:
        """Everybody who reports straight to the person, leavers included."""
        if person_id not in self._reports and not self._complete:
            self._reports[person_id] = self._read(select_reports(person_id, self.on))
        return list(self._reports.get(person_id, ()))

    def everybody_below(self, person_id: str) -> list[PersonOnDay]:
        """Everybody in the line below the person, at any distance."""
        if not self._complete:
            return self._read(select_everybody_below(person_id, self.on))
        found: dict[str, PersonOnDay] = {}
        waiting = [person_id]
        while waiting:
            reports = [report for report in self._reports.get(waiting.pop(), ()) if report.id not in found]
            found.update({report.id: report for report in reports})
            waiting.extend(report.id for report in reports)
        found.pop(person_id, None)
        return sorted(found.values(), key=_by_name)

    def peers(self, person_id: str) -> list[PersonOnDay]:
        """The others who report to the same manager; nobody when there is no manager."""
        person = self.person(person_id)
        if person is None or person.manager_id is None:
            return []
        return [report for report in self.direct_reports(person.manager_id) if report.id != person_id]

    def projects(self) -> Projects:
        """Who is in which project on the day."""
        if self._projects is None:
            self._projects = read_projects(self._session, self.on)
        return self._projects

    def project_peers(self, person_id: str) -> list[PersonOnDay]:
        """Those with the same part in a project of the person who are neither above nor below them in the line."""
        beside = self.projects().beside(person_id)
        self.fetch(beside)
        others = (self.person(one) for one in beside if not self.is_in_line(one, person_id))
        return sorted((person for person in others if person is not None), key=_by_name)

    def is_in_line(self, one: str, other: str) -> bool:
        """Whether one of two people is anywhere above the other."""
        return self.is_above(one, other) or self.is_above(other, one)

    # Units

    def units(self) -> dict[str, UnitOnDay]:
        """Every unit of the day by its id."""
        if self._units is None:
            rows = self._session.execute(select_units_on(self.on))
            self._units = {unit.id: unit for unit in (UnitOnDay(*row) for row in rows)}
        return self._units

    def head_of_unit(self, unit_id: str) -> PersonOnDay | None:
        """The head of the unit; None when the post is vacant or there is no such unit."""
        unit = self.units().get(unit_id)
        return self.person(unit.head_id) if unit and unit.head_id else None

    def unit_path(self, unit_id: str) -> list[UnitOnDay]:
        """The units from the top down to this one; empty for an unknown unit."""
        path: list[UnitOnDay] = []
        unit = self.units().get(unit_id)
        while unit is not None and unit not in path:
            path.insert(0, unit)
            unit = self.units().get(unit.parent_id) if unit.parent_id else None
        return path

    def units_below(self, unit_id: str) -> set[str]:
        """The ids of the unit and of all units below it."""
        children: dict[str | None, list[str]] = {}
        for unit in self.units().values():
            children.setdefault(unit.parent_id, []).append(unit.id)
        found, waiting = {unit_id}, [unit_id]
        while waiting:
            new = set(children.get(waiting.pop(), ())) - found
            found |= new
            waiting.extend(new)
        return found

    # Populations

    def everybody(self) -> list[PersonOnDay]:
        """Everybody known on that day, leavers included."""
        self._load_once()
        return sorted((person for person in self._people.values() if person is not None), key=_by_name)

    def select(self, selection: Selection) -> list[PersonOnDay]:
        """The people a population takes."""
        units = {below for unit in selection.units for below in self.units_below(unit)}
        return [
            person
            for person in self.everybody()
            if selection.takes(person) and (not selection.units or person.org_unit in units)
        ]

    def _load_once(self) -> None:
        if not self._complete:
            self.load()


def load_organisation(session: Session, on: date) -> Organisation:
    """The whole organisation of a day in memory: six statements now, none for any question afterwards."""
    organisation = Organisation(session, on)
    organisation.load()
    return organisation


def _by_name(person: PersonOnDay) -> tuple[str, str]:
    return (person.name, person.id)


def _group(people: Iterable[PersonOnDay], key: Callable[[PersonOnDay], str | None]) -> dict[str, list[PersonOnDay]]:
    groups: dict[str, list[PersonOnDay]] = {}
    for person in sorted(people, key=_by_name):
        if (value := key(person)) is not None:
            groups.setdefault(value, []).append(person)
    return groups
