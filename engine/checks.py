"""What is checked before a diagram is published: everything that would stop a running case.

Each finding names the element, says what is wrong and what to do about it.
"""

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from engine import feel
from engine.deadlines import parse_duration
from engine.diagram import BPMN, NAMESPACES, Step
from engine.errors import Finding, StepFailed
from engine.registry import handlers, populations, router
from engine.spiff import Program
from engine.spiff.expressions import assignments

RUNS = {
    "startEvent",
    "endEvent",
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "subProcess",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "boundaryEvent",
    "intermediateCatchEvent",
}
EVENTS = {"timerEventDefinition", "messageEventDefinition", "terminateEventDefinition"}


def check(program: Program, files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding about a package; empty when it can be published."""
    findings: list[Finding] = []
    for step in program.diagram.steps.values():
        for rule in RULES:
            findings.extend(rule(step, program, files))
    findings.extend(_duplicates(program.diagram.root))
    findings.extend(_flows(program.diagram.root))
    return findings


def _finding(step: Step, problem: str, remedy: str) -> Finding:
    return Finding(f"{step.name} ({step.id})", problem, remedy)


def _runs(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind not in RUNS:
        yield _finding(step, f"A {step.kind} does not run here.", "Use a step from the palette instead.")
    element = program.diagram.root.find(f".//*[@id='{step.id}']")
    for child in element if element is not None else ():
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name.endswith("EventDefinition") and name not in EVENTS:
            yield _finding(step, f"A {name} does not run here.", "Use a timer or a message.")
        if name in ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics") and step.over is None:
            yield _finding(step, "This repetition names no population.", "Choose over whom it repeats.")


def _person(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind not in ("userTask", "manualTask"):
        return
    if not step.settings.get("actor"):
        yield _finding(step, "Nobody is named to do this step.", "Choose who does it.")
    elif problem := router().find_problem(step):
        yield _finding(step, problem, "Choose somebody else to do it.")
    form = step.settings.get("form")
    if form and f"forms/{form}.json" not in files:
        yield _finding(step, f"There is no form “{form}” in the package.", f"Add forms/{form}.json or choose another.")
    for setting in ("due", "remind"):
        for text in step.settings.get(setting, "").split():
            if text.startswith("P") and parse_duration(text) is None:
                yield _finding(step, f"“{text}” is no duration.", "Write for instance P14D for 14 days.")
    yield from _expressions(step, [value for _, value in step.sets])


def _machine(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind in ("serviceTask", "sendTask"):
        name = step.settings.get("handler", "")
        if name not in handlers:
            known = ", ".join(sorted(handlers)) or "none"
            yield _finding(step, f"There is no handler “{name}”.", f"Choose one of: {known}.")
        yield from _expressions(step, [value for _, value in step.parameters])
    if step.kind == "businessRuleTask":
        decision = step.settings.get("decision", "")
        if decision not in program.decisions:
            yield _finding(step, f"There is no decision table “{decision}” in the package.", "Choose one that is.")
    if step.kind == "scriptTask":
        script = program.diagram.root.findtext(f".//*[@id='{step.id}']/bpmn:script", "", NAMESPACES)
        try:
            yield from _expressions(step, [value for _, value in assignments(script)])
        except StepFailed as error:
            yield _finding(step, str(error), "Other scripts are not run.")


def _population(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.over is not None and step.over not in populations:
        known = ", ".join(sorted(populations)) or "none"
        yield _finding(step, f"There is no population “{step.over}”.", f"Choose one of: {known}.")
    if step.completion:
        yield from _expressions(step, [step.completion])


def _timers(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    element = program.diagram.root.find(f".//*[@id='{step.id}']/bpmn:timerEventDefinition", NAMESPACES)
    if element is None:
        return
    if element.find("bpmn:timeCycle", NAMESPACES) is not None:
        yield _finding(step, "Repeating timers do not run here.", "Use a duration, and a loop back if it must repeat.")
    elif step.timer is None:
        yield _finding(step, "This timer has no time.", "Give a duration such as P14D or a date.")
    elif parse_duration(step.timer) is None and not step.timer[:4].isdigit():
        yield from _expressions(step, [step.timer])


def _messages(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    awaits = (
        step.kind == "receiveTask"
        or program.diagram.root.find(f".//*[@id='{step.id}']/bpmn:messageEventDefinition", NAMESPACES) is not None
    )
    if awaits and not step.message:
        yield _finding(step, "It is not said which message this step waits for.", "Choose a message.")
    yield from _expressions(step, [step.settings["correlate"]] if "correlate" in step.settings else [])


def _expressions(step: Step, texts: Iterable[str]) -> Iterable[Finding]:
    for text in texts:
        try:
            feel.compile(text)
        except feel.FeelError as error:
            yield _finding(step, f"“{text}” is not understood: {error}", "Correct the expression.")


def _duplicates(root: etree._Element) -> Iterable[Finding]:
    seen: set[str] = set()
    for element in root.iter(f"{{{BPMN}}}*"):
        identifier = element.get("id")
        if identifier and identifier in seen:
            yield Finding(identifier, "Two elements have this id.", "Give one of them another id.")
        seen.add(identifier or "")


def _flows(root: etree._Element) -> Iterable[Finding]:
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        text = flow.findtext("bpmn:conditionExpression", namespaces=NAMESPACES)
        if not text:
            continue
        try:
            feel.compile(text)
        except feel.FeelError as error:
            name = flow.get("name") or flow.get("id") or "flow"
            yield Finding(name, f"“{text.strip()}” is not understood: {error}", "Correct the condition.")
    for gateway in root.iter(f"{{{BPMN}}}exclusiveGateway", f"{{{BPMN}}}inclusiveGateway"):
        outgoing = root.findall(f".//bpmn:sequenceFlow[@sourceRef='{gateway.get('id')}']", NAMESPACES)
        conditional = [flow for flow in outgoing if flow.find("bpmn:conditionExpression", NAMESPACES) is not None]
        if len(outgoing) > 1 and gateway.get("default") is None:
            name = gateway.get("name") or gateway.get("id") or "gateway"
            yield Finding(name, "This gateway has no default flow.", "Mark the flow taken when no condition holds.")
        if len(outgoing) > 1 and len(conditional) < len(outgoing) - 1:
            name = gateway.get("name") or gateway.get("id") or "gateway"
            yield Finding(name, "A flow out of this gateway has no condition.", "Say when it is taken.")


RULES: tuple[Callable[[Step, Program, Mapping[str, bytes]], Iterable[Finding]], ...] = (
    _runs,
    _person,
    _machine,
    _population,
    _timers,
    _messages,
)
