"""Small diagrams written down in a test: steps, and the flows between them."""

import re
from html import escape
from itertools import pairwise

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1" '
    'targetNamespace="urn:reviewflow:tests"><bpmn:message id="answer" name="answer" />'
)
FLOW = re.compile(r"(\w+)(?: \[(.*)\])?")


def draw(flows: str, *elements: str, name: str = "Review", variables: dict[str, str] | None = None) -> dict[str, bytes]:
    """A package: `flows` such as `start > write > good [outcome = "yes"] > end; good > write`, and what is on them.

    A condition stands behind the step that the flow comes from; a flow out of a gateway without one is its default.
    Starts and ends need no element of their own.
    """
    declared = "".join(f'<rf:variable name="{key}" type="{kind}" />' for key, kind in (variables or {}).items())
    extension = f"<bpmn:extensionElements>{declared}</bpmn:extensionElements>" if declared else ""
    body = extension + _inside("review", flows, elements)
    process = f'<bpmn:process id="review" name="{escape(name)}" isExecutable="true">{body}</bpmn:process>'
    return {"review.bpmn": f"{HEAD}{process}</bpmn:definitions>".encode()}


def person(identifier: str, name: str = "", *, sets: str = "", **settings: str) -> str:
    """A step that a person does; settings are those of our extension."""
    pairs = [pair.split("=", 1) for pair in sets.split(";") if pair]
    inside = "".join(f'<rf:set name="{key.strip()}" value="{escape(text.strip())}" />' for key, text in pairs)
    inside = inside and f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"
    return element("userTask", identifier, name, inside, **{"actor": "ann", **settings})


def timer(identifier: str, time: str, name: str = "") -> str:
    """A wait for some time."""
    return element("intermediateCatchEvent", identifier, name, _timer(time))


def message(identifier: str, name: str = "") -> str:
    """A wait for the message “answer”."""
    return element("intermediateCatchEvent", identifier, name, '<bpmn:messageEventDefinition messageRef="answer" />')


def deadline(identifier: str, at: str, time: str, name: str = "", *, aside: bool = False) -> str:
    """A timer at the border of a step; `aside` leaves the step open."""
    attributes = f' attachedToRef="{at}"' + (' cancelActivity="false"' if aside else "")
    return element("boundaryEvent", identifier, name, _timer(time), attributes)


def sub(identifier: str, flows: str, *elements: str, name: str = "", over: str = "") -> str:
    """A sub-process, or one that runs over a population."""
    loop = f'<bpmn:multiInstanceLoopCharacteristics rf:over="{over}" />' if over else ""
    return element("subProcess", identifier, name, loop + _inside(identifier, flows, elements))


def element(kind: str, identifier: str, name: str = "", inside: str = "", attributes: str = "", **settings: str) -> str:
    """Any element."""
    said = "".join(f' rf:{key}="{escape(value)}"' for key, value in settings.items())
    title = escape(name or identifier.replace("_", " ").capitalize())
    return f'<bpmn:{kind} id="{identifier}" name="{title}"{attributes}{said}>{inside}</bpmn:{kind}>'


def _timer(time: str) -> str:
    kind = "timeDate" if time[:4].isdigit() else "timeDuration"
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(time)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def _inside(scope: str, flows: str, elements: tuple[str, ...]) -> str:
    drawn, defaults, ends = [], {}, []
    for line in flows.split(";"):
        chain = [FLOW.fullmatch(part.strip()) for part in line.split(">")]
        for source, target in pairwise(chain):
            assert source is not None, line
            assert target is not None, line
            name, condition = f"{scope}_{source[1]}_to_{target[1]}", source[2]
            text = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
            drawn.append(
                f'<bpmn:sequenceFlow id="{name}" sourceRef="{source[1]}" targetRef="{target[1]}">{text}'
                "</bpmn:sequenceFlow>"
            )
            if not condition:
                defaults[source[1]] = name
        ends += [step[1] for step in chain if step]
    events = [
        element("startEvent" if step.startswith("start") else "endEvent", step)
        for step in dict.fromkeys(ends)
        if step.startswith(("start", "end"))
    ]
    return "".join([*events, *(_with_default(one, defaults) for one in elements), *drawn])


def _with_default(text: str, defaults: dict[str, str]) -> str:
    """Gateways that ask take the flow without a condition when nothing else holds."""
    found = re.match(r'<bpmn:(?:exclusive|inclusive)Gateway id="(\w+)"', text)
    if found is None or found[1] not in defaults:
        return text
    return text.replace(found[0], f'{found[0]} default="{defaults[found[1]]}"', 1)
