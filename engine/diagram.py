"""What a diagram says about its steps, in our words: read from the BPMN file, without running anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine import feel
from engine.errors import Finding, InvalidDiagram
from engine.xml import read_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
RF = "urn:reviewflow:bpmn:1"
NAMESPACES = {"bpmn": BPMN, "rf": RF}

# What a token can be in. Anything else in a process is a note, a line, or data drawn for people.
STEPS = ("task", "Task", "Event", "Gateway", "subProcess", "SubProcess", "callActivity", "transaction")


@dataclass(frozen=True)
class Step:
    """One element of the diagram that can be reached by a token.

    `kind` is the local BPMN name (`userTask`, `subProcess` …); `settings` holds the attributes of our extension
    by local name; `sets` the pairs (variable, FEEL) of a user task; `parameters` those of a service task; `events`
    and `loops` the local names of its event definitions and repetitions; `default` the id of the default flow.
    """

    id: str
    kind: str
    name: str
    process: str
    settings: dict[str, str] = field(default_factory=dict)
    sets: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    over: str | None = None
    completion: str | None = None
    message: str | None = None
    timer: str | None = None
    timer_kind: str | None = None
    attached_to: str | None = None
    events: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()
    script: str = ""
    default: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Flow:
    """One sequence flow; `source` and `target` are ids of steps, `process` that of the process it is drawn in."""

    id: str
    name: str
    source: str
    target: str
    process: str
    condition: str | None = None


@dataclass(frozen=True)
class Diagram:
    """A BPMN file: the process it starts with, every step by id, the flows between them, the variables it declares."""

    key: str
    name: str
    steps: dict[str, Step]
    flows: tuple[Flow, ...]
    root: etree._Element
    file: str
    variables: tuple[tuple[str, feel.Field], ...] = ()


def read_diagram(content: bytes, file: str) -> Diagram:
    """Read the one executable process of `content` and its steps.

    Raises Rejection when the file is no XML, InvalidDiagram when it holds no executable process, or several.
    """
    root = read_xml(content, file)
    if root.tag != f"{{{BPMN}}}definitions":
        raise InvalidDiagram(
            [Finding("file", "This is not a BPMN 2.0 diagram.", "Save it as BPMN 2.0 XML.", file=file)]
        )
    processes = [p for p in root.findall("bpmn:process", NAMESPACES) if p.get("isExecutable") == "true"]
    if len(processes) != 1:
        problem = f"A package needs exactly one executable process; this file has {len(processes)}."
        remedy = 'Set isExecutable="true" on the one that starts the cycle.'
        raise InvalidDiagram([Finding("process", problem, remedy, file=file)])
    process = processes[0]
    key = process.get("id") or ""
    messages = {m.get("id"): m.get("name") or "" for m in root.findall("bpmn:message", NAMESPACES)}
    steps = {step.id: step for step in _steps(process, key, messages)}
    return Diagram(key, process.get("name") or key, steps, tuple(_flows(process, key)), root, file, _variables(process))


def _variables(process: etree._Element) -> tuple[tuple[str, feel.Field], ...]:
    found = process.findall("bpmn:extensionElements/rf:variable", NAMESPACES)
    return tuple(
        (v.get("name") or "", feel.Field(v.get("type") or "Any", v.get("label") or "", v.get("example") or ""))
        for v in found
    )


def _steps(container: etree._Element, process: str, messages: dict[str | None, str]) -> list[Step]:
    found = []
    for element in container:
        kind = _local_name(element)
        if not kind.endswith(STEPS) or element.get("id") is None:
            continue
        found.append(_step(element, kind, process, messages))
        if kind == "subProcess":
            found.extend(_steps(element, element.get("id") or "", messages))
    return found


def _local_name(element: etree._Element) -> str:
    """The name of a BPMN element; empty for anything else."""
    tag = element.tag
    prefix = f"{{{BPMN}}}"
    return tag[len(prefix) :] if isinstance(tag, str) and tag.startswith(prefix) else ""


def _flows(container: etree._Element, process: str) -> Iterator[Flow]:
    for element in container:
        kind = _local_name(element)
        if kind == "subProcess":
            yield from _flows(element, element.get("id") or "")
        elif kind == "sequenceFlow":
            condition = element.findtext("bpmn:conditionExpression", namespaces=NAMESPACES)
            identifier = element.get("id") or ""
            yield Flow(
                id=identifier,
                name=element.get("name") or identifier or "flow",
                source=element.get("sourceRef") or "",
                target=element.get("targetRef") or "",
                process=process,
                condition=condition.strip() if condition and condition.strip() else None,
            )


def _step(element: etree._Element, kind: str, process: str, messages: dict[str | None, str]) -> Step:
    identifier = element.get("id") or ""
    loop = element.find("bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
    completion = None if loop is None else loop.findtext("bpmn:completionCondition", namespaces=NAMESPACES)
    settings = _settings(element) | ({} if loop is None else _settings(loop))
    event = element.find("bpmn:messageEventDefinition", NAMESPACES)
    if event is not None:
        settings |= _settings(event)
    reference = element.get("messageRef") or (None if event is None else event.get("messageRef"))
    return Step(
        id=identifier,
        kind=kind,
        name=element.get("name") or identifier.replace("_", " ").capitalize(),
        process=process,
        settings=settings,
        sets=_pairs(element, "set"),
        parameters=_pairs(element, "parameter"),
        over=None if loop is None else loop.get(f"{{{RF}}}over"),
        completion=completion.strip() if completion and completion.strip() else None,
        message=messages.get(reference) if reference else None,
        timer=_timer(element)[1],
        timer_kind=_timer(element)[0],
        attached_to=element.get("attachedToRef"),
        events=tuple(name for name in map(_local_name, element) if name.endswith("EventDefinition")),
        loops=tuple(name for name in map(_local_name, element) if name.endswith("LoopCharacteristics")),
        script=element.findtext("bpmn:script", "", NAMESPACES),
        default=element.get("default"),
        line=element.sourceline or 0,  # type: ignore[arg-type] # lxml-stubs has no number here
    )


def _settings(element: etree._Element) -> dict[str, str]:
    prefix = f"{{{RF}}}"
    return {str(k)[len(prefix) :]: str(v) for k, v in element.attrib.items() if str(k).startswith(prefix)}


def _pairs(element: etree._Element, tag: str) -> tuple[tuple[str, str], ...]:
    found = element.findall(f"bpmn:extensionElements/rf:{tag}", NAMESPACES)
    return tuple((pair.get("name") or "", pair.get("value") or "") for pair in found)


def _timer(element: etree._Element) -> tuple[str | None, str | None]:
    """Which kind of time a timer event has, and its text."""
    for kind in ("timeDuration", "timeDate", "timeCycle"):
        text = element.findtext(f"bpmn:timerEventDefinition/bpmn:{kind}", namespaces=NAMESPACES)
        if text is not None:
            return kind, text.strip() or None
    return None, None
