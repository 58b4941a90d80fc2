"""Whether a step that is come to again in the same case is done once more, or in another round."""

from engine.diagram import Diagram, Step
from engine.graph import Graph
from engine.targets import following, way_back

WAITING = {"intermediateCatchEvent", "receiveTask"}


def comes_in_rounds(diagram: Diagram, step: str, process: str) -> bool:
    """Whether each time that an instance of `process` comes to `step` is a round of its own.

    It is one in a loop, and where a way back waits: for a time, a message, a signal or a condition. By any other way
    back the same is done once more.
    """
    graph = Graph(diagram)
    while step in diagram.steps and step != process:
        here = diagram.steps[step]
        if here.repetition is not None and here.repetition.kind == "loop":
            return True
        if _leads_back(graph, step) and any(_waits(diagram.steps[one]) for one in way_back(graph, step, step)):
            return True
        step = here.process
    return False


def _leads_back(graph: Graph, step: str) -> bool:
    events = [event for event in graph.attached.get(step, ()) if graph.steps[event].interrupts]
    after = {flow.target for flow in graph.outgoing[step]}.union(events)
    return any(step in following(graph, one) for one in after)


def _waits(step: Step) -> bool:
    return step.kind in WAITING and step.event != "link"
