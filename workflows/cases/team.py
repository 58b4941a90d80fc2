"""A manager's team: where the case of each person stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Task
from workflows.cycles.models import Case, Cycle
from workflows.inbox.waiting import IS_OPEN
from workflows.people.facts import PersonOnDay
from workflows.people.models import Person
from workflows.people.organisation import Organisation
from workflows.routing.resolvers import GROUPS


@dataclass(frozen=True)
class Waiting:
    """An open task about somebody, and who has it."""

    id: int
    name: str
    holder_id: str | None
    holder: str
    due_at: datetime | None


@dataclass(frozen=True)
class Member:
    """Somebody who reports to the manager, with their newest case and what is open in it."""

    person: PersonOnDay
    case: Case | None
    cycle: Cycle | None
    waiting: list[Waiting]


@dataclass(frozen=True)
class Team:
    """One page of the people who report to a manager, and how many there are in all."""

    members: list[Member]
    total: int


def team_of(
    session: Session, manager_id: str, today: date, *, indirect: bool = False, first: int = 0, limit: int = 50
) -> Team:
    """Who reports to the manager today, by name, with `indirect` everybody below them; from the one numbered `first`.

    Three statements, whatever the size of the team.
    """
    organisation = Organisation(session, today)
    below = organisation.everybody_below(manager_id) if indirect else organisation.direct_reports(manager_id)
    present = [person for person in below if not person.has_left]
    people = present[first : first + limit]
    cases = _newest_cases(session, [person.id for person in people])
    waiting = _waiting(session, [case for case, _ in cases.values()])
    members = []
    for person in people:
        case, cycle = cases.get(person.id, (None, None))
        members.append(Member(person, case, cycle, waiting.get(person.id, [])))
    return Team(members, len(present))


def _newest_cases(session: Session, people: list[str]) -> dict[str, tuple[Case, Cycle]]:
    rows = session.execute(
        select(Case, Cycle)
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(Case.person_id.in_(people))
        .order_by(Cycle.launched_at, Cycle.id)
    )
    return {case.person_id: (case, cycle) for case, cycle in rows}


def _waiting(session: Session, cases: Iterable[Case]) -> dict[str, list[Waiting]]:
    roots = {case.person_id: case.root_id for case in cases}
    rows = session.execute(
        select(Task, Person.name)
        .outerjoin(Person, Person.id == Task.assignee)
        .where(IS_OPEN, Task.root_id.in_(set(roots.values())), Task.subject.in_(roots))
        .order_by(Task.due_at, Task.id)
    )
    found: dict[str, list[Waiting]] = {}
    for task, name in rows:
        if task.subject and roots[task.subject] == task.root_id:
            holder = name or GROUPS.get(task.group or "", "nobody")
            found.setdefault(task.subject, []).append(Waiting(task.id, task.name, task.assignee, holder, task.due_at))
    return found
