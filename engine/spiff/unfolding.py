"""Repetition drawn on a step becomes structure: a scope with the step, done once, inside of it.

SpiffWorkflow copies a repeated step inside of its task tree, once for each time. Here a loop is a sub-process whose
flow leads back, which costs the same in every round; and a task for several is the sub-process that each member of a
fan-out runs. Events on the border stay on the border of the whole. The added elements have a dot in their ids, which
no drawn one has; to everybody else they go by the id of the step.
"""

from lxml import etree

from engine.diagram import BPMN, NAMESPACES, RF

START_CHOICE = f"{{{RF}}}startChoice"
START = f"{{{RF}}}start"
LOOP_CHECK = f"{{{RF}}}loopCheck"
SEVERAL = f"{{{BPMN}}}multiInstanceLoopCharacteristics"
LOOP = f"{{{BPMN}}}standardLoopCharacteristics"
FANS_OUT = {f"{{{BPMN}}}subProcess", f"{{{BPMN}}}callActivity"}


def drawn_id(identifier: str) -> str:
    """The id of the step that an element stands for: of itself, unless it was added here."""
    return identifier.partition(".")[0]


def is_within_loop(identifier: str) -> bool:
    """Whether an element was added here inside of the scope of a step that repeats."""
    return identifier.endswith((".once", ".check", ".start", ".end"))


def unfold(root: etree._Element) -> None:
    """Put a scope around every step that repeats, in place."""
    for several in list(root.iter(SEVERAL)):
        step = several.getparent()
        if step is not None and step.tag not in FANS_OUT:
            scope, once = _wrap(step)
            scope.insert(0, several)
            _connect(scope, f"{scope.get('id')}.start", once)
            _connect(scope, once, f"{scope.get('id')}.end")
    for loop in list(root.iter(LOOP)):
        step = loop.getparent()
        if step is not None:
            step.remove(loop)
            _unfold_loop(*_wrap(step), loop)


def unfold_starts(process: etree._Element) -> None:
    """Let the process begin at one of its start events, which has happened then, whatever it waited for."""
    starts = process.findall("bpmn:startEvent", NAMESPACES)
    for start in starts:
        for waits in [child for child in start if str(child.tag).endswith("EventDefinition")]:
            start.remove(waits)
    if len(starts) < 2:
        return
    key = process.get("id")
    etree.SubElement(process, f"{{{BPMN}}}startEvent", {"id": f"{key}.start"})
    etree.SubElement(process, START_CHOICE, {"id": f"{key}.choice"})
    _connect(process, f"{key}.start", f"{key}.choice")
    for start in starts:
        start.tag = START
        _connect(process, f"{key}.choice", start.get("id") or "")


def _wrap(step: etree._Element) -> tuple[etree._Element, str]:
    """A scope with the id of `step`, and the id that the step has inside of it."""
    identifier = step.get("id") or ""
    scope = etree.Element(f"{{{BPMN}}}subProcess", {"id": identifier, "name": step.get("name") or identifier})
    parent = step.getparent()
    if parent is not None:
        parent.replace(step, scope)
    once = f"{identifier}.once"
    step.set("id", once)
    for kind, name in (("startEvent", "start"), ("endEvent", "end")):
        etree.SubElement(scope, f"{{{BPMN}}}{kind}", {"id": f"{identifier}.{name}"})
    scope.append(step)
    return scope, once


def _unfold_loop(scope: etree._Element, once: str, loop: etree._Element) -> None:
    identifier = scope.get("id") or ""
    check = etree.SubElement(scope, LOOP_CHECK, {"id": f"{identifier}.check"})
    for name in ("loopMaximum", "testBefore"):
        if value := loop.get(name):
            check.set(name, value)
    check.text = loop.findtext("bpmn:loopCondition", namespaces=NAMESPACES)
    first = f"{identifier}.check" if loop.get("testBefore") == "true" else once
    _connect(scope, f"{identifier}.start", first)
    _connect(scope, once, f"{identifier}.check")
    _connect(scope, f"{identifier}.check", once)
    _connect(scope, f"{identifier}.check", f"{identifier}.end")


def _connect(scope: etree._Element, source: str, target: str) -> None:
    flow = {"id": f"{source}.{target}", "sourceRef": source, "targetRef": target}
    etree.SubElement(scope, f"{{{BPMN}}}sequenceFlow", flow)
