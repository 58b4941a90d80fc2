"""Where a token may be put by hand: computed from the diagram.

A step is a target when a token that goes on from there leaves no join behind that waits for ever, and makes none that
nobody expects: it belongs to the same process or sub-process, and feeds the same flows of every join.
"""

from collections.abc import Collection

from engine.diagram import Diagram, Step
from engine.graph import Graph

WITHOUT_A_WAY_IN = {"startEvent", "boundaryEvent"}
JOINING = {"parallelGateway", "inclusiveGateway", "complexGateway"}
FOR_GOOD = {"serviceTask", "sendTask", "receiveTask", "callActivity"}
"""What is done for others, or by them: it is not simply done once more."""
TOLD_OTHERS = {"message", "signal", "compensate", "cancel"}


def legal_targets(
    diagram: Diagram, step: str | None, *, process: str | None = None, among: Collection[str] | None = None
) -> list[Step]:
    """The steps before which the token that is at `step` may be put, in the order of the file; only those `among`.

    Without a step, those of the whole `process` that no branch shares with another: where it can go on alone. With
    both, the token must be in that process. An event on the border of a step cannot go anywhere without it.
    """
    graph = Graph(diagram)
    here = diagram.steps.get(step) if step is not None else None
    outer = process or diagram.key
    if step is not None and (here is None or here.kind == "boundaryEvent" or not _is_inside(diagram, here, process)):
        return []
    process = outer if here is None else here.process
    joins = [
        join.id
        for join in diagram.steps.values()
        if join.process == process and join.kind in JOINING and len(graph.incoming[join.id]) > 1
    ]
    main = _main(graph, process)
    expected = _whole(graph, joins) if here is None else feeds(graph, joins, here.id)
    return [
        target
        for target in diagram.steps.values()
        if target.process == process
        and (among is None or target.id in among)
        and target is not here
        and _has_a_way_in(graph, target)
        and (target.id in main) == (here is None or here.id in main)
        and all(_alike(graph, join, expected[join], feeds(graph, [join], target.id)[join]) for join in joins)
    ]


def earlier_steps(diagram: Diagram, step: str, done: Collection[str]) -> list[Step]:
    """The steps of `done` that a token at `step` may go back to, in the order of the file.

    Beside being legal targets, they lead to it, every branch that begins in between has joined again, and nothing in
    between was done for good: by a machine, by the members of a population, by another process, or under a signature.
    Out of a sub-process a token goes as if all of it stood at its border, where it is the only one in there.
    """
    graph, here, found = Graph(diagram), step, set[str]()
    while here in diagram.steps:
        for target in legal_targets(diagram, here, among=done):
            way = way_back(graph, target.id, step)
            leads = here in following(graph, target.id)
            if leads and _is_joined(graph, way, here) and all(can_be_repeated(diagram.steps[one]) for one in way):
                found.add(target.id)
        here = diagram.steps[here].process if _is_alone(graph, here) else ""
    return [one for name, one in diagram.steps.items() if name in found]


def _is_joined(graph: Graph, way: Collection[str], step: str) -> bool:
    """Whether every branch that begins on a way to `step` comes to it: a token there stands for all of them."""
    here = graph.steps[step].process
    begins = (one for one in way if graph.steps[one].process == here and graph.steps[one].kind in JOINING)
    branches = (flow for one in begins for flow in graph.outgoing[one])
    return all(step in graph.reachable([flow.target], without={flow.source}) for flow in branches)


def _is_alone(graph: Graph, step: str) -> bool:
    """Whether a token at `step` is the only one in its process or sub-process: nothing in there runs beside another."""
    own = {one.id for one in graph.steps.values() if one.process == graph.steps[step].process}
    return own <= _main(graph, graph.steps[step].process) and _is_joined(graph, _gone_through(graph, step), step)


def _gone_through(graph: Graph, step: str) -> set[str]:
    """The steps of its process or sub-process by which a token may have come to `step`, itself not among them."""
    own = graph.steps[step].process
    starts = [one.id for one in graph.steps.values() if one.process == own and one.kind == "startEvent"]
    return graph.reachable(starts) & _leading(graph, step, "")


