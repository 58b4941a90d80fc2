"""The one gate: who may hold a task and decide it. Every verb on a task passes it.

The holder passes without a question to the database, unless the step decides on pay. A refusal says why, and who could
do it instead; to the person it is about it names nobody and no step, because both would tell them about a decision
that has not been released.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, inspect, select
from sqlalchemy.orm import Session

from engine import CANCELLED, Instance, NotAllowed, Task, program_for, request_for
from workflows.outside.steps import may_be_outside
from workflows.people.accounts import EXECUTIVE
from workflows.people.facts import valid_on
from workflows.people.grades import is_executive
from workflows.people.models import TERMINATED, Account, PersonVersion
from workflows.people.organisation import Organisation
from workflows.people.outside import is_outside
from workflows.people.snapshot import organisation_on
from workflows.routing.choosing import choose
from workflows.routing.conflicts import (
    Conflict,
    Stakes,
    find_any_conflict,
    find_ballot_conflict,
    find_conflict,
    find_deputy_conflict,
    find_pay_conflict,
    is_reward_proposed,
)
from workflows.routing.electing import is_ballot
from workflows.routing.facts import ask, day_of
from workflows.routing.resolvers import GROUPS


def check(session: Session, task: Task, variables: dict[str, Any], actor: str, now: datetime) -> None:
    """Raise NotAllowed, with the reason and who could, unless `actor` may hold and decide `task` now."""
    stakes = stakes_of(task, variables)
    conflict = find_conflict(stakes, task.step, task.subject, variables, actor)
    if is_outside(actor):
        _check_outside(session, task, stakes)
    if conflict is None:
        _check_right(session, task, actor, now)
        if stakes.pay:
            organisation = organisation_on(session, day_of(now))
            conflict = find_pay_conflict(organisation, task.subject, actor)
            if conflict is None and task.owner not in (None, actor):
                conflict = find_deputy_conflict(organisation, task.subject, actor)
            if conflict is None and is_ballot(task.explanation):
                conflict = find_ballot_conflict(organisation, task.subject, actor)
    if conflict is not None:
        raise NotAllowed(
            f"You cannot do this task. {conflict.to_person} {_who_could(session, task, variables, conflict, now)}"
        )
    if task.owner not in (None, actor) and is_ballot(task.explanation):
        _check_member(session, task, variables, now)


def _check_member(session: Session, task: Task, variables: dict[str, Any], now: datetime) -> None:
    """Nobody votes for somebody who must not: a ballot is that of its member, whoever casts it."""
    stakes, member = stakes_of(task, variables), task.owner or ""
    conflict = find_conflict(stakes, task.step, task.subject, variables, member)
    if conflict is None and stakes.pay:
        organisation = organisation_on(session, day_of(now))
        conflict = find_pay_conflict(organisation, task.subject, member)
        conflict = conflict or find_ballot_conflict(organisation, task.subject, member)
    if conflict is not None:
        raise NotAllowed(
            f"You cannot vote for whom this ballot is, because they must not vote here: {conflict.fact}. "
            "It is taken from you; you need not do anything."
        )


def check_asked(session: Session, task: Task, person_id: str, now: datetime) -> None:
    """Raise NotAllowed, with the reason for whoever asks, unless a colleague may be asked about a task.

    They decide nothing, so that only pay stands against it: nobody has a say in that of whoever decides on theirs, of a
    peer, or in their own. One statement.
    """
    organisation = organisation_on(session, day_of(now))
    person = organisation.person(person_id)
    if person is None or person.has_left:
        raise NotAllowed("This person is not in the organisation any more. Ask somebody else.")
    if not stakes_of(task, session.get_one(Instance, task.instance_id).variables).pay:
        return
    if person_id == task.subject:
        raise NotAllowed(f"{person.name} cannot be asked: nobody has a say in their own pay.")
    conflict = find_pay_conflict(organisation, task.subject, person_id)
    conflict = conflict or find_deputy_conflict(organisation, task.subject, person_id)
    if conflict is not None:
        raise NotAllowed(f"{person.name} cannot be asked: {conflict.fact}.")


def stakes_of(task: Task, variables: Mapping[str, Any]) -> Stakes:
    """What has to be checked for a task, as kept when it was handed out; pay also where it was proposed since."""
    heading = task.explanation[0] if task.explanation else {}
    kept = Stakes.from_text(heading.get("stakes"))
    return replace(kept, pay=kept.pay or (kept.decides and is_reward_proposed(variables)))


def _check_outside(session: Session, task: Task, stakes: Stakes) -> None:
    """Somebody outside has what the diagram gives to people outside, and never a say in approvals, votes or pay."""
    step = program_for(session, task.definition_id).step(task.step)
    if task.turn is not None or is_ballot(task.explanation) or not may_be_outside(step, stakes):
        raise NotAllowed("This is for people of the organisation. Hand it to one of them.")


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
    if is_outside(person_id):
        return
    person = organisation_on(session, day_of(now)).person(person_id)
    _check_one_voice(session, task, person_id)
    if person is None or person.has_left:
        who = person.name if person else f"“{person_id}”"
        raise NotAllowed(f"{who} is not in the organisation any more. Hand the task to somebody who is.")
    step = program_for(session, task.definition_id).step(task.step)
    if step.settings.get("actor") != EXECUTIVE or is_executive(person.grade):
        return
    if task.group is None or not is_member(session, person_id, task.group, now):
        raise NotAllowed(f"This is decided by an executive, and {person.name} is none. Hand it to one.")


def _check_one_voice(session: Session, task: Task, person_id: str) -> None:
    """Nobody has two votes in one, or approves a step twice: neither of their own nor for somebody else."""
    if person_id not in others_at(session, task):
        return
    if task.turn is not None:
        raise NotAllowed("They do this step already, and nobody does one twice. Choose somebody else.")
    raise NotAllowed("They vote here already, and nobody has two votes. Hand it to somebody else.")


def others_at(session: Session, task: Task) -> set[str]:
    """Who has a say in the step of a task by another one, for themselves or for somebody else; one statement at most.

    Nobody where one person alone decides it.
    """
    if task.turn is None and not is_ballot(task.explanation):
        return set()
    rows = session.execute(
        select(Task.assignee, Task.owner, Task.closed_by)
        .where(Task.instance_id == task.instance_id, Task.token == task.token, Task.id != task.id)
        .where(Task.state != CANCELLED)
    )
    return {person for row in rows for person in row if person}


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


def members_of(session: Session, group: str, now: datetime) -> set[str]:
    """Everybody who belongs to a group today, as `is_member` finds one by one; one statement."""
    version = PersonVersion
    at_work = select(version.person_id, version.grade).where(
        valid_on(version, day_of(now)), version.status != TERMINATED
    )
    if group == EXECUTIVE:
        return {person_id for person_id, grade in session.execute(at_work) if is_executive(grade)}
    with_role = at_work.join(Account, Account.person_id == version.person_id).where(
        cast(Account.roles, String).contains(f'"{group}"', autoescape=True)
    )
    return {person_id for person_id, _ in session.execute(with_role)}


def may_take(organisation: Organisation, task: Task, variables: dict[str, Any], member: str) -> bool:
    """Whether a member of the group that has a task is in no conflict about it. No statement."""
    return (
        find_any_conflict(organisation, stakes_of(task, variables), task.step, task.subject, variables, member) is None
    )


def _who_could(session: Session, task: Task, variables: dict[str, Any], conflict: Conflict, now: datetime) -> str:
    if is_ballot(task.explanation) and task.group is None:
        return "The others vote without you; if you hold this ballot, say that you are recused."
    if task.group is not None:
        return f"Somebody else of {GROUPS.get(task.group, task.group)} can do it."
    if conflict.rule == "R1":
        return "Somebody above you, or HR, does it."
    program, instance = program_for(session, task.definition_id), session.get_one(Instance, task.instance_id)
    request = request_for(instance, program.step(task.step), program, now)
    instead = choose(ask(session, [replace(request, variables=variables)], now)[0])
    if instead.assignee is None:
        return f"Somebody of {GROUPS[instead.group or 'hr']} can do it."
    person = organisation_on(session, day_of(now)).person(instead.assignee)
    return f"{person.name if person else instead.assignee} can do it: ask HR to hand it over."
