"""What a diagram says about its steps, in our words: read from the BPMN file, without running anything."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine import feel
from engine.errors import Finding, InvalidDiagram
from engine.vocabularies import explain_processes, name_vocabulary
from engine.xml import line_of, read_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
RF = "urn:reviewflow:bpmn:1"
NAMESPACES = {"bpmn": BPMN, "rf": RF}

# What a token can be in. Anything else in a process is a note, a line, or data drawn for people.
STEPS = ("task", "Task", "Event", "Gateway", "subProcess", "SubProcess", "callActivity", "transaction")
SUB_PROCESSES = ("subProcess", "transaction")
EVENT_DEFINITION = "EventDefinition"
CONDITION = "bpmn:conditionalEventDefinition/bpmn:condition"


@dataclass(frozen=True)
class Repetition:
    """A step that is done several times: `kind` is parallel (side by side), sequential (one by one) or loop.

    `items` (FEEL that gives a list) or `count` (FEEL that gives a number) says how often, and `item` what each one is
    called; over a population, neither is set. A loop goes on while `condition` holds, for `maximum` rounds at most,
    and asks `before` its first round or only after it.
    """

    kind: str
    items: str | None = None
    item: str | None = None
    count: str | None = None
    condition: str | None = None
    maximum: str | None = None
    before: bool = False


@dataclass(frozen=True)
class Step:
    """One element of the diagram that can be reached by a token.

    `kind` is the local BPMN name (`userTask`, `subProcess` …); `settings` holds the attributes of our extension
    by local name; `sets` the pairs (variable, FEEL) of a user task; `parameters` those of a service task; `inputs` and
    `outputs` those of a call activity, `collects` those of a step done several times; `events` and `loops` the local
    names of its event definitions and repetitions; `called` the key of another process; `default` the id of the
    default flow.

    Of an event: `reference` is what it is about: the name of its message, signal or link, the code of its error or
    escalation, the id of the activity to compensate; None means any. `handler` is the step that compensates for the
    one this event is attached to. `interrupts` says whether what it is attached to, or drawn in, ends.
    """

    id: str
    kind: str
    name: str
    process: str
    settings: dict[str, str] = field(default_factory=dict)
    sets: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    collects: tuple[tuple[str, str], ...] = ()
    called: str | None = None
    repetition: Repetition | None = None
    over: str | None = None
    completion: str | None = None
    message: str | None = None
    timer: str | None = None
    timer_kind: str | None = None
    attached_to: str | None = None
    interrupts: bool = True
    events: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()
    script: str = ""
    default: str | None = None
    line: int = 0
    reference: str | None = None
    condition: str | None = None
    handler: str | None = None
    for_compensation: bool = False
    by_event: bool = False

    @property
    def is_shared(self) -> bool:
        """Whether several people do it, each at a task of their own: see `engine.shared`."""
        return "vote" in self.settings

    @property
    def event(self) -> str | None:
        """The kind of event this step waits for or throws (`timer`, `signal`, `compensate` …), None for none."""
        return self.events[0].removesuffix(EVENT_DEFINITION) if self.events else None


@dataclass(frozen=True)
class Flow:
    """One sequence flow; `source` and `target` are ids of steps, `process` that of the process it is drawn in.

    `is_link` says that it is drawn as a pair of link events.
    """

    id: str
    name: str
    source: str
    target: str
    process: str
    condition: str | None = None
    is_link: bool = False


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

    Raises Unreadable when the file is no XML, InvalidDiagram when it holds no executable process, or several.
    """
    return find_diagram(read_xml(content, file), file)


def find_diagram(root: etree._Element, file: str) -> Diagram:
    """The same from the root element of a file. Raises InvalidDiagram."""
    if root.tag != f"{{{BPMN}}}definitions":
        raise InvalidDiagram([Finding("file", *name_vocabulary(root), file=file)])
    processes = [p for p in root.findall("bpmn:process", NAMESPACES) if p.get("isExecutable") == "true"]
    if len(processes) != 1:
        raise InvalidDiagram([Finding("process", *explain_processes(root, len(processes)), file=file)])
    return read_process(root, processes[0], file)


def read_process(root: etree._Element, process: etree._Element, file: str) -> Diagram:
    """The diagram that begins with `process`, one of those below `root`."""
    key = process.get("id") or ""
    steps = {step.id: step for step in _steps(process, key, _names(root))}
    flows = (*_flows(process, key), *_links(steps.values()))
    return Diagram(key, process.get("name") or key, steps, flows, root, file, _variables(process))


def _variables(process: etree._Element) -> tuple[tuple[str, feel.Field], ...]:
    found = process.findall("bpmn:extensionElements/rf:variable", NAMESPACES)
    return tuple(
        (v.get("name") or "", feel.Field(v.get("type") or "Any", v.get("label") or "", v.get("example") or ""))
        for v in found
    )


def _names(root: etree._Element) -> dict[str, str]:
    """What the messages, signals, errors and escalations of a file are called by the events about them, by id."""
    found = {}
    for tag in ("message", "signal", "error", "escalation"):
        for element in root.findall(f"bpmn:{tag}", NAMESPACES):
            identifier = element.get("id") or ""
            found[identifier] = element.get(f"{tag}Code") or element.get("name") or identifier * (tag != "message")
    return found


