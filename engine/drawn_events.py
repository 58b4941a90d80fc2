"""How events are drawn: which may stand where, what each must say, and what belongs together."""

from collections.abc import Iterable, Iterator

from engine.diagram import EVENT_DEFINITION, SUB_PROCESSES, Step
from engine.errors import WARNING, Finding
from engine.graph import Graph, Rule


def _kinds(*names: str) -> set[str]:
    return {f"{name}{EVENT_DEFINITION}" for name in names}


CAUGHT = _kinds("timer", "message", "signal", "conditional", "link")
THROWN = _kinds("message", "signal", "escalation", "compensate", "link")
ENDS = _kinds("terminate", "message", "signal", "error", "escalation", "compensate", "cancel")
ON_BORDERS = _kinds("timer", "message", "signal", "conditional", "error", "escalation", "compensate", "cancel")
STARTS = _kinds("timer", "message", "signal", "conditional", "error", "escalation", "compensate")

ALWAYS_INTERRUPT = ("error", "cancel")
HANDLERS = ("userTask", "manualTask", "serviceTask", "sendTask", "businessRuleTask", "scriptTask", "subProcess")
NAMED = {
    "message": "Choose a message.",
    "signal": "Choose a signal.",
    "link": "Give both ends of the link the same name.",
}


def word(definition: str) -> str:
    """An event definition as people call it."""
    kind = definition.removesuffix(EVENT_DEFINITION)
    return {"compensate": "compensation", "conditional": "condition"}.get(kind, kind)


def stands_alone(step: Step) -> bool:
    """Whether no flow leads to a step or out of it: an event sub-process, and what is there to compensate."""
    return step.by_event or step.for_compensation or (step.kind == "boundaryEvent" and step.event == "compensate")


def _said(graph: Graph, step: Step) -> Iterator[Finding]:
    """What an event must say to be understood."""
    throws = step.kind in ("endEvent", "intermediateThrowEvent")
    verb = "throws" if throws else "waits for"
    if len(step.events) > 1:
        yield Finding.at(step, f"This event {verb} several things.", "Draw one event for each.")
    elif step.kind in ("boundaryEvent", "intermediateCatchEvent") and not step.events:
        yield Finding.at(step, "It is not said what this event waits for.", "Choose a timer, a message or a signal.")
    elif step.event in NAMED and not step.reference:
        yield Finding.at(step, f"It is not said which {step.event} this event {verb}.", NAMED[step.event])
    elif throws and step.event in ("error", "escalation") and not step.reference:
        yield Finding.at(step, f"It is not said which {step.event} this event throws.", "Choose one that has a code.")
    elif step.event == "conditional" and not step.condition:
        yield Finding.at(step, "It is not said which condition this event waits for.", "Write it, as FEEL.")
    elif step.event in ALWAYS_INTERRUPT and not step.interrupts:
        problem = f"An event of the kind “{step.event}” always ends what it happens in."
        yield Finding.at(step, problem, "Draw it as interrupting.")


def _start(graph: Graph, step: Step) -> Iterator[Finding]:
    """What starts an event sub-process."""
    scope = graph.steps.get(step.process)
    if step.kind != "startEvent" or scope is None or not scope.by_event:
        return
    if not step.events:
        yield Finding.at(step, "It is not said what starts this event sub-process.", "Choose an event for its start.")
    elif step.event == "compensate":
        yield from _compensated_scope(graph, scope)


def _compensated_scope(graph: Graph, scope: Step) -> Iterator[Finding]:
    """An event sub-process that undoes the sub-process it is drawn in."""
    if scope.process not in graph.steps:
        yield Finding.at(scope, "Nothing can undo a whole process.", "Draw it inside of the sub-process it undoes.")
    starts = [step for step in graph.steps.values() if step.kind == "startEvent" and step.event == "compensate"]
    others = [step for step in starts if graph.steps[step.process].process == scope.process]
    if len(others) > 1:
        yield Finding.at(scope, "Several event sub-processes undo the same sub-process.", "Draw one.")