def way_back(graph: Graph, target: str, step: str) -> set[str]:
    """The steps on the ways from `target` to `step`, the first included, with all that is drawn inside of them.

    Where `step` is in a sub-process that `target` is not in, also what of it can have been gone through.
    """
    region: set[str] = set()
    while graph.steps[step].process != graph.steps[target].process:
        region |= _gone_through(graph, step)
        step = graph.steps[step].process
        region.add(step)
    region |= {target} | (graph.reachable([target], beside=False) & _leading(graph, step, target))
    return inside(graph, region)


def begun_beside(graph: Graph, target: str, step: str) -> list[set[str]]:
    """The side branches that end when a token goes back from `step` to `target`: the steps of each.

    They are what events of the steps that will be done again, `step` among them, have begun beside these. A step to
    which another way leads as well may have been begun by that: it is in none of them.
    """
    again = way_back(graph, target, step) | {step}
    events = {event for host in again for event in graph.attached.get(host, ()) if not graph.steps[event].interrupts}
    starts = [one.id for one in graph.steps.values() if one.kind == "startEvent"]
    elsewhere = graph.reachable([*starts, target], without=events)
    return [inside(graph, graph.reachable([event]) - elsewhere) for event in sorted(events)]


def inside(graph: Graph, steps: Collection[str]) -> set[str]:
    """These steps, with all that is drawn inside of them."""
    region = found = set(steps)
    while found:
        found = {one.id for one in graph.steps.values() if one.process in region} - region
        region = region | found
    return region


def following(graph: Graph, step: str) -> set[str]:
    """The steps that a token at `step` can come to, that one included."""
    return graph.reachable([step], beside=False)


def _leading(graph: Graph, step: str, without: str) -> set[str]:
    """The steps from which a token can come to `step`, not through `without`."""
    seen: set[str] = set()
    pending = [flow.source for flow in graph.incoming[step]]
    while pending:
        here = pending.pop()
        if here in seen or here in (step, without):
            continue
        seen.add(here)
        pending.extend(flow.source for flow in graph.incoming[here])
        if host := graph.steps[here].attached_to:
            pending.append(host)
    return seen


def can_be_repeated(step: Step) -> bool:
    """Whether a step may be done once more because the case was sent back to before it."""
    if step.kind in FOR_GOOD or step.over is not None or "signature" in step.settings:
        return False
    if step.repetition is not None and step.repetition.kind != "loop":
        return False
    waits_beside = step.kind == "boundaryEvent"
    return waits_beside or step.event not in TOLD_OTHERS


def _is_inside(diagram: Diagram, step: Step, process: str | None) -> bool:
    """Whether a step is in a process, or in a sub-process that runs in it."""
    around: Step | None = step
    while process is not None and around is not None and around.process != process:
        around = diagram.steps.get(around.process)
    return around is not None


def _has_a_way_in(graph: Graph, step: Step) -> bool:
    """Whether a token can come to the step by a flow of its own: not to a start, or an event a gateway waits for."""
    incoming = graph.incoming[step.id]
    if step.kind in WITHOUT_A_WAY_IN or not incoming or (step.kind in JOINING and len(incoming) > 1):
        return False
    return all(graph.steps[flow.source].kind != "eventBasedGateway" for flow in incoming)


def _main(graph: Graph, process: str) -> set[str]:
    """The steps a process comes to by itself, not by an event beside a step."""
    starts = [step.id for step in graph.steps.values() if step.process == process and step.kind == "startEvent"]
    return graph.reachable(starts, beside=False)


def feeds(graph: Graph, joins: list[str], step: str) -> dict[str, set[str]]:
    """By join, the ids of the flows by which a token at `step` can come to it for the first time."""
    return {
        join: {flow.id for flow in graph.incoming[join] if flow.source in graph.reachable([step], without={join})}
        for join in joins
    }


def _whole(graph: Graph, joins: list[str]) -> dict[str, set[str]]:
    return {join: {flow.id for flow in graph.incoming[join]} for join in joins}


def _alike(graph: Graph, join: str, one: set[str], other: set[str]) -> bool:
    """Before the branches begin and after they have joined, a token stands for all of them."""
    alone: tuple[set[str], set[str]] = (set(), {flow.id for flow in graph.incoming[join]})
    return one == other or (one in alone and other in alone)
