"""From the XML of a diagram to SpiffWorkflow's specifications, with our steps in place of its own."""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from threading import Lock
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    ConditionalGatewayParser,
    GatewayParser,
    SubprocessParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ReceiveTask,
    StartEvent,
)

from engine.diagram import BPMN, NAMESPACES, Diagram
from engine.spiff.event_parser import BoundaryParser, CatchParser, EventGatewayParser, StartParser, ThrowParser
from engine.spiff.event_specs import Compensation, EventSubProcess, SubProcess
from engine.spiff.specs import (
    EventGateway,
    Exclusive,
    FanOutStep,
    Inclusive,
    JobStep,
    LoopCheck,
    Parallel,
    PersonStep,
    RuleStep,
    Start,
    StartChoice,
)
from engine.spiff.unfolding import LOOP_CHECK, START, START_CHOICE, drawn_id, unfold, unfold_starts

FOR_PEOPLE = (
    "collaboration",
    "correlationProperty",
    "dataInputAssociation",
    "dataObject",
    "dataObjectReference",
    "dataOutputAssociation",
    "dataStore",
    "dataStoreReference",
    "error",
    "escalation",
    "ioSpecification",
    "laneSet",
    "signal",
)
PICTURE = "{http://www.omg.org/spec/BPMN/20100524/DI}*"
SEVERAL = "bpmn:multiInstanceLoopCharacteristics"

_recursing = Lock()


class SubProcessParser(SubWorkflowParser):
    """An embedded sub-process, one that an event starts, a transaction, or what each member of a fan-out does."""

    def create_task(self) -> Any:
        scope = SubprocessParser.get_subprocess_spec(self)
        if self.node.find(SEVERAL, NAMESPACES) is not None:
            return FanOutStep(self.spec, self.bpmn_id, **self.bpmn_attributes)
        if self.process_parser.parser.compensates:
            undone = SubProcess(self.spec, f"{self.bpmn_id}.Undo", subworkflow_spec=scope)
            undone._connect_notify(self.spec.start)
        kind = EventSubProcess if self.node.get("triggeredByEvent") == "true" else SubProcess
        return kind(self.spec, self.bpmn_id, subworkflow_spec=scope, **self.bpmn_attributes)

    def _add_multiinstance_task(self, loop_characteristics: etree._Element) -> None:
        """Fan-outs are counted in the database, not in the task tree."""


class CallParser(TaskParser):
    """A call activity: a fan-out whose members run another process."""

    def _add_multiinstance_task(self, loop_characteristics: etree._Element) -> None:
        """Fan-outs are counted in the database, not in the task tree."""


class LoopCheckParser(GatewayParser):
    """What `unfold` puts behind a step that is done in a loop."""

    def create_task(self) -> LoopCheck:
        return LoopCheck(
            self.spec,
            self.bpmn_id,
            condition=(self.node.text or "").strip() or None,
            maximum=int(self.node.get("loopMaximum") or 0) or None,
            before=self.node.get("testBefore") == "true",
        )


class ScopeParser(ProcessParser):
    """A process or sub-process: its flow, and what stands beside it."""

    def create_spec(self) -> Any:
        spec = super().create_spec()
        spec.compensation = None
        return spec

    def add_tasks(self) -> None:
        super().add_tasks()
        if self.parser.compensates:
            rest = Compensation(self.spec, f"{self.spec.name}.Compensation")
            rest._connect_notify(self.spec.start)
            rest.connect(self.spec.end)


class Parser(BpmnParser):
    """SpiffWorkflow's parser with the steps of our process language."""

    PROCESS_PARSER_CLASS = ScopeParser
    OVERRIDE_PARSER_CLASSES: ClassVar = {
        full_tag("userTask"): (TaskParser, PersonStep),
        full_tag("manualTask"): (TaskParser, PersonStep),
        full_tag("serviceTask"): (TaskParser, JobStep),
        full_tag("sendTask"): (TaskParser, JobStep),
        full_tag("receiveTask"): (CatchParser, ReceiveTask),
        full_tag("businessRuleTask"): (TaskParser, RuleStep),
        full_tag("callActivity"): (CallParser, FanOutStep),
        LOOP_CHECK: (LoopCheckParser, LoopCheck),
        START_CHOICE: (GatewayParser, StartChoice),
        START: (TaskParser, Start),
        full_tag("subProcess"): (SubProcessParser, SubProcess),
        full_tag("transaction"): (SubProcessParser, SubProcess),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, Exclusive),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, Inclusive),
        full_tag("parallelGateway"): (GatewayParser, Parallel),
        full_tag("startEvent"): (StartParser, StartEvent),
        full_tag("endEvent"): (ThrowParser, EndEvent),
        full_tag("boundaryEvent"): (BoundaryParser, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (CatchParser, IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (ThrowParser, IntermediateThrowEvent),
        full_tag("eventBasedGateway"): (EventGatewayParser, EventGateway),
    }

    def __init__(self, diagram: Diagram) -> None:
        super().__init__()
        self.steps = diagram.steps
        self.compensates = any(step.event in ("compensate", "cancel") for step in diagram.steps.values())


def parse(diagram: Diagram) -> dict[str, Any]:
    """The specification of the process of a diagram, and of every sub-process in it, by id."""
    root, key = deepcopy(diagram.root), diagram.key
    # Data and pictures are for people. SpiffWorkflow would let data hold up steps, and order flows by their picture.
    etree.strip_elements(root, *(f"{{{BPMN}}}{name}" for name in FOR_PEOPLE), PICTURE, with_tail=False)
    unfold(root)
    for process in root.findall(".//bpmn:process", NAMESPACES):
        # Those of other pools: drawn, but not run.
        if process.get("id") != key and (parent := process.getparent()) is not None:
            parent.remove(process)
        else:
            unfold_starts(process)
    _draw_links(root, diagram)
    parser = Parser(diagram)
    with _deep_recursion(len(root.findall(".//*"))):
        parser.add_bpmn_xml(root)
        specs = {key: parser.get_spec(key)}
        # Parsing a sub-process makes those inside it known.
        while unparsed := parser.process_parsers.keys() - specs.keys():
            specs.update({name: parser.get_spec(name) for name in unparsed})
    for spec in specs.values():
        for task_spec in spec.task_specs.values():
            task_spec.bpmn_id = drawn_id(task_spec.bpmn_id) if task_spec.bpmn_id else None
    return specs


def _draw_links(root: etree._Element, diagram: Diagram) -> None:
    """Draw the flows that pairs of link events stand for."""
    drawn = {element.get("id"): element for element in root.iter(f"{{{BPMN}}}intermediateThrowEvent")}
    for flow in diagram.flows:
        if flow.is_link:
            attributes = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
            drawn[flow.source].addnext(etree.Element(f"{{{BPMN}}}sequenceFlow", attributes))


@contextmanager
def _deep_recursion(elements: int) -> Iterator[None]:
    """SpiffWorkflow parses a step inside of the step before it: some five calls deep for every step of a chain."""
    with _recursing:
        usual = sys.getrecursionlimit()
        sys.setrecursionlimit(usual + 10 * elements)
        try:
            yield
        finally:
            sys.setrecursionlimit(usual)
