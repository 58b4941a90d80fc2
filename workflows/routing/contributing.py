"""One person in several roles in a case (R15): one contribution each, or only that of the role that comes first.

Contributions are the steps that ask somebody in one of ROLES to write about a person. Where the cycle asks for one
alone, a step is passed over whose holder contributes in a role before it: because they have done or hold such a step
about the same person, or because they would get it today. What decides or approves is no contribution, and is left to
the rules about conflicts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    CANCELLED,
    OPEN,
    AssignmentRequest,
    Changes,
    Conflict,
    Instance,
    Job,
    Program,
    Step,
    Task,
    program_for,
    registry,
    request_for,
    tasks,
)
from workflows.notifications.informing import Notice, inform
from workflows.notifications.models import PASSED_OVER
from workflows.people.search import name_people
from workflows.reviews.forms import asks_for_approval, questionnaire_of
from workflows.routing.choosing import choose
from workflows.routing.conflicts import Stakes
from workflows.routing.facts import ask
from workflows.routing.resolvers import ACTORS
from workflows.routing.situations import FIRST_ROLE, WHEN_SEVERAL_ROLES

ROLES = ("manager", "majority manager", "dotted-line manager", "former manager", "member")
"""The actors that contribute, by their precedence; a member is whom a branch is for, such as a nominated colleague."""
LOOK = "look_at_roles"


@registry.listen("task_opened")
def begin(session: Session, tasks: Sequence[dict[str, Any]], now: datetime) -> None:
    """Have those new tasks looked at whose holders may contribute in a role that comes before; no statement else."""
    changes = Changes(now)
    for row in tasks:
        if row["assignee"] is None or row["subject"] is None:
            continue
        program = program_for(session, row["definition_id"])
        step = program.step(row["step"])
        if not _earlier(program, step, {}):
            continue
        instance = session.get_one(Instance, row["instance_id"])
        if instance.variables.get(WHEN_SEVERAL_ROLES.variable) == FIRST_ROLE:
            changes.job(LOOK, instance.id, row["token"], now, step=row["step"])
    if changes.jobs:
        changes.write(session)


@registry.job_kind(LOOK)
def look(session: Session, job: Job, now: datetime) -> None:
    """Pass over a task whose holder contributes about the same person in a role that comes before."""
    task = session.scalar(
        select(Task).where(Task.instance_id == job.instance_id, Task.token == job.token, Task.state == OPEN)
    )
    if task is None or task.step != job.payload["step"] or task.assignee is None:
        return
    instance, program = session.get_one(Instance, task.instance_id), program_for(session, task.definition_id)
    person = task.owner or task.assignee
    for step in _earlier(program, program.step(task.step), instance.variables):
        if _does(session, task, request_for(instance, step, program, now), now) == person:
            _pass_over(session, task, person, step, now)
            return


def _earlier(program: Program, step: Step, variables: dict[str, Any]) -> list[Step]:
    """The contributions of a process that come before a step by their role; none where the step is no contribution."""
    if not _contributes(program, step, variables):
        return []
    rank = ROLES.index(step.settings["actor"])
    before = [one for one in program.diagram.steps.values() if one.settings.get("actor") in ROLES[:rank]]
    found = [one for one in before if _contributes(program, one, variables)]
    return sorted(found, key=lambda one: ROLES.index(one.settings["actor"]))


def _contributes(program: Program, step: Step, variables: dict[str, Any]) -> bool:
    if step.settings.get("actor") not in ROLES or step.is_shared:
        return False
    stakes = Stakes.of(step, variables)
    return not (stakes.four_eyes or stakes.pay or asks_for_approval(questionnaire_of(program, step)))


def _does(session: Session, task: Task, request: AssignmentRequest, now: datetime) -> str | None:
    """Who contributes at another step about the same person: who did it or holds it, else who would get it today."""
    known = session.scalar(
        select(Task)
        .where(Task.root_id == task.root_id, Task.subject == task.subject, Task.step == request.step.id)
        .order_by(Task.id.desc())
        .limit(1)
    )
    if known is not None:
        return None if known.state == CANCELLED else known.owner or known.closed_by or known.assignee
    [question] = ask(session, [request], now)
    chosen = choose(question)
    return chosen.owner or chosen.assignee


def _pass_over(session: Session, task: Task, person: str, step: Step, now: datetime) -> None:
    label = ACTORS[step.settings["actor"]].label
    role = f"{label[0].lower()}{label[1:]}"
    name = name_people(session, [person]).get(person, person)
    reason = f"{name} contributes at “{step.name}” as {role}, and in this cycle everybody contributes in one role."
    try:
        tasks.pass_over(session, task.id, by=None, reason=reason, now=now)
    except Conflict:
        # Somebody has done it meanwhile, or it stands still: it stays as it is.
        return
    text = f"“{task.name}” is not asked of you: you contribute at “{step.name}”."
    inform(session, [Notice(person, PASSED_OVER, text, task.id)], now)
