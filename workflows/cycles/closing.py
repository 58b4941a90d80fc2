"""Closing cases and cycles as their instances end."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import FanOut, Instance, program_for, registry
from workflows.cycles.models import Case, Cycle
from workflows.cycles.outlook import PARTICIPANTS

OUTCOMES = {"completed": "closed", "cancelled": "cancelled"}


@registry.listen("instance_ended")
def close(session: Session, instance: Instance, now: datetime) -> None:
    """Close the cycle with its root instance, and every case that is still open then.

    A case ends before that with the member instance that the diagram says closes it: the sub-process that carries
    `rf:closes="case"`. It is cancelled with any member that is cancelled for itself, as when its subject leaves; not
    with one that a deadline or a completion condition cuts short, for then the cycle goes on with everybody.
    """
    state = OUTCOMES[instance.state]
    if instance.parent_id is None:
        values = {"state": state, "closed_at": now}
        ended = update(Cycle).where(Cycle.instance_id == instance.id).values(values).returning(Cycle.id)
        if session.scalar(ended) is not None:
            _close_cases(session, instance, None, state, now)
    elif instance.subject is not None and _closes_case(session, instance):
        _close_cases(session, instance, instance.subject, state, now)


@registry.listen("instance_revived")
def open_again(session: Session, instance: Instance, now: datetime) -> None:
    """Open the cycle or the case again with the instance that had closed it, when its last step is taken back."""
    again = {"state": "open", "closed_at": None}
    if instance.parent_id is None:
        session.execute(update(Cycle).where(Cycle.instance_id == instance.id).values(again))
        cases = update(Case).where(Case.root_id == instance.id, Case.closed_at == instance.ended_at)
    elif _closes_case(session, instance):
        cases = update(Case).where(Case.root_id == instance.root_id, Case.person_id == instance.subject)
    else:
        return
    session.execute(cases.where(Case.state == "closed").values(again).execution_options(synchronize_session=False))


def _closes_case(session: Session, instance: Instance) -> bool:
    step = program_for(session, instance.definition_id).diagram.steps.get(instance.process)
    if step is None:
        return False
    if step.settings.get("closes") == "case":
        return True
    return instance.state == "cancelled" and step.over == PARTICIPANTS and _is_awaited(session, instance)


def _is_awaited(session: Session, instance: Instance) -> bool:
    """Whether the fan-out of a member goes on without it: one that ends as a whole is closed before its members."""
    state = session.scalar(
        select(FanOut.state).where(FanOut.instance_id == instance.parent_id, FanOut.token == instance.parent_token)
    )
    return state == "open"


def _close_cases(session: Session, instance: Instance, person_id: str | None, state: str, now: datetime) -> None:
    statement = update(Case).where(Case.root_id == instance.root_id, Case.state == "open")
    if person_id is not None:
        statement = statement.where(Case.person_id == person_id)
    session.execute(statement.values(state=state, closed_at=now).execution_options(synchronize_session=False))
