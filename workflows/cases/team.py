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
from workflows.people.plain import plain
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
    """One page of the people who report to a manager.

    `size` is how many report to them, `total` how many of these fit what is searched for, and `yours` how many open
    tasks the manager has about any of them, in whatever cycle.
    """

    members: list[Member]
    size: int
    total: int
    yours: int


def team_of(
    session: Session,
    manager_id: str,
    today: date,
    *,
    indirect: bool = False,
    name: str = "",
    first: int = 0,
    limit: int = 50,
) -> Team:
    """Who reports to the manager today, by name, with `indirect` everybody below them; from the one numbered `first`.

    `name` narrows it to those whose name contains it. Four statements, whatever the size of the team.
    """
    organisation = Organisation(session, today)
    below = organisation.everybody_below(manager_id) if indirect else organisation.direct_reports(manager_id)
    present = [person for person in below if not person.has_left]
    fitting = [person for person in present if plain(name) in plain(person.name)]
    people = fitting[first : first + limit]
    cases = _newest_cases(session, [person.id for person in people])
    waiting = _waiting(session, [case for case, _ in cases.values()])
    members = []
    for person in people:
        case, cycle = cases.get(person.id, (None, None))
        members.append(Member(person, case, cycle, waiting.get(person.id, [])))
    yours = _count_tasks(session, manager_id, {person.id for person in present})
    return Team(members, len(present), len(fitting), yours)


def _count_tasks(session: Session, holder_id: str, about: set[str]) -> int:
    subjects = session.scalars(select(Task.subject).where(IS_OPEN, Task.assignee == holder_id))
    return sum(subject in about for subject in subjects)


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
