"""What would become of one instance: where each of its tokens goes, what changes around them, or why it cannot move."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from engine.diagram import Step
from engine.errors import EngineError
from engine.matching import runs_apart
from engine.migration.route import Route
from engine.migration.standing import Standing
from engine.models import Task
from engine.spiff import Run, Wait
from engine.spiff.remapping import remap
from engine.spiff.stored import Place, Remapped
from engine.targets import feeds


@dataclass(frozen=True)
class TaskMove:
    """An open task that is kept, at its step as the new version has it."""

    task: Task
    old: Step
    new: Step
    changes_who: bool
    changes_time: bool


@dataclass
class Plan:
    """What moving one instance would do. `problems` say why it cannot move; then nothing else counts.

    `moves` are pairs of steps: what waits at the first goes to the second; `waiting` says the new step of each token
    that waits on; `added` are events that the new version adds, each with the token it belongs to. `closed` are the
    open tasks that nobody has to do any more, because what waited there goes elsewhere.
    """

    standing: Standing
    process: str = ""
    remapped: Remapped = field(default_factory=Remapped)
    waiting: dict[str, Step] = field(default_factory=dict)
    added: list[tuple[Wait, str]] = field(default_factory=list)
    moves: list[tuple[Step, Step]] = field(default_factory=list)
    tasks: list[TaskMove] = field(default_factory=list)
    closed: list[Task] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def tell_passage(before: str, after: str) -> str:
    """Where those who wait at a step go, by the names of the two steps, in words."""
    return f"“{after}”, as before" if before == after else f"“{before}” → “{after}”"


def plan(route: Route, standing: Standing, now: datetime) -> Plan:
    """Work out what moving an instance along `route` would do. Changes nothing."""
    instance = standing.instance
    found = Plan(standing, process=route.process(instance.process) or "")
    try:
        found.remapped = remap(instance.blob, route.old, route.new, instance.process, route.mapping)
        found.problems += found.remapped.problems or _find_obstacles(route, found, now)
    except EngineError as error:
        found.problems.append(str(error))
    if not found.problems:
        _follow_tasks(route, found)
    return found


def _find_obstacles(route: Route, found: Plan, now: datetime) -> list[str]:
    problems = _compare_fan_outs(route, found.standing) + find_starved_joins(route, found.remapped.places)
    return problems or _compare_waits(route, found, now)


def _compare_waits(route: Route, found: Plan, now: datetime) -> list[str]:
    """Take the new state up, as the engine will, and look whether it waits where it should; note what waits where."""
    instance = found.standing.instance
    before = Run(route.old, instance.process, dict(instance.variables), now)
    before.restore(instance.blob)
    after = Run(route.new, found.process, dict(instance.variables), now)
    after.restore(found.remapped.content)
    waits, kept = after.waits(), found.remapped.kept
    entered = dict(found.remapped.entered)
    for token, wait in before.waits().items():
        old = route.old.step(wait.step)
        if kept.get(token) in waits:
            new = route.new.step(waits[kept[token]].step)
            found.waiting[kept[token]] = new
            found.moves.append((old, new))
        elif token.partition(":")[0] in entered:
            found.moves.append((old, route.new.step(entered[token.partition(":")[0]])))
    found.added = [(waits[token], host) for token, (_, host) in found.remapped.added.items() if token in waits]
    expected = {kept[token] for token in before.waits() if token in kept} | {wait.token for wait, _ in found.added}
    if waits.keys() != expected:
        return ["Where it stands cannot be carried over to the new version."]
    return []


def _compare_fan_outs(route: Route, standing: Standing) -> list[str]:
    """Members that have been chosen stay: a rule that would choose others comes too late."""
    problems = []
    for fan_out in standing.fan_outs:
        old, new = (
            route.old.diagram.steps.get(fan_out.step),
            route.new.diagram.steps.get(route.mapping.get(fan_out.step, "")),
        )
        if old is None or new is None or not runs_apart(new):
            continue
        if (old.over, old.repetition, old.called) != (new.over, new.repetition, new.called):
            problems.append(f"“{old.name}” has begun, and “{new.name}” is done for others or in another way.")
    return problems


def find_starved_joins(route: Route, places: list[Place]) -> list[str]:
    """Parallel joins of the new version that would wait for ever, or meet more than they expect, as sentences.

    The tokens of a scope must share the flows into a join among them: each flow is fed by one of them, or one token
    stands for all.
    """
    by_scope: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_scope[place.scope].append(place)
    problems = []
    for join in route.new.diagram.steps.values():
        incoming = route.graph.incoming[join.id]
        if join.kind != "parallelGateway" or len(incoming) < 2:
            continue
        for inside in by_scope.values():
            if route.new.step(inside[0].step).process != join.process:
                continue
            fed = [flow for place in inside for flow in _feeds(route, join.id, place)]
            if fed and sorted(fed) != sorted(flow.id for flow in incoming):
                problems.append(_tell_starved(route, join, set(fed)))
    return problems


def _feeds(route: Route, join: str, place: Place) -> set[str]:
    if place.step == join:
        return {flow.id for flow in route.graph.incoming[join] if flow.source == place.came_by}
    key = join, place.step
    if key not in route.feeds:
        route.feeds[key] = feeds(route.graph, [join], place.step)[join]
    return route.feeds[key]


def _tell_starved(route: Route, join: Step, fed: set[str]) -> str:
    missing = [flow for flow in route.graph.incoming[join.id] if flow.id not in fed]
    if not missing:
        return f"More would come to “{join.name}” than it joins."
    source = route.new.step(missing[0].source).name
    return f"“{join.name}” would wait for ever: nothing is on its way to it by “{source}”."


def _follow_tasks(route: Route, found: Plan) -> None:
    for task in found.standing.tasks:
        if task.token not in found.remapped.kept:
            found.closed.append(task)
            continue
        old = route.old.step(task.step)
        new = route.new.step(route.mapping[task.step])
        found.tasks.append(TaskMove(task, old, new, route.changes_who(old, new), route.changes_time(old, new)))
