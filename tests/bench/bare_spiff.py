"""The peer: the same steps on SpiffWorkflow alone, storing its whole JSON with its stock serializer.

It runs in a process of its own, because the product makes SpiffWorkflow's Python evaluation refuse.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState

from tests.bench.processor import Cost, measured

DIAGRAM = Path(__file__).with_name("review.bpmn")


def run(url: str, server_pid: int | None, count: int, answers: Sequence[dict[str, Any]]) -> tuple[Cost, Cost]:
    """Start `count` instances, then complete `answers` in each, one after the other; the cost of both."""
    parser = BpmnParser()
    parser.add_bpmn_file(str(DIAGRAM))
    spec = parser.get_spec("write_review")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (id int PRIMARY KEY, state text NOT NULL)")
        connection.commit()
        with measured(server_pid) as starting:
            for number in range(count):
                _start(connection, serializer, spec, number)
        with measured(server_pid) as completing:
            for answer in answers:
                for number in range(count):
                    _complete(connection, serializer, number, answer)
    return starting, completing


def _start(connection: Any, serializer: Any, spec: Any, number: int) -> None:
    workflow = BpmnWorkflow(spec)
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
    costs = run(asked["url"], asked["server_pid"], asked["count"], asked["answers"])
    print(json.dumps([vars(cost) for cost in costs]))
