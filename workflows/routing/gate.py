"""The one gate: who may hold a task and decide it. Every verb on a task passes it.

The holder passes without a question to the database, unless the step decides on pay. A refusal says why, and who could
do it instead; to the person it is about it names nobody and no step, because both would tell them about a decision
that has not been released.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, inspect, select
from sqlalchemy.orm import Session

from engine.definitions import program_for
from engine.errors import NotAllowed
from engine.models import Task
from engine.registry import AssignmentRequest
from workflows.people.accounts import EXECUTIVE
from workflows.people.facts import valid_on
from workflows.people.grades import is_executive
from workflows.people.models import TERMINATED, Account, PersonVersion
from workflows.people.snapshot import organisation_on
from workflows.routing.choosing import choose
from workflows.routing.conflicts import Conflict, Stakes, find_conflict, find_pay_conflict
from workflows.routing.facts import ask, day_of
from workflows.routing.resolvers import GROUPS


def check(session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
    """Raise NotAllowed, with the reason and who could, unless `actor` may hold and decide `task` now."""
    stakes = stakes_of(task)
    conflict = find_conflict(stakes, task.step, task.subject, variables, actor)
    if conflict is None:
        _check_right(session, task, actor, now)
        if stakes.pay:
            conflict = find_pay_conflict(organisation_on(session, day_of(now)), task.subject, actor)
    if conflict is not None:
        raise NotAllowed(
            f"You cannot do this task. {conflict.to_person} {_who_could(session, task, variables, conflict, now)}"
        )


def stakes_of(task: Task) -> Stakes:
    """What has to be checked for a task, as kept when it was handed out."""
    heading = task.explanation[0] if task.explanation else {}
    return Stakes.from_text(heading.get("stakes"))


def _check_right(session: Session, task: Task, actor: str, now: datetime) -> None:
    if task.assignee == actor:
        if inspect(task).attrs.assignee.history.has_changes():
            _check_new_holder(session, task, actor, now)
        return
    if task.assignee is not None:
        raise NotAllowed("This task was given to somebody else. If it should be yours, ask HR to hand it to you.")
    if task.group is None or not is_member(session, actor, task.group, now):
        group = GROUPS.get(task.group or "", "others")
        raise NotAllowed(f"This task is for {group}, and you are not one of them. One of them can do it.")


def _check_new_holder(session: Session, task: Task, person_id: str, now: datetime) -> None:
    """Somebody a task is being handed to must be there, and an executive where only executives decide.

    What has gone to a group because no executive could decide it stays with the members of that group.
    """
    person = organisation_on(session, day_of(now)).person(person_id)
    if person is None or person.has_left:
        who = person.name if person else f"“{person_id}”"
        raise NotAllowed(f"{who} is not in the organisation any more. Hand the task to somebody who is.")
    step = program_for(session, task.definition_id).step(task.step)
    if step.settings.get("actor") != EXECUTIVE or is_executive(person.grade):
        return
    if task.group is None or not is_member(session, person_id, task.group, now):
        raise NotAllowed(f"This is decided by an executive, and {person.name} is none. Hand it to one.")


def is_member(session: Session, person_id: str, group: str, now: datetime) -> bool:
    """Whether a person belongs to a group today: by grade to the executives, by the roles of the account to others."""
    version = PersonVersion
    statement = (
        select(Account.roles, version.status, version.grade)
        .outerjoin(version, and_(version.person_id == Account.person_id, valid_on(version, day_of(now))))
        .where(Account.person_id == person_id)
    )
    row = session.execute(statement).one_or_none()
    if row is None or row.status == TERMINATED:
        return False
    return is_executive(row.grade or "") if group == EXECUTIVE else group in row.roles


def _who_could(session: Session, task: Task, variables: dict[str, Any], conflict: Conflict, now: datetime) -> str:
    if task.group is not None:
        return f"Somebody else of {GROUPS.get(task.group, task.group)} can do it."
    if conflict.rule == "R1":
        return "Somebody above you, or HR, does it."
    step = program_for(session, task.definition_id).step(task.step)
    instead = choose(ask(session, [AssignmentRequest(step, task.subject, variables)], now)[0])
    if instead.assignee is None:
        return f"Somebody of {GROUPS[instead.group or 'hr']} can do it."
    person = organisation_on(session, day_of(now)).person(instead.assignee)
    return f"{person.name if person else instead.assignee} can do it: ask HR to hand it over."
