"""What would follow if an incident were resolved in some way: played in memory, nothing is changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.changes import timer_due
from engine.definitions import program_for
from engine.diagram import Step
from engine.errors import Conflict, NotFound, StepFailed
from engine.incidents import BESIDE, MOVE, SKIP, Resolution, act, check_target
from engine.models import Incident, Instance, Job
from engine.spiff import Run, Wait
from engine.stepping import run_of
from engine.variables import read_values


@dataclass(frozen=True)
class Foresight:
    """What follows: the steps that are waited for from then on, those no more, what stops again, and whether it ends.

    `is_work` says that machine work is done again, or left out: what follows depends on it, or nothing does.
    """

    begins: tuple[Step, ...] = ()
    ceases: tuple[Step, ...] = ()
    problems: tuple[str, ...] = ()
    ends: bool = False
    is_work: bool = False


def foresee(session: Session, incident_id: int, resolution: Resolution, now: datetime) -> Foresight:
    """What resolving an open incident this way would do. Raises as `engine.incidents.resolve` does."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("There is no such incident.")
    if incident.resolved_at is not None:
        raise Conflict("This incident has been resolved already.")
    job = None if incident.job_id is None else session.get(Job, incident.job_id)
    if incident.instance_id is None or _is_work(job, resolution):
        return Foresight(is_work=True)
    instance = session.get_one(Instance, incident.instance_id)
    program = program_for(session, instance.definition_id)
    if resolution.way == MOVE:
        check_target(program, instance, incident, resolution.target)
    values = read_values(program.dictionary, resolution.values)
    run = run_of(instance, program, {**instance.variables, **values}, now)
    run.restore(instance.blob)
    before = run.waits()
    problems = [failure.problem for failure in act(run, incident, resolution)]
    return _compare(run, before, problems, now)


def _is_work(job: Job | None, resolution: Resolution) -> bool:
    if job is None or resolution.way == MOVE:
        return False
    return resolution.way != SKIP or job.token is None or job.kind in BESIDE


def _compare(run: Run, before: dict[str, Wait], problems: list[str], now: datetime) -> Foresight:
    after = run.waits()
    begins = [run.program.step(wait.step) for token, wait in after.items() if token not in before]
    for step in begins:
        if step.timer is not None:
            try:
                timer_due(run.program, step, run.variables, now)
            except StepFailed as error:
                problems.append(str(error))
    if not (after or run.blocked or run.ended):
        problems.append("The process would stand still: no step would wait, and its end would not be reached.")
    ceases = [run.program.step(wait.step) for token, wait in before.items() if token not in after]
    return Foresight(tuple(begins), tuple(ceases), tuple(problems), ends=run.ended)
