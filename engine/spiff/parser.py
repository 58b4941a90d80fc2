"""From the XML of a diagram to SpiffWorkflow's specifications, with our steps in place of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from threading import Lock
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser, SubWorkflowParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    IntermediateCatchEvent,
    SubWorkflowTask,
)

from engine.diagram import BPMN, NAMESPACES, RF
from engine.spiff.specs import (
    EventGateway,
    Exclusive,
    FanOutStep,
    Inclusive,
    JobStep,
    Parallel,
    PersonStep,
    RuleStep,
    Timer,
)

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
PICTURE = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"
OVER = "bpmn:multiInstanceLoopCharacteristics[@rf:over]"

_recursing = Lock()


class SubProcessParser(SubWorkflowParser):
    """An embedded sub-process, or the members of a population drawn in place."""

    def create_task(self) -> Any:
        task = super().create_task()
        if self.node.find(OVER, NAMESPACES) is None:
            return task
        del self.spec.task_specs[task.name]
        return FanOutStep(self.spec, self.bpmn_id, **self.bpmn_attributes)

    def _add_multiinstance_task(self, loop_characteristics: etree._Element) -> None:
        if loop_characteristics.get(f"{{{RF}}}over") is None:
            super()._add_multiinstance_task(loop_characteristics)


class _OurTimers:
    """Event parsers that build our timer, whatever kind of time was drawn."""

    def parse_timer_event(self: Any, event: etree._Element) -> Timer:
        return Timer(self.bpmn_id, "", description=self.get_event_description(event))


class _Boundary(_OurTimers, BoundaryEventParser):
    pass


class _Catch(_OurTimers, IntermediateCatchEventParser):
    pass


class _EventGateway(_OurTimers, EventBasedGatewayParser):
    pass


class Parser(BpmnParser):
    """SpiffWorkflow's parser with the steps of our process language."""

    OVERRIDE_PARSER_CLASSES: ClassVar = {
        full_tag("userTask"): (TaskParser, PersonStep),
        full_tag("manualTask"): (TaskParser, PersonStep),
        full_tag("serviceTask"): (TaskParser, JobStep),
        full_tag("sendTask"): (TaskParser, JobStep),
        full_tag("businessRuleTask"): (TaskParser, RuleStep),
        full_tag("subProcess"): (SubProcessParser, SubWorkflowTask),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, Exclusive),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, Inclusive),
        full_tag("parallelGateway"): (GatewayParser, Parallel),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("eventBasedGateway"): (_EventGateway, EventGateway),
    }


def parse(root: etree._Element, key: str) -> dict[str, Any]:
    """The specification of every process and sub-process by id, `key` and all it reaches."""
    root = deepcopy(root)
    # Data and pictures are for people. SpiffWorkflow would let data hold up steps, and order flows by their picture.
    etree.strip_elements(root, *(f"{{{BPMN}}}{name}" for name in FOR_PEOPLE), PICTURE, with_tail=False)
    for process in root.findall(".//bpmn:process", NAMESPACES):
        # Those of other pools: drawn, but not run.
        if process.get("id") != key and (parent := process.getparent()) is not None:
            parent.remove(process)
    parser = Parser()
    with _deep_recursion(len(root.findall(".//*"))):
        parser.add_bpmn_xml(root)
        specs = {key: parser.get_spec(key)}
        # Parsing a sub-process makes those inside it known.
        while unparsed := parser.process_parsers.keys() - specs.keys():
            specs.update({name: parser.get_spec(name) for name in unparsed})
    return specs


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
