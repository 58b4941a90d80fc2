"""What somebody is to a case, for the disclosure contract of its forms."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Task
from workflows.cycles.models import Case

HR = "hr"


def roles_in_case(session: Session, case: Case, viewer: str, account_roles: frozenset[str]) -> set[str]:
    """The roles of `viewer` in `case`: subject, manager, approver, calibration, hr; empty when none.

    The subject is the subject and nothing else, whatever their account says: HR staff read their own case as
    employees. An approver is somebody who holds or has done a task about the subject in this cycle.
    """
    if viewer == case.person_id:
        return {"subject"}
    roles = {HR} & account_roles
    if viewer == case.manager_id:
        roles = roles | {"manager"}
    if _has_task_about(session, case, viewer):
        roles = roles | {"approver"}
    return set(roles)


def _has_task_about(session: Session, case: Case, viewer: str) -> bool:
    held = (Task.assignee == viewer) | (Task.closed_by == viewer)
    statement = (
        select(Task.id)
        .where(Task.root_id == case.root_id, Task.subject == case.person_id, Task.state != "cancelled", held)
        .limit(1)
    )
    return session.scalar(statement) is not None