def _event_sub_process(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.by_event and (step.kind != "subProcess" or step.loops):
        yield Finding.at(step, "Only a plain sub-process can be started by an event.", "Draw one, without repetition.")


def _transaction(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.kind == "transaction":
        if step.loops:
            yield Finding.at(step, "A transaction does not repeat here.", "Draw a sub-process around it.")
        cancels = any(end.process == step.id and end.event == "cancel" for end in graph.steps.values())
        caught = any(graph.steps[event].event == "cancel" for event in graph.attached.get(step.id, ()))
        if cancels and not caught:
            remedy = "Put a cancel event on its border, and say there how it goes on."
            yield Finding.at(step, "It can be cancelled, and it is not drawn what follows then.", remedy)
    elif step.event == "cancel":
        scope = graph.steps.get((step.attached_to if step.kind == "boundaryEvent" else step.process) or "")
        if scope is None or scope.kind != "transaction":
            yield Finding.at(step, "Only a transaction can be cancelled.", "Draw a transaction around it.")


def _compensation(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.event == "compensate" and step.kind == "boundaryEvent":
        yield from _undone(graph, step)
    elif step.event == "compensate" and step.reference is not None:
        activity = graph.steps.get(step.reference)
        if activity is None or not _can_be_undone(graph, activity):
            remedy = "Put a compensation event on its border, or choose another step."
            yield Finding.at(step, "The step it undoes has nothing that undoes it.", remedy)
        elif activity.process != _scope_of(graph, step):
            yield Finding.at(step, f"It cannot undo “{activity.name}” from here.", "Draw it beside that step.")
    elif step.for_compensation:
        if not any(other.handler == step.id for other in graph.steps.values()):
            remedy = "Draw an association to it, from the compensation event of the step it undoes."
            yield Finding.at(step, "It is not said what this step undoes.", remedy)
        if step.kind not in HANDLERS or step.loops or step.by_event:
            yield Finding.at(step, "A step of this kind does not undo another.", "Use a plain task or sub-process.")


def _undone(graph: Graph, step: Step) -> Iterator[Finding]:
    handler = graph.steps.get(step.handler or "")
    if handler is None or not handler.for_compensation or handler.process != step.process:
        remedy = "Draw an association to a step beside it that is marked “for compensation”."
        yield Finding.at(step, "It is not said which step undoes this one.", remedy)
    siblings = graph.attached.get(step.attached_to or "", ())
    if sum(graph.steps[event].event == "compensate" for event in siblings) > 1:
        yield Finding.at(step, "The step has several compensation events.", "Draw one, with one step that undoes it.")


def _can_be_undone(graph: Graph, step: Step) -> bool:
    on_border = any(graph.steps[event].event == "compensate" for event in graph.attached.get(step.id, ()))
    return on_border or (step.kind in SUB_PROCESSES and step.over is None and not step.by_event)


def _scope_of(graph: Graph, step: Step) -> str:
    """The scope whose steps an event undoes: an event sub-process undoes what was done around it."""
    scope = step.process
    while scope in graph.steps and graph.steps[scope].by_event:
        scope = graph.steps[scope].process
    return scope


def _link(graph: Graph, step: Step) -> Iterator[Finding]:
    if step.event != "link" or not step.reference:
        return
    if step.kind == "intermediateThrowEvent" and not any(flow.is_link for flow in graph.outgoing[step.id]):
        yield Finding.at(step, f"The link “{step.reference}” leads nowhere.", "Draw its other end, beside it.")
    elif step.kind == "intermediateCatchEvent":
        incoming = graph.incoming[step.id]
        if not incoming or not all(flow.is_link for flow in incoming):
            problem = f"It is where the link “{step.reference}” comes out, and not only links lead here."
            yield Finding.at(step, problem, "Draw the other end of the link, and take other flows away.")


def find_uncaught(graph: Graph) -> Iterable[Finding]:
    """Errors that a diagram throws and does not catch: they may be meant to be caught by whoever calls the process."""
    for step in graph.steps.values():
        if step.kind == "endEvent" and step.event == "error" and not _is_caught(graph, step):
            remedy = "Put an error event on the border of a sub-process around it."
            problem = f"Nothing in this diagram catches the error “{step.reference}”."
            yield Finding.at(step, problem, remedy, severity=WARNING)


def _is_caught(graph: Graph, thrown: Step) -> bool:
    scope, inside = thrown.process, False
    while True:
        starts = (step for step in graph.steps.values() if step.kind == "startEvent" and step.process in graph.steps)
        beside = [step for step in starts if graph.steps[step.process].process == scope and not inside]
        border = [graph.steps[event] for event in graph.attached.get(scope, ())]
        if any(step.event == "error" and step.reference in (None, thrown.reference) for step in (*beside, *border)):
            return True
        if scope not in graph.steps:
            return False
        inside = graph.steps[scope].by_event
        scope = graph.steps[scope].process


RULES: tuple[Rule, ...] = (_said, _start, _event_sub_process, _transaction, _compensation, _link)
