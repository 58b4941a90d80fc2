"""Small diagrams: user tasks one after the other."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from sqlalchemy.orm import Session

from engine.definitions import deploy
from engine.diagram import Step
from engine.models import Definition
from tests.engine.pictures import with_pictures
from tests.workflows.routing.cast import NOW


def draw(steps: Sequence[Step], key: str = "a_case") -> bytes:
    """A diagram of these user tasks in a row."""
    ids = ["start", *(step.id for step in steps), "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="flow_{n}" sourceRef="{source}" targetRef="{target}"/>'
        for n, (source, target) in enumerate(pairwise(ids))
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1" '
        f'targetNamespace="urn:example"><bpmn:process id="{key}" name="Review" isExecutable="true">'
        f'<bpmn:startEvent id="start"/>{"".join(map(_task, steps))}<bpmn:endEvent id="end"/>{flows}'
        "</bpmn:process></bpmn:definitions>"
    ).encode()


def publish(session: Session, *steps: Step, key: str = "a_case", now: datetime = NOW) -> Definition:
    """Deploy these user tasks in a row."""
    return deploy(session, with_pictures({f"{key}.bpmn": draw(steps, key)}), by=None, now=now)


def _task(step: Step) -> str:
    settings = " ".join(f"rf:{name}={quoteattr(value)}" for name, value in step.settings.items())
    sets = "".join(f"<rf:set name={quoteattr(name)} value={quoteattr(value)}/>" for name, value in step.sets)
    extension = f"<bpmn:extensionElements>{sets}</bpmn:extensionElements>" if sets else ""
    return f'<bpmn:userTask id="{step.id}" name={quoteattr(step.name)} {settings}>{extension}</bpmn:userTask>'
