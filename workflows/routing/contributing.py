"""One person in several roles in a case (R15): one contribution each, or only that of the role that comes first.

Contributions are the steps that ask somebody in one of ROLES to write about a person. Where the cycle asks for one
alone, a step is passed over whose holder contributes in a role before it: because they have done or hold such a step
about the same person, or because they would get it today and it comes in any case. What only a condition leads to is
asked or not, and nobody knows yet: they are asked now, rather than never; should it come, they are asked for it, too.
What decides or approves is no contribution, and is left to the rules about conflicts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from engine import (
    CANCELLED,
    OPEN,
    AssignmentRequest,
    Changes,
    Conflict,
    Graph,
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
    asked = [row for row in tasks if row["assignee"] is not None and row["subject"] is not None]
    programs = {(row["definition_id"], row["step"]): program_for(session, row["definition_id"]) for row in asked}
    later = {place for place, program in programs.items() if _earlier(program, program.step(place[1]), {})}
    rows = [row for row in asked if (row["definition_id"], row["step"]) in later]
    rules = _rules(session, {row["instance_id"] for row in rows})
    changes = Changes(now)
    for row in rows:
        if rules[row["instance_id"]] == FIRST_ROLE:
            changes.job(LOOK, row["instance_id"], row["token"], now, step=row["step"])
    if changes.jobs:
        changes.write(session)


def _rules(session: Session, ids: set[int]) -> dict[int, Any]:
    """What each of these instances says about several roles: one statement for many, none where one has just moved."""
    if len(ids) > 1:
        found = session.scalars(select(Instance).where(Instance.id.in_(ids)).options(defer(Instance.blob))).all()
    else:
        found = [session.get_one(Instance, one) for one in ids]
    return {one.id: one.variables.get(WHEN_SEVERAL_ROLES.variable) for one in found}


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
    here = program.step(task.step)
    graph = Graph(program.diagram)
    for step in _earlier(program, here, instance.variables):
        request = request_for(instance, step, program, now)
        if _does(session, task, request, now, is_sure=graph.comes_surely(step.id, here.id)) == person:
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


def _does(session: Session, task: Task, request: AssignmentRequest, now: datetime, *, is_sure: bool) -> str | None:
    """Who contributes at another step about the same person: who did it or holds it, else who would get it today."""
    known = session.scalar(
        select(Task)
        .where(Task.root_id == task.root_id, Task.subject == task.subject, Task.step == request.step.id)
        .order_by(Task.id.desc())
        .limit(1)
    )
    if known is not None:
        return None if known.state == CANCELLED else known.owner or known.closed_by or known.assignee
    if not is_sure:
        return None
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
