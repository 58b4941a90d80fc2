"""Projects beside the line: who is in which on a day, who leads them, and who works side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.people.models import ProjectMembership


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody in a project: since when without a break, whatever their role, and the day on which that ends."""

    project: str
    person_id: str
    is_lead: bool
    since: date
    until: date | None


class Projects:
    """The memberships of one day. Whoever has been in a project longest comes first."""

    def __init__(self, memberships: Iterable[Membership]) -> None:
        self._by_project: dict[str, list[Membership]] = {}
        self._by_person: dict[str, list[Membership]] = {}
        for one in sorted(memberships, key=lambda one: (one.since, one.project, one.person_id)):
            self._by_project.setdefault(one.project, []).append(one)
            self._by_person.setdefault(one.person_id, []).append(one)

    def of(self, person_id: str) -> list[str]:
        """The projects somebody is in, the one they have been in longest first."""
        return [one.project for one in self._by_person.get(person_id, ())]

    def leads(self, project: str) -> list[str]:
        """The ids of those who lead a project."""
        return [one.person_id for one in self._by_project.get(project, ()) if one.is_lead]

    def beside(self, person_id: str) -> dict[str, str]:
        """Who has the same part in a project as somebody, by id, with the first such project.

        Members are beside members, and those who lead it beside each other.
        """
        found: dict[str, str] = {}
        for own in self._by_person.get(person_id, ()):
            for other in self._by_project[own.project]:
                if other.person_id != person_id and other.is_lead == own.is_lead:
                    found.setdefault(other.person_id, own.project)
        return found


def read_projects(session: Session, on: date) -> Projects:
    """Everybody who is in a project on that day. One statement."""
    row = ProjectMembership
    begun = select(row.project, row.person_id, row.is_lead, row.valid_from, row.valid_to).where(row.valid_from <= on)
    latest: dict[tuple[str, str], Membership] = {}
    for project, person_id, is_lead, begin, end in session.execute(begun.order_by(row.valid_from)):
        before = latest.get((project, person_id))
        since = before.since if before is not None and before.until == begin else begin
        latest[project, person_id] = Membership(project, person_id, is_lead, since, end)
    return Projects(one for one in latest.values() if one.until is None or one.until > on)
