"""How a diagram is drawn: what must hold before it can be read into a program at all.

`checks` looks at what the steps say; this looks at the elements, and at how the flows connect them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.diagram import BPMN, Diagram, Flow, Step
from engine.errors import Finding

MAX_STEPS = 1000
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
RESERVED = {"Start", "End", "Root"}

RUNS: Mapping[str, set[str]] = {
    "startEvent": set(),
    "endEvent": {"terminateEventDefinition"},
    "boundaryEvent": {"timerEventDefinition", "messageEventDefinition"},
    "intermediateCatchEvent": {"timerEventDefinition", "messageEventDefinition"},
    "userTask": set(),
    "manualTask": set(),
    "serviceTask": set(),
    "sendTask": set(),
    "receiveTask": set(),
    "scriptTask": set(),
    "businessRuleTask": set(),
    "subProcess": set(),
    "exclusiveGateway": set(),
    "parallelGateway": set(),
    "inclusiveGateway": set(),
    "eventBasedGateway": set(),
}
"""The kinds of step that run, with the event definitions each may carry."""

ATTACHABLE = {kind for kind in RUNS if kind.endswith("Task")} | {"subProcess"}
AWAITS = {"intermediateCatchEvent", "receiveTask"}
BRANCHING = {"exclusiveGateway", "inclusiveGateway"}


class Graph:
    """The steps of a diagram with the flows into and out of each."""

    def __init__(self, diagram: Diagram) -> None:
        self.steps = diagram.steps
        self.flows = diagram.flows
        self.outgoing: dict[str, list[Flow]] = {step: [] for step in diagram.steps}
        self.incoming: dict[str, list[Flow]] = {step: [] for step in diagram.steps}
        self.attached: dict[str, list[str]] = {}
        for flow in diagram.flows:
            if flow.source in self.steps and flow.target in self.steps:
                self.outgoing[flow.source].append(flow)
                self.incoming[flow.target].append(flow)
        for step in diagram.steps.values():
            if step.attached_to is not None:
                self.attached.setdefault(step.attached_to, []).append(step.id)

    def reachable(self, starts: Iterable[str], *, without: str = "") -> set[str]:
        """The steps that a token can come to from `starts`, never through `without`."""
        seen: set[str] = set()
        pending = list(starts)
        while pending:
            here = pending.pop()
            if here in seen or here == without:
                continue
            seen.add(here)
            pending.extend(flow.target for flow in self.outgoing[here])
            pending.extend(self.attached.get(here, ()))
        return seen


Rule = Callable[[Graph, Step], Iterable[Finding]]


def find_faults(diagram: Diagram) -> list[Finding]:
    """Every reason why a diagram cannot be read into a program; empty when it can."""
    if len(diagram.steps) > MAX_STEPS:
        problem = f"It has {len(diagram.steps)} steps; up to {MAX_STEPS} run in one diagram."
        return [Finding(diagram.name, problem, "Split the process into several packages.", file=diagram.file)]
    graph = Graph(diagram)
    found = [*_identifiers(diagram), *_declared_messages(diagram), *_scopes(diagram)]
    for flow in diagram.flows:
        found.extend(_flow(graph, flow))
    for step in diagram.steps.values():
        for rule in RULES:
            found.extend(rule(graph, step))
    if not found:
        found.extend(_unreachable(graph))
    for finding in found:
        finding.file = diagram.file
    return found


def name_of(step: Step) -> str:
    """A step as a finding names it: by what is written on it, and by its id."""
    return f"{step.name} ({step.id})"


def _finding(step: Step, problem: str, remedy: str) -> Finding:
    return Finding(name_of(step), problem, remedy)


def _identifiers(diagram: Diagram) -> Iterator[Finding]:
    counts = Counter(element.get("id") for element in diagram.root.iter(f"{{{BPMN}}}*"))
    for identifier, count in counts.items():
        if identifier is not None and count > 1:
            yield Finding(identifier, f"{count} elements have this id.", "Give each an id of its own.")
    for identifier in (diagram.key, *diagram.steps):
        if identifier in RESERVED or not IDENTIFIER.fullmatch(identifier):
            remedy = "Use letters, digits and underscores, for instance write_review; Start, End and Root are taken."
            yield Finding(identifier or "process", "This id cannot be used.", remedy)


def _declared_messages(diagram: Diagram) -> Iterator[Finding]:
    for message in diagram.root.iter(f"{{{BPMN}}}message"):
        if not (message.get("id") and message.get("name")):
            yield Finding(message.get("id") or "message", "This message has no id or no name.", "Give it both.")


def _scopes(diagram: Diagram) -> Iterator[Finding]:
    names = {diagram.key: diagram.name} | {
        step.id: name_of(step) for step in diagram.steps.values() if step.kind == "subProcess"
    }
    for scope, name in names.items():
        kinds = Counter(step.kind for step in diagram.steps.values() if step.process == scope)
        if kinds["startEvent"] != 1:
            yield Finding(name, f"It has {kinds['startEvent']} start events.", "Draw exactly one in it.")
        if not kinds["endEvent"]:
            yield Finding(name, "It has no end event.", "Draw one where it ends.")


def _flow(graph: Graph, flow: Flow) -> Iterator[Finding]:
    source, target = graph.steps.get(flow.source), graph.steps.get(flow.target)
    if source is None or target is None:
        yield Finding(flow.name, "This flow is connected at one end only.", "Connect it to a step at both ends.")
    elif source.process != target.process or source.process != flow.process:
        yield Finding(flow.name, "This flow crosses the border of a sub-process.", "Let it end where its process ends.")
    elif target.kind in ("startEvent", "boundaryEvent"):
        yield _finding(target, "A flow leads into this event.", "Let it lead to the step after it.")
    elif source.kind == "endEvent":
        yield _finding(source, "A flow leads out of this end.", "Take it away, or use another event.")
    elif flow.condition is not None and source.kind not in BRANCHING:
        yield Finding(
            flow.name, f"Its condition is not asked after “{source.name}”.", "Draw an exclusive gateway there."
        )


def _kind(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind not in RUNS:
        yield _finding(step, f"A {step.kind} does not run here.", "Use a step from the palette instead.")
        return
    for name in step.events:
        if name not in RUNS[step.kind]:
            allowed = "Only an end may terminate." if name.startswith("terminate") else "Wait for a timer or a message."
            yield _finding(step, f"A {name} does not run in a {step.kind}.", allowed)
    if (step.kind == "receiveTask" or "messageEventDefinition" in step.events) and not step.message:
        yield _finding(step, "It is not said which message this step waits for.", "Choose a message.")
    if len(step.events) > 1:
        yield _finding(step, "This event waits for several things.", "Draw one event for each.")
    if step.kind in ("boundaryEvent", "intermediateCatchEvent") and not step.events:
        yield _finding(step, "It is not said what this event waits for.", "Choose a timer or a message.")


def _repetition(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.loops and (step.over is None or "standardLoopCharacteristics" in step.loops):
        yield _finding(step, "This repetition names no population.", "Choose over whom it repeats.")
    elif step.loops and step.kind != "subProcess":
        yield _finding(step, "Only a sub-process repeats over a population.", "Draw a sub-process around this step.")


def _branches(graph: Graph, step: Step) -> Iterator[Finding]:
    outgoing = graph.outgoing[step.id]
    if step.kind.endswith("Gateway"):
        yield from _gateway(step, outgoing)
    elif len(outgoing) > 1:
        remedy = "Draw a gateway after it: parallel for both, exclusive for one of them."
        yield _finding(step, f"{len(outgoing)} flows lead out of this step, which is not clear.", remedy)
    for target, count in Counter(flow.target for flow in outgoing).items():
        if count > 1:
            yield _finding(step, f"{count} flows lead from it to “{graph.steps[target].name}”.", "Draw one of them.")
    if not outgoing and step.kind != "endEvent":
        yield _finding(step, "Nothing follows.", "Draw what comes next, or an end.")


def _gateway(step: Step, outgoing: list[Flow]) -> Iterator[Finding]:
    if step.default is not None and step.default not in {flow.id for flow in outgoing}:
        yield _finding(step, "Its default flow does not lead out of it.", "Mark one that does.")
    elif step.kind in BRANCHING and len(outgoing) > 1:
        if step.default is None:
            yield _finding(step, "This gateway has no default flow.", "Mark the flow taken when no condition holds.")
        for flow in outgoing:
            if flow.condition is None and flow.id != step.default:
                problem = f"“{flow.name}” leads out of it and has no condition."
                yield _finding(step, problem, "Say when it is taken.")


def _event_gateway(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind != "eventBasedGateway":
        return
    for flow in graph.outgoing[step.id]:
        target = graph.steps[flow.target]
        if target.kind not in AWAITS or len(graph.incoming[target.id]) > 1:
            remedy = "Let it lead only to timers and messages of its own."
            yield _finding(step, f"“{target.name}” cannot follow this gateway.", remedy)


def _boundary(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind != "boundaryEvent":
        return
    host = graph.steps.get(step.attached_to or "")
    if host is None or host.kind not in ATTACHABLE or host.process != step.process:
        yield _finding(step, "This event is attached to no step.", "Put it on the border of a task or sub-process.")


def _unreachable(graph: Graph) -> Iterator[Finding]:
    starts = [step.id for step in graph.steps.values() if step.kind == "startEvent"]
    reached = graph.reachable(starts)
    for step in graph.steps.values():
        if step.id not in reached:
            yield _finding(step, "No flow leads here.", "Connect it, or take it away.")
        elif step.kind == "parallelGateway" and len(graph.incoming[step.id]) > 1:
            before = graph.reachable(starts, without=step.id)
            if any(flow.source not in before for flow in graph.incoming[step.id]):
                remedy = "Use an exclusive gateway where the way back joins."
                yield _finding(step, "It waits for a flow that only comes after it.", remedy)


RULES: tuple[Rule, ...] = (_kind, _repetition, _branches, _event_gateway, _boundary)
