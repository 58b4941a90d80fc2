"""From events in the XML of a diagram to the steps that wait for them, throw them, or stand on a border."""

# ruff: noqa: SLF001 - SpiffWorkflow is extended through what it calls private

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition

from engine.diagram import Step
from engine.spiff.event_specs import Border, Event, Throw


class _Events:
    """Event parsers that build our events, from what we have read of the step."""

    spec: Any
    node: Any
    bpmn_id: str
    process_parser: Any

    @property
    def step(self: Any) -> Step:
        """The step as we have read it; for what was put around a step in reading, that step."""
        found: Step = self.process_parser.parser.steps[self.bpmn_id.partition(".")[0]]
        return found

    def get_event_definition(self, _xpaths: list[str]) -> Any:
        if self.step.event == "terminate":
            return TerminateEventDefinition()
        if self.step.event in (None, "link") and self.step.kind != "receiveTask":
            return NoneEventDefinition()
        return Event(self.step)


class StartParser(_Events, StartEventParser):
    """The start of a process or sub-process: what starts it has happened when a token comes here."""

    def get_event_definition(self, _xpaths: list[str]) -> NoneEventDefinition:
        self.spec.started_by = self.process_parser.parser.steps.get(self.bpmn_id)
        return NoneEventDefinition()


class CatchParser(_Events, IntermediateCatchEventParser):
    """An event, or a message to a receive task, that a token waits for."""


class BoundaryParser(_Events, BoundaryEventParser):
    """An event on the border of an activity."""


class EventGatewayParser(_Events, EventBasedGatewayParser):
    """A gateway that waits for the events after it."""


class ThrowParser(_Events, EndEventParser):
    """A throwing event in between, or an end."""

    def create_task(self) -> Any:
        definition = self.get_event_definition([])
        kind = Throw if isinstance(definition, Event) else self.spec_class
        task = kind(self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes)
        if self.node.tag == full_tag("endEvent"):
            task.connect(self.spec.end)
        return task


def _add_border(parser: Any, events: list[etree._Element]) -> Any:
    """Put the events of its border beside an activity; returns where a token then comes in."""
    steps = parser.process_parser.parser.steps
    waiting = []
    for event in events:
        step = steps[event.get("id")]
        if step.event == "compensate":
            _add_handler(parser, step)
        else:
            waiting.append(event)
    if not waiting:
        return parser.task
    split = BoundaryEventSplit(parser.spec, f"{parser.bpmn_id}.BoundaryEventSplit", lane=parser.task.lane)
    join = Border(parser.spec, f"{parser.bpmn_id}.BoundaryEventJoin", lane=parser.task.lane)
    split.connect(parser.task)
    parser.task.connect(join)
    for event in waiting:
        child = parser.process_parser.parse_node(event)
        split.connect(child)
        child.connect(join)
    return split


def _add_handler(parser: Any, boundary: Step) -> None:
    """Let an activity know what compensates for it: a step outside of the flow."""
    handler = parser.process_parser.parse_node(parser.process_parser.get_node_by_id(boundary.handler))
    handler._connect_notify(parser.spec.start)
    parser.task.compensated_by = handler.name


# It builds the border of whatever kind of activity is parsed.
TaskParser._add_boundary_event = _add_border
