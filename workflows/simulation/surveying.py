"""Asking the router about every participant at every step, before anybody has got there.

Playing shows what happens to those whom chance leads to a step. Who could not be given it is asked for everybody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import Assignment, AssignmentRequest, Diagram, Graph, Step, registry
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
    sure: bool = False,
) -> Iterator[Foreseen]:
    """Who would get each step that every participant has, in the order of the diagram.

    It is asked as if each step before had been done by who would get it, and had set all that it sets: so a step after
    a reward was proposed is one about pay. With `sure` only those count that no way to the step goes past.
    """
    done: dict[str, dict[str, str]] = {}
    steps, graph = list_steps_of_everybody(diagram), Graph(diagram)
    for number, step in enumerate(steps):
        before = [one for one in steps[:number] if one.process == step.process]
        before = [one for one in before if not sure or _leads_through(graph, one, step)]
        known = {name: INVENTED for one in before for name, _ in one.sets}
        requests = [
            AssignmentRequest(step, person, {**known, "done_by": _done_by(done, before, person)}, by, root_id)
            for person in participants
        ]
        holders = done.setdefault(step.id, {})
        for request, assignment in zip(requests, registry.router().assign(session, requests, now), strict=True):
            person = str(request.subject)
            if assignment.assignee is not None:
                holders[person] = assignment.assignee
            yield Foreseen(step, person, assignment, request.variables)


def _done_by(done: Mapping[str, Mapping[str, str]], steps: Iterable[Step], person: str) -> dict[str, str]:
    """Who did these steps about somebody."""
    return {step.id: done[step.id][person] for step in steps if person in done[step.id]}


def _leads_through(graph: Graph, before: Step, step: Step) -> bool:
    """Whether every way to a step leads through another one."""
    inside = [one for one in graph.steps.values() if one.process == step.process and one.attached_to is None]
    starts = [one.id for one in inside if not graph.incoming[one.id]]
    return step.id not in graph.reachable(starts, without=before.id)


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