def _steps(container: etree._Element, process: str, names: dict[str, str]) -> list[Step]:
    found = []
    for element in container:
        kind = _local_name(element)
        if not kind.endswith(STEPS) or element.get("id") is None:
            continue
        found.append(_step(element, kind, process, names))
        if kind in SUB_PROCESSES:
            found.extend(_steps(element, element.get("id") or "", names))
    return found


def _local_name(element: etree._Element) -> str:
    """The name of a BPMN element; empty for anything else."""
    tag = element.tag
    prefix = f"{{{BPMN}}}"
    return tag[len(prefix) :] if isinstance(tag, str) and tag.startswith(prefix) else ""


def _flows(container: etree._Element, process: str) -> Iterator[Flow]:
    for element in container:
        kind = _local_name(element)
        if kind in SUB_PROCESSES:
            yield from _flows(element, element.get("id") or "")
        elif kind == "sequenceFlow":
            identifier = element.get("id") or ""
            yield Flow(
                id=identifier,
                name=element.get("name") or identifier or "flow",
                source=element.get("sourceRef") or "",
                target=element.get("targetRef") or "",
                process=process,
                condition=_text(element, "conditionExpression"),
            )


def _links(steps: Iterable[Step]) -> Iterator[Flow]:
    """A pair of link events is a flow drawn in two parts."""
    links = [step for step in steps if step.event == "link"]
    for source in links:
        for target in links:
            ends = (source.kind, target.kind) == ("intermediateThrowEvent", "intermediateCatchEvent")
            if ends and (source.process, source.reference) == (target.process, target.reference):
                yield Flow(f"{source.id}.link", source.name, source.id, target.id, source.process, is_link=True)


def _step(element: etree._Element, kind: str, process: str, names: dict[str, str]) -> Step:
    identifier = element.get("id") or ""
    loop = element.find("bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
    event = next((child for child in element if _local_name(child).endswith(EVENT_DEFINITION)), None)
    settings = _settings(element)
    for part in (loop, event):
        settings |= {} if part is None else _settings(part)
    reference = _reference(element, event, names)
    events = tuple(name for name in map(_local_name, element) if name.endswith(EVENT_DEFINITION))
    return Step(
        id=identifier,
        kind=kind,
        name=element.get("name") or identifier.replace("_", " ").capitalize(),
        process=process,
        settings=settings,
        sets=_pairs(element, "set"),
        parameters=_pairs(element, "parameter"),
        inputs=_pairs(element, "in"),
        outputs=_pairs(element, "out"),
        collects=_pairs(element, "collect"),
        called=element.get("calledElement"),
        repetition=_repetition(element),
        over=None if loop is None else loop.get(f"{{{RF}}}over"),
        completion=None if loop is None else _text(loop, "completionCondition"),
        message=reference if kind.endswith("Task") or "messageEventDefinition" in events else None,
        timer=_timer(element)[1],
        timer_kind=_timer(element)[0],
        attached_to=element.get("attachedToRef"),
        events=events,
        loops=tuple(name for name in map(_local_name, element) if name.endswith("LoopCharacteristics")),
        script=element.findtext("bpmn:script", "", NAMESPACES),
        default=element.get("default"),
        line=line_of(element),
        reference=reference,
        condition=element.findtext(CONDITION, "", NAMESPACES).strip() or None,
        handler=_handler(element) if kind == "boundaryEvent" else None,
        interrupts=element.get("cancelActivity") != "false" and element.get("isInterrupting") != "false",
        for_compensation=element.get("isForCompensation") == "true",
        by_event=element.get("triggeredByEvent") == "true",
    )


def _repetition(element: etree._Element) -> Repetition | None:
    """How a step repeats; where two repetitions are drawn, which the checks refuse, the loop."""
    loop = element.find("bpmn:standardLoopCharacteristics", NAMESPACES)
    if loop is not None:
        return Repetition(
            kind="loop",
            condition=_text(loop, "loopCondition"),
            maximum=loop.get("loopMaximum"),
            before=loop.get("testBefore") == "true",
        )
    several = element.find("bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
    if several is None:
        return None
    return Repetition(
        kind="sequential" if several.get("isSequential") == "true" else "parallel",
        items=several.get(f"{{{RF}}}items"),
        item=several.get(f"{{{RF}}}item"),
        count=_text(several, "loopCardinality"),
    )


def _text(element: etree._Element, tag: str) -> str | None:
    """The text of the child `tag`; None when there is none, or nothing in it."""
    text = element.findtext(f"bpmn:{tag}", namespaces=NAMESPACES)
    return text.strip() or None if text else None


def _reference(element: etree._Element, event: etree._Element | None, names: dict[str, str]) -> str | None:
    """What an event, or a task that sends or receives, is about."""
    if event is None:
        return names.get(element.get("messageRef") or "")
    kind = _local_name(event).removesuffix(EVENT_DEFINITION)
    if kind == "link":
        return event.get("name") or element.get("name")
    if kind == "compensate":
        return event.get("activityRef")
    reference = event.get(f"{kind}Ref")
    return None if reference is None else names.get(reference)


def _handler(boundary: etree._Element) -> str | None:
    """The step that an association leads to from an event on a border: what compensates for its activity."""
    process = boundary.getparent()
    found = [] if process is None else process.findall("bpmn:association", NAMESPACES)
    return next((line.get("targetRef") for line in found if line.get("sourceRef") == boundary.get("id")), None)


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
