"""What was done before a case was sent back, and stays done while nothing that it was based on changes.

An instance remembers it from a send-back on, in `Instance.remembered`: by step who did it with which values, what was
handed in at each step, and the variables that no step in between sets. When the process comes to such a step again and
nothing is different, the step is passed with the values it had; as soon as somebody hands in something else, everybody
is asked again.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from engine import registry
from engine.changes import Changes
from engine.diagram import Step
from engine.errors import NotAllowed
from engine.graph import Graph
from engine.models import HistoryEntry, Instance, Task
from engine.spiff import Failure, Run
from engine.states import COMPLETED
from engine.targets import inside

PEOPLE = {"userTask", "manualTask"}
MayStay = Callable[[Step], bool]


@dataclass(frozen=True)
class Stay:
    """A step that stays done: the task in which it was done, and by whom; where several share it, by all of them."""

    step: Step
    task_id: int
    doers: tuple[str, ...]

    @property
    def by(self) -> str | None:
        """Who did it, where that was one person alone."""
        return None if self.step.is_shared else self.doers[0]


def digest_of(content: Mapping[str, Any]) -> str:
    """What tells answers or variables from others."""
    return hashlib.sha256(orjson.dumps(dict(content), default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def last_done(session: Session, instance_id: int) -> dict[str, Task]:
    """By step, the task in which it was done the last time, in one statement.

    Where somebody was added to approve it, that of who had it by the diagram.
    """
    was_added = Task.added_by.is_not(None)
    last = (
        select(func.max(Task.id))
        .where(Task.instance_id == instance_id, Task.state == COMPLETED)
        .group_by(Task.step, was_added)
        .scalar_subquery()
    )
    found = session.scalars(select(Task).where(Task.id.in_(last)).order_by(was_added.desc()))
    return {task.step: task for task in found}


def remember(
    session: Session,
    instance: Instance,
    graph: Graph,
    region: Collection[str],
    *,
    target: str,
    done: Mapping[str, Task],
    may_stay: MayStay,
) -> None:
    """Keep in `instance` what was done in the `region` between the step `target` and where it is sent back from."""
    before = instance.remembered or {}
    stayed: dict[str, str] = before.get("stayed", {})
    tasks = {step: task for step, task in done.items() if step in region}
    details = _details(session, graph, instance.id, tasks)
    doers = {
        step: details[step].get("by", []) if graph.steps[step].is_shared else [task.closed_by]
        for step, task in tasks.items()
    }
    written = {name for step in tasks for name in _written(graph.steps[step], details[step])}
    times = {
        step: max(task.closed_at.isoformat() if task.closed_at else "", stayed.get(step, ""))
        for step, task in tasks.items()
    }
    stays = {
        step: {"task": task.id, "by": doers[step], "values": details[step].get("values", {})}
        for step, task in tasks.items()
        if step != target
        and graph.steps[step].repetition is None
        and doers[step]
        and task.turn is None
        and may_stay(graph.steps[step])
        and not _is_overtaken(graph, step, target, times)
    }
    instance.remembered = {
        "steps": stays,
        "given": {step: details[step].get("given") for step in tasks},
        "but": sorted(written),
        "variables": _digest_but(instance.variables, written),
        "stayed": stayed,
    }


def _details(session: Session, graph: Graph, instance_id: int, tasks: Mapping[str, Task]) -> dict[str, dict[str, Any]]:
    """What the history knows of the completion of these tasks, by step, in one statement.

    Of a step that several people share it is what they have settled; nothing where they have not, the last time.
    """
    entries = session.scalars(
        select(HistoryEntry)
        .where(
            HistoryEntry.instance_id == instance_id,
            or_(
                and_(
                    HistoryEntry.kind == "task_completed",
                    HistoryEntry.at.in_({task.closed_at for task in tasks.values()}),
                ),
                and_(
                    HistoryEntry.kind == "step_settled",
                    HistoryEntry.step.in_([step for step in tasks if graph.steps[step].is_shared]),
                ),
            ),
        )
        .order_by(HistoryEntry.id)
    )
    settled, by_task = dict[str | None, dict[str, Any]](), dict[int, dict[str, Any]]()
    for entry in entries:
        if entry.kind == "step_settled":
            settled[entry.detail.get("token")] = entry.detail
        else:
            by_task[entry.detail["task"]] = entry.detail
    return {
        step: settled.get(task.token, {}) if graph.steps[step].is_shared else by_task.get(task.id, {})
        for step, task in tasks.items()
    }


def _written(step: Step, detail: Mapping[str, Any]) -> set[str]:
    return {name for name, _ in step.sets} | set(detail.get("values", {}))


def _is_overtaken(graph: Graph, step: str, target: str, times: Mapping[str, str]) -> bool:
    """Whether something the step is based on was done again after it, without asking it again."""
    return any(times[other] > times[step] and other != step and step in _ahead(graph, other, target) for other in times)


def _ahead(graph: Graph, step: str, target: str) -> set[str]:
    """What follows a step before the way comes to `target` again, inside of sub-processes and behind its own too."""
    starts = {flow.target for flow in graph.outgoing[step]} | set(graph.attached.get(step, ()))
    found = inside(graph, graph.reachable(starts, without={target}))
    around = graph.steps[step].process
    return found | _ahead(graph, around, target) if around in graph.steps else found


def _digest_but(variables: Mapping[str, Any], names: Collection[str]) -> str:
    return digest_of({key: value for key, value in variables.items() if key not in names and key != "done_by"})


def note_given(instance: Instance, step: str, given: str) -> None:
    """Somebody has handed in `step` again: where it is something else than before, nothing stays done."""
    remembered = instance.remembered
    if remembered and remembered["steps"] and remembered["given"].get(step) != given:
        instance.remembered = {**remembered, "steps": {}}


def let_stay(
    session: Session, changes: Changes, instance: Instance, run: Run, known: Collection[str]
) -> tuple[list[Stay], list[Failure]]:
    """Pass every step the run has come to that stays done; `known` are the tokens that have waited before.

    Whoever did it must still pass the gate, by what has been done since by whom; else the step is asked again.
    """
    stays: list[Stay] = []
    failures: list[Failure] = []
    while found := _find_stay(instance, run, known):
        token, stay, values = found
        _forget(instance, stay.step.id, changes.now if (passes := _may_count(session, stay, run, changes)) else None)
        if passes:
            run.variables.update(values)
            changes.record(instance, "step_stays", stay.step.id, stay.by, task=stay.task_id)
            failures += run.complete(token)
            stays.append(stay)
    return stays, failures


def _may_count(session: Session, stay: Stay, run: Run, changes: Changes) -> bool:
    """Whether an earlier decision of these people may count again. One statement, besides what the gate asks."""
    task = session.get_one(Task, stay.task_id)
    shared = select(Task).where(
        Task.instance_id == task.instance_id,
        Task.token == task.token,
        Task.state == COMPLETED,
        Task.closed_by.in_(stay.doers),
    )
    for one in session.scalars(shared).all() if stay.step.is_shared else [task]:
        try:
            registry.router().check(session, one, run.variables, one.closed_by or "", changes.now)
        except NotAllowed:
            return False
    return True


def _forget(instance: Instance, step: str, stays_at: datetime | None) -> None:
    """Take a step out of what may stay; with the moment at which it did."""
    remembered = instance.remembered or {}
    steps = {name: kept for name, kept in remembered["steps"].items() if name != step}
    stayed = {**remembered["stayed"], step: stays_at.isoformat()} if stays_at else remembered["stayed"]
    instance.remembered = {**remembered, "steps": steps, "stayed": stayed}


def _find_stay(instance: Instance, run: Run, known: Collection[str]) -> tuple[str, Stay, dict[str, Any]] | None:
    remembered = instance.remembered
    if not remembered or not remembered["steps"]:
        return None
    if _digest_but(run.variables, remembered["but"]) != remembered["variables"]:
        return None
    for token, wait in run.waits().items():
        kept = remembered["steps"].get(wait.step)
        if token not in known and wait.kind == "person" and kept:
            # What an earlier version has kept names the one person.
            doers = kept["by"] if isinstance(kept["by"], list) else [kept["by"]]
            return token, Stay(run.program.step(wait.step), kept["task"], tuple(doers)), kept["values"]
    return None
