"""Diagrams written by code: as many steps in a row as a test wants."""

from itertools import pairwise

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1" '
    'targetNamespace="urn:reviewflow:tests"><bpmn:process id="{key}" name="{key}" isExecutable="true">'
    '<bpmn:startEvent id="start" name="Start" /><bpmn:endEvent id="end" name="End" />'
)
TAIL = "</bpmn:process></bpmn:definitions>"
PERSON = '<bpmn:userTask id="{id}" name="{id}" rf:actor="ann" />'
VALUES = '<bpmn:scriptTask id="{id}" name="{id}"><bpmn:script>{id} = 1</bpmn:script></bpmn:scriptTask>'


def draw_chain(length: int, step: str = PERSON) -> dict[str, bytes]:
    """A package with `length` steps in a row, `step_1` to `step_<length>`."""
    names = [f"step_{number}" for number in range(1, length + 1)]
    way = ["start", *names, "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="from_{one}" sourceRef="{one}" targetRef="{other}" />' for one, other in pairwise(way)
    )
    body = "".join(step.format(id=name) for name in names)
    return {f"chain_{length}.bpmn": (HEAD.format(key=f"chain_{length}") + body + flows + TAIL).encode()}
