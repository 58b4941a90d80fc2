"""Closing cases and cycles as their instances end."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import registry
from engine.definitions import program_for
from engine.models import Instance
from workflows.cycles.models import Case, Cycle

OUTCOMES = {"completed": "closed", "cancelled": "cancelled"}


@registry.listen("instance_ended")
def close(session: Session, instance: Instance, now: datetime) -> None:
    """Close the cycle with its root instance; close a case with the member instance that the diagram says closes it.

    The sub-process that ends a case carries `rf:closes="case"`.
    """
    state = OUTCOMES[instance.state]
    if instance.parent_id is None:
        session.execute(update(Cycle).where(Cycle.instance_id == instance.id).values(state=state, closed_at=now))
        return
    step = program_for(session, instance.definition_id).diagram.steps.get(instance.process)
    closes = step is not None and step.settings.get("closes") == "case"
    if closes and instance.subject is not None:
        session.execute(
            update(Case)
            .where(Case.root_id == instance.root_id, Case.person_id == instance.subject, Case.state == "open")
            .values(state=state, closed_at=now)
            .execution_options(synchronize_session=False)
        )
