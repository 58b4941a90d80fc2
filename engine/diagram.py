"""What a diagram says about its steps, in our words: read from the BPMN file, without running anything."""

from dataclasses import dataclass, field

from lxml import etree

from engine.errors import Finding, InvalidDiagram
from engine.xml import read_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
RF = "urn:reviewflow:bpmn:1"
NAMESPACES = {"bpmn": BPMN, "rf": RF}


@dataclass(frozen=True)
class Step:
    """One element of the diagram that can be reached by a token.

    `kind` is the local BPMN name (`userTask`, `subProcess` …); `settings` holds the attributes of our extension
    by local name; `sets` the pairs (variable, FEEL) of a user task; `parameters` those of a service task.
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
    attached_to: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Diagram:
    """A BPMN file: the process it starts with and every step by id."""

    key: str
    name: str
    steps: dict[str, Step]
    root: etree._Element


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
    return Diagram(key, process.get("name") or key, steps, root)


def _steps(container: etree._Element, process: str, messages: dict[str | None, str]) -> list[Step]:
    found = []
    for element in container:
        if not isinstance(element.tag, str) or not element.tag.startswith(f"{{{BPMN}}}") or element.get("id") is None:
            continue
        kind = etree.QName(element).localname
        if kind in ("sequenceFlow", "textAnnotation", "association", "dataObject", "dataObjectReference", "laneSet"):
            continue
        found.append(_step(element, kind, process, messages))
        if kind == "subProcess":
            found.extend(_steps(element, element.get("id") or "", messages))
    return found


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
        timer=_timer(element),
        attached_to=element.get("attachedToRef"),
        line=element.sourceline or 0,  # type: ignore[arg-type] # lxml-stubs has no number here
    )


def _settings(element: etree._Element) -> dict[str, str]:
    prefix = f"{{{RF}}}"
    return {str(k)[len(prefix) :]: str(v) for k, v in element.attrib.items() if str(k).startswith(prefix)}


def _pairs(element: etree._Element, tag: str) -> tuple[tuple[str, str], ...]:
    found = element.findall(f"bpmn:extensionElements/rf:{tag}", NAMESPACES)
    return tuple((pair.get("name") or "", pair.get("value") or "") for pair in found)


def _timer(element: etree._Element) -> str | None:
    for tag in ("timeDuration", "timeDate", "timeCycle"):
        text = element.findtext(f"bpmn:timerEventDefinition/bpmn:{tag}", namespaces=NAMESPACES)
        if text:
            return text.strip()
    return None
