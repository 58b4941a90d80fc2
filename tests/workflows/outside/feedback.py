"""A cycle that asks clients: everybody names one, the client writes, the manager reads.

Ann names Vera Klein, who works elsewhere.
"""

import json
from typing import Any

from engine.database import transaction
from engine.models import Task
from tests.workflows.small_cycle import LONG, SmallCycle
from workflows.reviews.submitting import submit

VERA = {"client_email": "vera@client.example", "client_name": "Vera Klein"}
WORDS = {"worked": LONG}
GIVEN = 'rf:actor="outside person" rf:actorArgument="client_email, client_name" rf:form="feedback"'

_DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:rf="urn:reviewflow:bpmn:1" targetNamespace="urn:example">
<bpmn:process id="clients" name="Clients" isExecutable="true">
<bpmn:startEvent id="start"/><bpmn:subProcess id="each" name="Each">
<bpmn:multiInstanceLoopCharacteristics rf:over="participants"/>
<bpmn:startEvent id="begin"/>
<bpmn:userTask id="nominate" name="Name a client" rf:actor="subject" rf:form="nominate"><bpmn:extensionElements>
<rf:set name="client_email" value="{kept}"/><rf:set name="client_name" value="client_name"/>
</bpmn:extensionElements></bpmn:userTask>
<bpmn:userTask id="feedback" name="Client feedback" {given} rf:due="P10D" rf:remind="P3D"/>
<bpmn:userTask id="read" name="Read it" rf:actor="manager" rf:sendBack="yes"/>
<bpmn:endEvent id="done"/>
<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="nominate"/>
<bpmn:sequenceFlow id="f2" sourceRef="nominate" targetRef="feedback"/>
<bpmn:sequenceFlow id="f3" sourceRef="feedback" targetRef="read"/>
<bpmn:sequenceFlow id="f4" sourceRef="read" targetRef="done"/>
</bpmn:subProcess><bpmn:endEvent id="end"/>
<bpmn:sequenceFlow id="g1" sourceRef="start" targetRef="each"/>
<bpmn:sequenceFlow id="g2" sourceRef="each" targetRef="end"/>
</bpmn:process></bpmn:definitions>"""


def package(
    given: str = GIVEN, *, feedback: list[dict[str, Any]] | None = None, kept: str = "client_email"
) -> dict[str, bytes]:
    """The process, with the step of the client as it is `given` to them, and the questions they are asked.

    `kept` is what is kept of the answer with the address; where that is something else, the form does not look at it.
    """
    asked = feedback or [
        {"type": "text", "id": "intro", "text": "How was it to work with {{subject_name}}?"},
        _question("worked", "What worked well?", "textarea", required=True),
        _question("better", "What could be better?", "textarea"),
    ]
    nominate = [
        _question("client_email", "Their e-mail address", validationType="email"),
        _question("client_name", "Their name"),
    ]
    return {
        "clients.bpmn": _DIAGRAM.format(given=given, kept=kept).encode(),
        "forms/nominate.json": _form("nominate", nominate),
        "forms/feedback.json": _form("feedback", asked),
    }


def _question(key: str, label: str, kind: str = "textfield", **validate: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"field_{key}", "key": key, "label": label, "validate": validate}


def _form(name: str, components: list[dict[str, Any]]) -> bytes:
    contract = {"visibleTo": "manager hr", "from": "submitted"}
    return json.dumps(
        {"type": "default", "id": name, "schemaVersion": 18, "properties": contract, "components": components}
    ).encode()


def nominate(cycle: SmallCycle, who: str = "ann", **answers: str) -> Task:
    """Somebody names their client; the task that follows."""
    [task] = cycle.open("nominate", who)
    with transaction(cycle.factory) as session:
        submit(session, task.id, {**VERA, **answers}, by=who, now=cycle.now)
    cycle.work()
    [task] = cycle.open("feedback", who)
    return task
