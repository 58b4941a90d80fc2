"""From the XML of a diagram to SpiffWorkflow's specifications, with our steps in place of its own."""

from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, SubWorkflowParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    SubWorkflowTask,
)

from engine.diagram import NAMESPACES, RF
from engine.spiff.specs import FanOutStep, JobStep, PersonStep, RuleStep, Timer, with_conditions

OVER = "bpmn:multiInstanceLoopCharacteristics[@rf:over]"


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
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, with_conditions(ExclusiveGateway)),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, with_conditions(InclusiveGateway)),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("eventBasedGateway"): (_EventGateway, EventBasedGateway),
    }


def parse(root: etree._Element, key: str) -> dict[str, Any]:
    """The specification of every process and sub-process by id, `key` and all it reaches."""
    parser = Parser()
    parser.add_bpmn_xml(root)
    specs = {key: parser.get_spec(key)}
    # Parsing a sub-process makes those inside it known.
    while unparsed := parser.process_parsers.keys() - specs.keys():
        specs.update({name: parser.get_spec(name) for name in unparsed})
    return specs
