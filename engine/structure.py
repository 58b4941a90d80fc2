"""How a diagram is drawn: what must hold before it can be read into a program at all.

`checks` looks at what the steps say; this looks at the elements, and at how the flows connect them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree

from engine import drawn_events
from engine.diagram import BPMN, STEPS, SUB_PROCESSES, Diagram, Flow, Repetition, Step
from engine.errors import Finding
from engine.graph import Graph, Rule
from engine.xml import line_of

MAX_STEPS = 1000
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = {"Start", "End", "Root"}

RUNS: Mapping[str, set[str]] = {
    "startEvent": drawn_events.STARTS,
    "endEvent": drawn_events.ENDS,
    "boundaryEvent": drawn_events.ON_BORDERS,
    "intermediateCatchEvent": drawn_events.CAUGHT,
    "intermediateThrowEvent": drawn_events.THROWN,
    "userTask": set(),
    "manualTask": set(),
    "serviceTask": set(),
    "sendTask": set(),
    "receiveTask": set(),
    "scriptTask": set(),
    "businessRuleTask": set(),
    "subProcess": set(),
    "callActivity": set(),
    "transaction": set(),
    "exclusiveGateway": set(),
    "parallelGateway": set(),
    "inclusiveGateway": set(),
    "eventBasedGateway": set(),
}
"""The kinds of step that run, with the event definitions each may carry."""
STARTS_A_PROCESS = {"timerEventDefinition", "messageEventDefinition", "signalEventDefinition"}

ATTACHABLE = {kind for kind in RUNS if kind.endswith("Task")} | {*SUB_PROCESSES, "callActivity"}
INSTEAD = {
    "task": "Say who does it: a person (user task) or the system (service task).",
    "adHocSubProcess": "Draw the order in which its steps are done, or a parallel gateway.",
    "complexGateway": "Use an inclusive gateway, or a population with a completion condition.",
}
"""What to draw in place of what does not run."""

MAX_ROUNDS = 10_000
AWAITS = {"intermediateCatchEvent", "receiveTask"}
BRANCHING = {"exclusiveGateway", "inclusiveGateway"}


def find_faults(diagram: Diagram) -> list[Finding]:
    """Every reason why a diagram cannot be read into a program; empty when it can."""
    if len(diagram.steps) > MAX_STEPS:
        problem = f"It has {len(diagram.steps)} steps; up to {MAX_STEPS} run in one diagram."
        return [Finding(diagram.name, problem, "Split the process into several packages.", file=diagram.file)]
    graph = Graph(diagram)
    found = [
        *_identifiers(diagram),
        *_misplaced(diagram),
        *_scripts(diagram),
        *_declared_messages(diagram),
        *_scopes(diagram),
    ]
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


def _finding(step: Step, problem: str, remedy: str) -> Finding:
    return Finding.at(step, problem, remedy)


def _identifiers(diagram: Diagram) -> Iterator[Finding]:
    counts = Counter(element.get("id") for element in diagram.root.iter(f"{{{BPMN}}}*"))
    for identifier, count in counts.items():
        if identifier is not None and count > 1:
            yield Finding(identifier, f"{count} elements have this id.", "Give each an id of its own.")
    for element in diagram.root.iter(f"{{{BPMN}}}*"):
        kind = etree.QName(element).localname
        if element.get("id") is None and kind.endswith(STEPS):
            name = element.get("name") or kind
            yield Finding(name, "It has no id, so no flow can lead to it.", "Give it one.", line=line_of(element))
    for identifier in (diagram.key, *diagram.steps):
        if identifier in RESERVED or not IDENTIFIER.fullmatch(identifier):
            remedy = "Use letters, digits and underscores, for instance write_review; Start, End and Root are taken."
            yield Finding(identifier or "process", "This id cannot be used.", remedy)


def _scripts(diagram: Diagram) -> Iterator[Finding]:
    for element in diagram.root.iter(f"{{{BPMN}}}scriptTask"):
        step, count = diagram.steps.get(element.get("id") or ""), len(element.findall(f"{{{BPMN}}}script"))
        if step is not None and count != 1:
            said = "It is not said what it sets." if not count else f"It has {count} scripts."
            yield Finding.at(step, said, "Write one script of lines “name = expression”.")


def _misplaced(diagram: Diagram) -> Iterator[Finding]:
    """Repetitions on what is no step: they would be passed over, or taken for that of everything around them."""
    for element in diagram.root.iter(
        f"{{{BPMN}}}multiInstanceLoopCharacteristics", f"{{{BPMN}}}standardLoopCharacteristics"
    ):
        around = element.getparent()
        if around is None or around.get("id") not in diagram.steps:
            name = "repetition" if around is None else around.get("name") or around.get("id") or "repetition"
            remedy = "Set it on a task, a sub-process or a call activity."
            yield Finding(name, "A repetition stands on what is no step.", remedy, line=line_of(element))


def _declared_messages(diagram: Diagram) -> Iterator[Finding]:
    for message in diagram.root.iter(f"{{{BPMN}}}message"):
        if not (message.get("id") and message.get("name")):
            yield Finding(message.get("id") or "message", "This message has no id or no name.", "Give it both.")


def _scopes(diagram: Diagram) -> Iterator[Finding]:
    names = {diagram.key: diagram.name} | {
        step.id: step.name for step in diagram.steps.values() if step.kind in SUB_PROCESSES
    }
    for scope, name in names.items():
        kinds = Counter(step.kind for step in diagram.steps.values() if step.process == scope)
        if scope == diagram.key:
            yield from _process_starts(diagram)
        elif kinds["startEvent"] != 1:
            yield Finding(name, f"It has {kinds['startEvent']} start events.", "Draw exactly one in it.", id=scope)
        if not kinds["endEvent"]:
            yield Finding(name, "It has no end event.", "Draw one where it ends.", id=scope)


def _process_starts(diagram: Diagram) -> Iterator[Finding]:
    """A process may start in several ways, each by an event of its own; by hand in one of them."""
    starts = [step for step in diagram.steps.values() if step.process == diagram.key and step.kind == "startEvent"]
    if not starts:
        yield Finding(diagram.name, "It has 0 start events.", "Draw where it starts.", id=diagram.key)
    for start in [start for start in starts if not start.events][1:]:
        problem = "It is not clear where the process starts: two start events wait for nothing."
        yield _finding(start, problem, "Draw one of them, and a gateway after it.")


def _start(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind != "startEvent" or not step.events:
        return
    scope = graph.steps.get(step.process)
    if scope is not None and scope.by_event:
        return
    if scope is None and step.events[0] not in STARTS_A_PROCESS:
        allowed = "Let it wait for a timer, a message or a signal, or use a plain start and wait in the step after it."
        yield _finding(step, f"A {step.events[0]} does not start a process here.", allowed)
    elif scope is not None:
        remedy = "Draw the timer or message before the sub-process."
        yield _finding(step, "A sub-process begins when it is reached: its start waits for nothing.", remedy)
    if "correlate" in step.settings:
        remedy = "Take the key away: every key starts an instance, and one at a time runs for each."
        yield _finding(step, "A start has no variables to work a key out from.", remedy)


def _flow(graph: Graph, flow: Flow) -> Iterator[Finding]:
    source, target = graph.steps.get(flow.source), graph.steps.get(flow.target)
    if source is None or target is None:
        yield Finding.at(flow, "This flow is connected at one end only.", "Connect it to a step at both ends.")
    elif source.process != target.process or source.process != flow.process:
        yield Finding.at(flow, "This flow crosses the border of a sub-process.", "Let it end where its process ends.")
    elif alone := next((step for step in (source, target) if drawn_events.stands_alone(step)), None):
        yield _finding(alone, "A flow is connected to it, and it stands outside of the flow.", "Take the flow away.")
    elif target.kind in ("startEvent", "boundaryEvent"):
        yield _finding(target, "A flow leads into this event.", "Let it lead to the step after it.")
    elif source.kind == "endEvent":
        yield _finding(source, "A flow leads out of this end.", "Take it away, or use another event.")
    elif flow.condition is not None and source.kind not in BRANCHING:
        problem = f"Its condition is not asked after “{source.name}”."
        yield Finding.at(flow, problem, "Draw an exclusive gateway there.")


def _kind(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind not in RUNS:
        remedy = INSTEAD.get(step.kind, "Use a step from the palette instead.")
        yield _finding(step, f"A {step.kind} does not run here.", remedy)
        return
    for name in step.events:
        if name not in RUNS[step.kind]:
            allowed = ", ".join(sorted(map(drawn_events.word, RUNS[step.kind])))
            remedy = f"Possible here: {allowed}." if allowed else "Take it away."
            yield _finding(step, f"A {name} does not run in a {step.kind}.", remedy)
    if step.kind == "receiveTask" and not step.message:
        yield _finding(step, "It is not said which message this step waits for.", "Choose a message.")


def _repetition(graph: Graph, step: Step) -> Iterator[Finding]:
    if not step.loops or step.repetition is None:
        if step.collects:
            remedy = "Take away what it collects, or let it repeat."
            yield _finding(step, "It collects from its members, but is done once.", remedy)
    elif step.kind not in ATTACHABLE:
        yield _finding(step, "This kind of step cannot repeat.", "Draw a sub-process around what repeats.")
    elif len(step.loops) > 1:
        yield _finding(step, "It has two repetitions.", "Keep one of them.")
    elif step.repetition.kind == "loop":
        yield from _loop(step, step.repetition)
    else:
        yield from _several(step, step.repetition)


def _loop(step: Step, loop: Repetition) -> Iterator[Finding]:
    maximum = loop.maximum
    if loop.condition is None and maximum is None:
        remedy = "Say while which condition it is done again, or how often at most."
        yield _finding(step, "This loop would never end.", remedy)
    if maximum is not None and not (maximum.isdecimal() and 1 <= int(maximum[:9]) <= MAX_ROUNDS):
        yield _finding(step, f"“{maximum}” is no number of rounds.", f"Write a number from 1 to {MAX_ROUNDS}.")
    if step.collects:
        yield _finding(step, "A loop collects nothing.", "Let the step set a variable in each round.")


def _several(step: Step, several: Repetition) -> Iterator[Finding]:
    given = [text for text in (step.over, several.items, several.count) if text is not None]
    if len(given) != 1:
        problem = "It is not said for whom or what this repeats." if not given else "It repeats over two things."
        yield _finding(step, problem, "Choose one: a population, a list, or how often.")
    if several.item is not None and not NAME.fullmatch(several.item):
        yield _finding(step, f"“{several.item}” cannot name a variable.", "Use letters, digits and underscores.")
    if step.outputs:
        remedy = "Collect it: that gives a list with the value of each."
        yield _finding(step, "It is not clear whose value comes back, because it is called several times.", remedy)


def _call(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind == "callActivity" and not step.called:
        yield _finding(step, "It is not said which process this calls.", "Choose a published process.")
    elif step.kind != "callActivity" and (step.inputs or step.outputs):
        yield _finding(step, "Only a call activity hands values in and out.", "Use rf:set or rf:collect here.")


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
    if not outgoing and step.kind != "endEvent" and not drawn_events.stands_alone(step):
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
        if target.kind not in AWAITS or target.event == "link" or target.loops or len(graph.incoming[target.id]) > 1:
            remedy = "Let it lead only to timers, messages, signals and conditions of its own."
            yield _finding(step, f"“{target.name}” cannot follow this gateway.", remedy)


def _boundary(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind != "boundaryEvent":
        return
    host = graph.steps.get(step.attached_to or "")
    if host is None or host.kind not in ATTACHABLE or host.process != step.process or drawn_events.stands_alone(host):
        yield _finding(step, "This event is attached to no step.", "Put it on the border of a task or sub-process.")


def _unreachable(graph: Graph) -> Iterator[Finding]:
    starts = [step.id for step in graph.steps.values() if step.kind == "startEvent" or step.by_event]
    reached = graph.reachable(starts)
    for step in graph.steps.values():
        if step.id not in reached:
            yield _finding(step, "No flow leads here.", "Connect it, or take it away.")
        elif step.kind == "parallelGateway" and len(graph.incoming[step.id]) > 1:
            before = graph.reachable(starts, without={step.id})
            if any(flow.source not in before for flow in graph.incoming[step.id]):
                remedy = "Use an exclusive gateway where the way back joins."
                yield _finding(step, "It waits for a flow that only comes after it.", remedy)


RULES: tuple[Rule, ...] = (_kind, _start, _repetition, _call, _branches, _event_gateway, _boundary, *drawn_events.RULES)
