"""Cases that have stopped, for the screens to show: bonuses whose amount is not a number."""

from engine import definitions, instances
from engine.database import transaction
from tests.engine.pictures import with_pictures
from tests.webapp.reviewing import Review

GRANTING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1"
  targetNamespace="urn:reviewflow:tests">
  <bpmn:process id="granting" name="Granting" isExecutable="true">
    <bpmn:extensionElements>
      <rf:variable name="amount" type="number" label="Amount of the bonus" example="1500" />
      <rf:variable name="note" type="string" label="Note" />
    </bpmn:extensionElements>
    <bpmn:startEvent id="start" name="Start" />
    <bpmn:exclusiveGateway id="grant" name="Grant the reward" default="small" />
    <bpmn:userTask id="approve" name="Approve the reward" rf:actor="group" rf:actorArgument="hr" />
    <bpmn:userTask id="announce" name="Announce the reward" rf:actor="group" rf:actorArgument="hr" />
    <bpmn:endEvent id="end" name="End" />
    <bpmn:sequenceFlow id="begin" sourceRef="start" targetRef="grant" />
    <bpmn:sequenceFlow id="large" sourceRef="grant" targetRef="approve">
      <bpmn:conditionExpression>amount &gt; 1000</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="small" sourceRef="grant" targetRef="announce" />
    <bpmn:sequenceFlow id="approved" sourceRef="approve" targetRef="announce" />
    <bpmn:sequenceFlow id="announced" sourceRef="announce" targetRef="end" />
  </bpmn:process>
</bpmn:definitions>
"""


def stop_bonuses(review: Review, *subjects: str, amount: str = "a lot") -> list[int]:
    """Start a case for each subject; all of them stop at the same gateway. Returns the instances."""
    with transaction(review.factory) as session:
        package = with_pictures({"granting.bpmn": GRANTING.encode()})
        definition = definitions.deploy(session, package, by="hugo", now=review.now)
        started = [
            instances.start(
                session,
                definition,
                name=f"Bonus of {subject.title()}",
                by="hugo",
                now=review.now,
                subject=subject,
                variables={"amount": amount},
            )
            for subject in subjects
        ]
        return [instance.id for instance in started]
