"""Asking the router about every participant at every step, before anybody has got there.

Playing shows what happens to those whom chance leads to a step. Who could not be given it is asked for everybody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import Assignment, AssignmentRequest, Diagram, Step, registry
from workflows.cycles.outlook import PARTICIPANTS
from workflows.simulation.handing_out import PEOPLE_STEPS

INVENTED = "invented"


@dataclass(frozen=True)
class Foreseen:
    """Who would get a step about a participant, with these variables in the case."""

    step: Step
    subject: str
    assignment: Assignment
    variables: dict[str, Any]


def survey(
    session: Session,
    diagram: Diagram,
    participants: Sequence[str],
    *,
    by: str | None = None,
    root_id: int | None = None,
    now: datetime,
) -> Iterator[Foreseen]:
    """Who would get each step that every participant has, in the order of the diagram.

    It is asked as if each step had been done by who would get it, and had set all that it sets: so a step after a
    reward was proposed is one about pay.
    """
    done_by: dict[tuple[str, str], dict[str, str]] = {}
    names: dict[str, dict[str, Any]] = {}
    for step in list_steps_of_everybody(diagram):
        scope = names.setdefault(step.process, {})
        requests = [
            AssignmentRequest(
                step, person, {**scope, "done_by": dict(done_by.get((step.process, person), {}))}, by, root_id
            )
            for person in participants
        ]
        for request, assignment in zip(requests, registry.router().assign(session, requests, now), strict=True):
            person = str(request.subject)
            if assignment.assignee is not None:
                done_by.setdefault((step.process, person), {})[step.id] = assignment.assignee
            yield Foreseen(step, person, assignment, request.variables)
        scope.update({name: INVENTED for name, _ in step.sets})


def list_steps_of_everybody(diagram: Diagram) -> list[Step]:
    """The steps that people do in a sub-process over the participants."""
    return [
        step
        for step in diagram.steps.values()
        if step.kind in PEOPLE_STEPS and _is_over_participants(diagram, step.process)
    ]


def _is_over_participants(diagram: Diagram, process: str) -> bool:
    around = diagram.steps.get(process)
    if around is None:
        return False
    return around.over == PARTICIPANTS or (around.over is None and _is_over_participants(diagram, around.process))
