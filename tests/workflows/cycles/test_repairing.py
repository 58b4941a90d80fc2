"""What HR may do about an incident of the annual review: never past a signature, never without the draft."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import transaction
from engine.definitions import program_for
from engine.errors import NotAllowed, NotFound
from engine.incidents import Resolution, targets_of
from engine.models import Incident, Instance, Task
from tests.workflows.small_cycle import LONG, SmallCycle
from workflows.cycles.repairing import repair, repair_of
from workflows.cycles.stoppages import find_groups, get_stoppage
from workflows.reviews.submitting import draft_of, save_draft


def stop_at(cycle: SmallCycle, step: str, subject: str) -> int:
    """An incident beside the open task of a step: the engine would open one for a deadline it cannot work out."""
    (task,) = cycle.open(step, subject)
    with transaction(cycle.factory) as session:
        incident = Incident(
            instance_id=task.instance_id,
            token=task.token,
            step=step,
            problem="The deadline cannot be worked out.",
            opened_at=cycle.now,
        )
        session.add(incident)
        session.flush()
        return incident.id


def targets(session: Session, incident_id: int) -> set[str]:
    return {step.id for step in repair_of(session, get_stoppage(session, incident_id, viewer="rita")).targets}


def test_a_signature_is_not_passed_over(cycle: SmallCycle) -> None:
    # Given Ann's reward, before it comes to those who approve and sign it
    cycle.write_reviews(ann=4).release().reach_proposals()
    incident = stop_at(cycle, "propose_reward", "ann")
    # Then it may go on before the signature, and nowhere behind it
    with cycle.factory() as session:
        offered = targets(session, incident)
        past = next(step for step in all_steps(session, incident) if step not in offered)
    assert {"approve_reward", "compensation_check", "executive_signoff"} <= offered
    assert not {"grant_reward", "reject_reward"} & offered
    with pytest.raises(NotAllowed, match="sign"), transaction(cycle.factory) as session:
        repair(session, incident, Resolution("move", target=past), by="rita", reason="Quickly.", now=cycle.now)


def all_steps(session: Session, incident_id: int) -> list[str]:
    """Where the diagram alone would let the token go."""
    incident = session.get_one(Incident, incident_id)
    instance = session.get_one(Instance, incident.instance_id)
    return [step.id for step in targets_of(program_for(session, instance.definition_id), instance, incident)]


def test_the_draft_comes_back_with_the_task(cycle: SmallCycle) -> None:
    # Given Ben, who has begun to write about Ann
    cycle.travel(days=21, minutes=1)
    (task,) = cycle.open("manager_review", "ann")
    with transaction(cycle.factory) as session:
        save_draft(session, task.id, {"results": LONG}, by="ben", now=cycle.now)
    incident = stop_at(cycle, "manager_review", "ann")
    # When the case is put back, and then forward again
    with transaction(cycle.factory) as session:
        back = Resolution("move", target="ready_for_manager")
        assert back.target in targets(session, incident)
        repair(session, incident, back, by="rita", reason="Once more.", now=cycle.now + timedelta(minutes=1))
    # Then the new task has the draft.
    (again,) = cycle.open("manager_review", "ann")
    assert again.id != task.id
    with cycle.factory() as session:
        draft = draft_of(session, again.id)
        assert draft is not None
        assert (draft.answers["results"], draft.author) == (LONG, "ben")
        assert draft_of(session, task.id) is None
        assert session.get_one(Task, task.id).state == "cancelled"


def test_what_is_alike_is_counted_without_the_own_case(cycle: SmallCycle) -> None:
    for subject in ("ann", "ben", "rita"):
        stop_at(cycle, "self_assessment", subject)
    with cycle.factory() as session:
        (group,) = find_groups(session, viewer="rita", limit=5)
        assert (group.step, group.count) == ("Self-assessment", 2)
        own = session.scalars(select(Incident.id).order_by(Incident.id.desc())).first() or 0
        with pytest.raises(NotFound):
            get_stoppage(session, own, viewer="rita")
