"""What somebody is to a case, for the disclosure contract of its forms."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Instance, Step, Task, program_for
from workflows.cycles.models import Case

HR = "hr"
CALIBRATION_PAGE = "calibration"


def roles_in_case(session: Session, case: Case, viewer: str, account_roles: frozenset[str]) -> set[str]:
    """The roles of `viewer` in `case`: subject, manager, approver, calibration, hr; empty when none.

    The subject is the subject and nothing else, whatever their account says: HR staff read their own case as
    employees. An approver is somebody who holds or has done a task about the subject in this cycle; where the diagram
    gives the step to the manager, they stand in the manager's place. Who leads the session of the case's group
    calibrates it.
    """
    if viewer == case.person_id:
        return {"subject"}
    roles = set(account_roles & {HR})
    if viewer == case.manager_id:
        roles.add("manager")
    return roles.union(*_roles_by_tasks(session, case, viewer))


def _roles_by_tasks(session: Session, case: Case, viewer: str) -> Iterator[set[str]]:
    held = (Task.assignee == viewer) | (Task.closed_by == viewer)
    group = Instance.variables["group"].as_string()
    concerned = (Task.subject == case.person_id) | (Task.subject.is_(None) & (group == case.calibration_group))
    rows = session.execute(
        select(Task.definition_id, Task.step, Task.subject)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.root_id == case.root_id, Task.state != "cancelled", held, concerned)
        .distinct()
    )
    for definition_id, step_id, subject in rows:
        yield _roles_at(program_for(session, definition_id).step(step_id), subject)


def roles_of_holder(step: Step, subject: str | None, holder: str | None) -> set[str]:
    """What somebody is to a case because they hold one of its tasks, at this step about this subject. No statement."""
    return {"subject"} if subject is not None and holder == subject else _roles_at(step, subject)


def _roles_at(step: Step, subject: str | None) -> set[str]:
    if subject is not None:
        return {"approver", "manager"} if step.settings.get("actor") == "manager" else {"approver"}
    return {"calibration"} if step.settings.get("page") == CALIBRATION_PAGE else set()
