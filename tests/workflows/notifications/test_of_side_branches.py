"""Who loses a task because what had begun it is done again is told so, and what else of it does not count."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from sqlalchemy import select

from engine.database import transaction
from engine.packages import read_package
from tests.workflows.rewards.test_proposals import BONUS
from tests.workflows.small_cycle import SmallCycle, empty_database
from workflows.notifications.models import SENT_BACK, Notification
from workflows.reviews.sending_back import send_back

DIAGRAM = "annual_review.bpmn"
CHASE = b"""
<bpmn:boundaryEvent id="line_is_late" name="Late" attachedToRef="approve_reward" cancelActivity="false">
  <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:userTask id="chase_the_line" name="Chase the line" rf:actor="named person" rf:actorArgument="rita" />
<bpmn:endEvent id="chased" name="Chased" />
<bpmn:sequenceFlow id="to_chase" sourceRef="line_is_late" targetRef="chase_the_line" />
<bpmn:sequenceFlow id="was_chased" sourceRef="chase_the_line" targetRef="chased" />
"""


@pytest.fixture(scope="module")
def chased() -> Iterator[SmallCycle]:
    """The cycle when managers propose rewards; Rita has to chase a line that does not approve within a day."""
    package = dict(read_package(files("bpmn") / "annual_review"))
    drawn = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", package[DIAGRAM], flags=re.DOTALL)
    before = b'<bpmn:userTask id="approve_reward"'
    assert drawn.count(before) == 1
    package[DIAGRAM] = drawn.replace(before, CHASE + before)
    with empty_database("sqlite://") as factory:
        cycle = SmallCycle(factory).launch(package)
        yield cycle.write_reviews(ann=4).release().reach_proposals()


def test_whoever_had_a_task_beside_what_is_done_again_is_told_that_it_waits_no_more(chased: SmallCycle) -> None:
    # Given an approval that was chased, and is given while Rita still chases
    chased.do("propose_reward", "ann", **BONUS | {"amount": "10000", "amount_percent": "20"})
    chased.travel(days=2)
    assert [task.assignee for task in chased.open("chase_the_line", "ann")] == ["rita"]
    chased.do("approve_reward", "ann")
    # When it is sent back to the proposal
    [check] = chased.open("compensation_check", "ann")
    with transaction(chased.factory) as session:
        by = check.assignee or "hugo"
        send_back(session, check.id, to="propose_reward", reason="Ask for less.", by=by, now=chased.now)
    # Then Rita reads why, and that she need not go on.
    assert chased.open("chase_the_line", "ann") == []
    with chased.factory() as session:
        found = select(Notification.text).where(Notification.kind == SENT_BACK, Notification.person_id == "rita")
        [text] = session.scalars(found)
    assert "Ask for less. “Chase the line” does not wait for you any more." in text
