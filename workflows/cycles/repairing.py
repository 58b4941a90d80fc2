"""Resolving incidents as HR does: what can be done about one, what would follow, and doing it, for one or all alike.

Nobody resolves an incident of their own case, and none is resolved in a way that passes over a signature: what
executives sign is not decided by moving a token.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from engine import (
    BESIDE,
    CANCELLED,
    MOVE,
    RESOLVED,
    SUSPENDED,
    UNFINISHED,
    Batch,
    Foresight,
    Graph,
    Incident,
    Instance,
    Job,
    NotAllowed,
    Program,
    Resolution,
    Step,
    Task,
    batches,
    foresee,
    incidents,
    program_for,
    registry,
)
from workflows.cycles.stoppages import Stoppage, find_alike, get_stoppage
from workflows.reviews.models import DRAFT, Submission

HIDDEN = {"done_by", "loopCounter", "passed_over"}
"""Variables that the engine keeps itself."""

CHOOSING = {"exclusiveGateway", "inclusiveGateway"}


@dataclass(frozen=True)
class Variable:
    """A variable of a case as somebody may change it: its value as text, as it would be typed in again."""

    name: str
    label: str
    type: str
    text: str


@dataclass(frozen=True)
class Repair:
    """What can be done about an incident.

    `targets` are the steps before which its token may be put, `choices` those one of which has to be chosen when the
    step is passed over, `result` is the variable a decision would have set. `beside` means that only the deadline or
    reminder of an open task has failed; `suspended` that nothing can be done for now.
    """

    targets: Sequence[Step]
    choices: Sequence[Step]
    variables: Sequence[Variable]
    result: str
    can_skip: bool
    suspended: bool
    beside: bool = False


def repair_of(session: Session, stoppage: Stoppage) -> Repair:
    """What can be done about an incident."""
    incident = stoppage.incident
    if incident.instance_id is None:
        return Repair((), (), (), "", can_skip=True, suspended=False)
    instance = session.get_one(Instance, incident.instance_id)
    program = program_for(session, instance.definition_id)
    step = program.diagram.steps.get(incident.step or "")
    job = None if incident.job_id is None else session.get(Job, incident.job_id)
    choosing = step is not None and step.kind in CHOOSING and job is None
    return Repair(
        targets=_targets(program, instance, incident),
        choices=_following(program, step) if step is not None and choosing else (),
        variables=_variables(program, instance),
        result=step.settings.get("result", "") if step is not None and step.kind == "businessRuleTask" else "",
        can_skip=bool(incident.token) or job is not None,
        suspended=instance.state == SUSPENDED,
        beside=job is not None and job.kind in BESIDE,
    )


def _targets(program: Program, instance: Instance, incident: Incident) -> list[Step]:
    """Where the token may be put, without what lies behind a step that is signed, seen from where it is now."""
    found = incidents.targets_of(program, instance, incident)
    here = program.diagram.steps.get(incident.step or "")
    if here is None:
        return found
    graph = Graph(program.diagram)
    signed = {step.id for step in program.diagram.steps.values() if "signature" in step.settings}
    starts = [s.id for s in program.diagram.steps.values() if s.process == here.process and s.kind == "startEvent"]
    before = _reachable(graph, starts, stops={here.id, *signed})
    ahead = signed & graph.reachable([here.id])
    return [
        step
        for step in found
        if step.id in before or not any(step.id != sign and step.id in graph.reachable([sign]) for sign in ahead)
    ]


def _reachable(graph: Graph, starts: Sequence[str], *, stops: set[str]) -> set[str]:
    """The steps a token can come to from `starts`, `stops` included, but nothing behind them."""
    seen: set[str] = set()
    pending = list(starts)
    while pending:
        here = pending.pop()
        if here not in seen:
            seen.add(here)
            if here not in stops:
                pending += [*(flow.target for flow in graph.outgoing[here]), *graph.attached.get(here, [])]
    return seen


def _following(program: Program, step: Step) -> list[Step]:
    return [program.step(flow.target) for flow in program.diagram.flows if flow.source == step.id]


def _variables(program: Program, instance: Instance) -> list[Variable]:
    fields = program.dictionary.fields if program.dictionary is not None else {}
    names = {*instance.variables, *(name for name in fields if "." not in name)} - HIDDEN
    found = []
    for name in sorted(names):
        declared = fields.get(name)
        label = declared.label if declared is not None else ""
        text = write_value(instance.variables.get(name))
        found.append(Variable(name, label or name, declared.type if declared is not None else "", text))
    return sorted(found, key=lambda variable: variable.label.casefold())


def write_value(value: Any) -> str:
    """A value as somebody would type it in."""
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def foresee_repair(
    session: Session, incident_id: int, resolution: Resolution, *, viewer: str, now: datetime
) -> Foresight:
    """What resolving an incident would do. Raises NotFound for what the viewer is not shown, and as `repair` does."""
    stoppage = get_stoppage(session, incident_id, viewer=viewer)
    _check_signature(session, stoppage.incident, resolution)
    return foresee(session, incident_id, resolution, now)


def repair(
    session: Session, incident_id: int, resolution: Resolution, *, by: str, reason: str, now: datetime
) -> Incident:
    """Resolve an incident.

    Raises NotFound for what `by` is not shown, NotAllowed where a signature would be passed over, and what
    `engine.incidents.resolve` raises.
    """
    stoppage = get_stoppage(session, incident_id, viewer=by)
    _check_signature(session, stoppage.incident, resolution)
    return incidents.resolve(session, incident_id, resolution, by=by, reason=reason, now=now)


def repair_alike(
    session: Session, incident_id: int, resolution: Resolution, *, by: str, reason: str, now: datetime
) -> Batch:
    """Ask for all incidents with the same problem as this one to be resolved, each in a job of its own."""
    stoppage = get_stoppage(session, incident_id, viewer=by)
    _check_signature(session, stoppage.incident, resolution)
    return batches.ask(
        session,
        "resolve",
        find_alike(session, incident_id, viewer=by),
        title=stoppage.step,
        by=by,
        reason=reason,
        now=now,
        **asdict(resolution),
    )


def _check_signature(session: Session, incident: Incident, resolution: Resolution) -> None:
    if resolution.way != MOVE or incident.instance_id is None:
        return
    instance = session.get_one(Instance, incident.instance_id)
    program = program_for(session, instance.definition_id)
    allowed = {step.id for step in incidents.targets_of(program, instance, incident)}
    if resolution.target in allowed - {step.id for step in _targets(program, instance, incident)}:
        raise NotAllowed(
            "Between here and there somebody has to sign. A signature is not passed over: choose an earlier step."
        )


@registry.listen("incident_resolved")
def bring_drafts_along(session: Session, incident: Incident, now: datetime) -> None:
    """Where a token was put before a step that had been worked on, the draft comes back with the new task."""
    if incident.resolution != RESOLVED[MOVE]:
        return
    old, new = aliased(Task), aliased(Task)
    pairs = session.execute(
        select(Submission.task_id, new.id)
        .join(old, old.id == Submission.task_id)
        .join(new, (new.instance_id == old.instance_id) & (new.step == old.step) & (new.id != old.id))
        .where(old.instance_id == incident.instance_id, old.state == CANCELLED, Submission.state == DRAFT)
        .where(new.state.in_(UNFINISHED), new.created_at == now)
        .order_by(Submission.saved_at)
    )
    for new_id, old_id in {new_id: old_id for old_id, new_id in pairs}.items():
        session.execute(update(Submission).where(Submission.task_id == old_id).values(task_id=new_id))
