"""The peer: the same steps on SpiffWorkflow alone, storing its whole JSON with its stock serializer.

It runs in a process of its own, because the product makes SpiffWorkflow's Python evaluation refuse.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState

from tests.bench.processor import Cost, measured

WARM_UP = 50
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
PYTHON = {
    "rating = 1 or rating = 5": "overall_rating in (1, 5)",
    'second_outcome = "approve"': 'outcome == "approve"',
    'reward_kind = null or reward_kind = "none"': 'kind in (None, "none")',
    'reward_outcome = "approve"': 'outcome == "approve"',
    "approval.compensation = true": "False",
    "approval.executive = true": "False",
}


def translate(diagram: bytes) -> etree._Element:
    """The shipped diagram for one participant, as SpiffWorkflow alone can run it.

    Sub-processes run once, service and rule tasks wait like user tasks, conditions are Python.
    """
    root = etree.fromstring(diagram)
    for loop in list(root.iter(f"{{{BPMN}}}multiInstanceLoopCharacteristics")):
        loop.getparent().remove(loop)
    for tag in ("serviceTask", "businessRuleTask", "scriptTask"):
        for task in root.iter(f"{{{BPMN}}}{tag}"):
            task.tag = f"{{{BPMN}}}manualTask"
    for condition in root.iter(f"{{{BPMN}}}conditionExpression"):
        condition.text = PYTHON[str(condition.text).strip()]
    for duration in root.iter(f"{{{BPMN}}}timeDuration"):
        duration.text = repr(str(duration.text).strip())
    return root


def run(url: str, server_pid: int | None, count: int, diagram: str, answers: Sequence[dict[str, Any]]) -> list[Cost]:
    """Start `count` cases, then work off `answers` in each, step by step; the cost of starting and of completing."""
    parser = BpmnParser()
    parser.add_bpmn_xml(translate(Path(diagram).read_bytes()))
    spec = parser.get_spec("annual_review")
    specs = parser.get_subprocess_specs("annual_review")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (id int PRIMARY KEY, state text NOT NULL)")
        connection.commit()
        for number in range(count, count + WARM_UP):
            _start(connection, serializer, BpmnWorkflow(spec, specs), number)
        with measured(server_pid) as starting:
            for number in range(count):
                _start(connection, serializer, BpmnWorkflow(spec, specs), number)
        # The first ones are not counted, as they are not for the product.
        for answer in answers:
            for number in range(count, count + WARM_UP):
                _complete(connection, serializer, number, answer)
        with measured(server_pid) as completing:
            for answer in answers:
                for number in range(count):
                    _complete(connection, serializer, number, answer)
    return [starting, completing]


def _start(connection: Any, serializer: Any, workflow: BpmnWorkflow, number: int) -> None:
    workflow.do_engine_steps()
    connection.execute("INSERT INTO bare VALUES (%s, %s)", (number, serializer.serialize_json(workflow)))
    connection.commit()


def _complete(connection: Any, serializer: Any, number: int, answer: dict[str, Any]) -> None:
    state = connection.execute("SELECT state FROM bare WHERE id = %s FOR UPDATE", (number,)).fetchone()[0]
    workflow = serializer.deserialize_json(state)
    task = workflow.get_next_task(state=TaskState.READY, manual=True)
    task.set_data(**answer)
    task.run()
    workflow.do_engine_steps()
    connection.execute("UPDATE bare SET state = %s WHERE id = %s", (serializer.serialize_json(workflow), number))
    connection.commit()


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    costs = run(asked["url"], asked["server_pid"], asked["count"], asked["diagram"], asked["answers"])
    print(json.dumps([vars(cost) for cost in costs]))
