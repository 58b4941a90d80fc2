"""What there is on the stage of a walk-through: where the case is, who can do what, and what stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    RUNNING,
    UNFINISHED,
    HistoryEntry,
    Incident,
    Instance,
    NotAllowed,
    NotFound,
    Program,
    Task,
    jobs,
    messages,
    program_for,
    tasks,
)
from workflows.cycles.progress import PLACE
from workflows.people.accounts import EXECUTIVE
from workflows.people.grades import is_executive
from workflows.people.models import ACTIVE
from workflows.people.organisation import Organisation
from workflows.people.search import name_people
from workflows.people.snapshot import organisation_on
from workflows.routing.explain import explain
from workflows.routing.facts import day_of
from workflows.routing.resolvers import GROUPS
from workflows.routing.rolls import Rolls

MOST_ACTORS = 8
"""So many members of a group are offered to act as."""


@dataclass(frozen=True)
class Role:
    """Somebody one can act as, and what they are to the case: “their manager”."""

    person_id: str
    name: str
    what: str


@dataclass(frozen=True)
class OnStage:
    """An open task, at its place in the picture, with everybody who may do it; `nobody` says why nobody may."""

    id: int
    name: str
    step: str
    place: str
    subject: str | None
    about: str
    due_at: datetime | None
    is_late: bool
    roles: Sequence[Role]
    why: str
    nobody: str = ""


@dataclass(frozen=True)
class Stop:
    """A step that cannot go on, and why."""

    place: str
    step: str
    problem: str


@dataclass(frozen=True)
class Scene:
    """The stage at a moment. `next_at` is when something happens by itself, None when nothing will.

    `done` are the elements of the picture that the case has passed. `variables` has one entry an instance that runs;
    `awaited` are the messages and signals that some of them wait for.
    """

    at: datetime
    has_ended: bool
    program: Program
    tasks: Sequence[OnStage]
    stops: Sequence[Stop]
    done: frozenset[str]
    next_at: datetime | None
    next_due: datetime | None
    variables: Sequence[tuple[str, dict[str, Any]]]
    awaited: Sequence[messages.Awaited]


def look(session: Session, at: datetime) -> Scene:
    """The stage as it stands at a moment."""
    root = session.scalars(select(Instance).where(Instance.parent_id.is_(None)).order_by(Instance.id).limit(1)).one()
    program = program_for(session, root.definition_id)
    opened = _list_tasks(session, at)
    due = [task.due_at for task in opened if task.due_at is not None and task.due_at >= at]
    instances = session.scalars(select(Instance).order_by(Instance.id)).all()
    return Scene(
        at=at,
        has_ended=root.state != RUNNING,
        program=program,
        tasks=opened,
        stops=_list_stops(session, program),
        done=_passed(session),
        next_at=jobs.next_due(session),
        next_due=min(due, default=None),
        variables=[(one.name, one.variables) for one in instances if one.state == RUNNING],
        awaited=messages.list_awaited(session),
    )


def list_concerned(session: Session, person_id: str, at: datetime) -> list[Role]:
    """Whom the review of somebody concerns first: themselves, their manager, their HR partner; nobody twice."""
    organisation = organisation_on(session, day_of(at))
    person = organisation.person(person_id)
    if person is None:
        return []
    found = {person.id: Role(person.id, person.name, "the person it is about")}
    for other, what in ((person.manager_id, "their manager"), (person.hrbp_id, "their HR partner")):
        known = organisation.person(other) if other else None
        if known is not None:
            found.setdefault(known.id, Role(known.id, known.name, what))
    return list(found.values())


def describe_act(session: Session, task_id: int, person_id: str, at: datetime) -> str:
    """Who hands in what, for the list of steps. Raises NotFound when the task is not open, or not theirs to do."""
    for task in _list_tasks(session, at):
        for role in task.roles:
            if task.id == task_id and role.person_id == person_id:
                who = f"{role.name} ({role.what})" if role.what else role.name
                return f"{who} hands in “{task.name}”"
    raise NotFound("This task is not open any more at this point of the walk-through, or not for this person.")


def _list_tasks(session: Session, at: datetime) -> list[OnStage]:
    organisation = organisation_on(session, day_of(at))
    rows = session.execute(
        select(Task, PLACE)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.state.in_(UNFINISHED))
        .order_by(Task.id)
    ).all()
    return [_describe(session, organisation, task, place, at) for task, place in rows]


def _describe(session: Session, organisation: Organisation, task: Task, place: str, at: datetime) -> OnStage:
    roles, nobody = _list_roles(session, organisation, task, at)
    subject = organisation.person(task.subject) if task.subject else None
    return OnStage(
        id=task.id,
        name=task.name,
        step=task.step,
        place=place,
        subject=task.subject,
        about=subject.name if subject else "",
        due_at=task.due_at,
        is_late=task.due_at is not None and task.due_at < at,
        roles=roles,
        why=explain(task.explanation, holder=task.assignee, reader=""),
        nobody=nobody,
    )


def _list_roles(session: Session, organisation: Organisation, task: Task, at: datetime) -> tuple[list[Role], str]:
    """Who may do a task, and the refusal of the gate where nobody may."""
    group = GROUPS.get(task.group or "", "the group")
    refusal = f"Nobody who is at work belongs to {group}."
    found: list[Role] = []
    for person_id in [task.assignee] if task.assignee else _members(session, organisation, task.group or "", at):
        try:
            tasks.load(session, task.id, actor=person_id, now=at)
        except NotAllowed as refused:
            refusal = f"Nobody of {group} may do it. To the last one asked the rule says: {refused}"
            continue
        person = organisation.person(person_id)
        name = person.name if person else name_people(session, [person_id]).get(person_id, person_id)
        found.append(Role(person_id, name, _relate(organisation, task, person_id)))
        if len(found) == MOST_ACTORS:
            break
    return found, "" if found else refusal


def _members(session: Session, organisation: Organisation, group: str, at: datetime) -> list[str]:
    if group == EXECUTIVE:
        return [one.id for one in organisation.everybody() if one.status == ACTIVE and is_executive(one.grade)]
    members = [organisation.person(one) for one in Rolls(session, day_of(at)).with_role(group)]
    return [one.id for one in members if one is not None and one.status == ACTIVE]


def _relate(organisation: Organisation, task: Task, person_id: str) -> str:
    """What somebody is to the case, in a few words."""
    subject = organisation.person(task.subject) if task.subject else None
    person = organisation.person(person_id)
    if subject is not None and person_id == subject.id:
        return "the person it is about"
    if subject is not None and person_id == subject.manager_id:
        return "their manager"
    if subject is not None and person_id == subject.hrbp_id:
        return "their HR partner"
    return person.job_title if person else ""


def _list_stops(session: Session, program: Program) -> list[Stop]:
    rows = session.execute(
        select(Incident, Instance.called_at)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.id)
    ).all()
    steps = program.diagram.steps
    return [
        Stop(place, steps[place].name if place in steps else "The process", incident.problem)
        for incident, place in ((one, called_at or one.step or "") for one, called_at in rows)
    ]


def _passed(session: Session) -> frozenset[str]:
    rows = session.scalars(
        select(HistoryEntry.step).where(
            HistoryEntry.kind.in_(("task_completed", "service_done", "members_done", "timer_fired", "step_settled"))
        )
    )
    return frozenset(step for step in rows if step)
