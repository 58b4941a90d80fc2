"""How events may be drawn: what is said against those that could not run."""

import pytest

from engine import registry
from engine.errors import WARNING, Finding
from engine.inspection import inspect_package
from tests.engine.playing import TinyCompany, read_diagram

Change = tuple[str, str, str, str]
"""A tiny diagram, what is replaced in it by what, and the beginning of what is said then."""

ERROR = '<bpmn:errorEventDefinition errorRef="not_possible" />'
CONDITIONAL = "<bpmn:conditionalEventDefinition><bpmn:condition>true</bpmn:condition></bpmn:conditionalEventDefinition>"
SIGNAL = '<bpmn:signalEventDefinition signalRef="freeze" />'
CONDITION = "<bpmn:condition>score &gt; 3</bpmn:condition>"
CANCELLED = 'id="cancelled" name="Cancelled" attachedToRef="trip"'

FAULTS: dict[str, Change] = {
    "a signal without a name": (
        "signal_catch",
        SIGNAL,
        "<bpmn:signalEventDefinition />",
        "Wait (wait): It is not said which signal this event waits for.",
    ),
    "a signal that is not declared": (
        "signal_catch",
        'signalRef="freeze"',
        'signalRef="unknown"',
        "Wait (wait): It is not said which signal this event waits for.",
    ),
    "an error end without a code": (
        "error_uncaught",
        ERROR,
        "<bpmn:errorEventDefinition />",
        "Impossible (impossible): It is not said which error this event throws.",
    ),
    "an escalation without a code": (
        "escalation_uncaught",
        ' escalationRef="too_much"',
        "",
        "Ask (ask): It is not said which escalation this event throws.",
    ),
    "a condition without one": (
        "condition_catch",
        CONDITION,
        "",
        "Wait (wait): It is not said which condition this event waits for.",
    ),
    "a condition that is none": (
        "condition_catch",
        CONDITION,
        "<bpmn:condition>score &gt;</bpmn:condition>",
        "Wait (wait): “score >” is not understood",
    ),
    "a condition that is a number": (
        "condition_catch",
        CONDITION,
        "<bpmn:condition>1 + 2</bpmn:condition>",
        "Wait (wait): “1 + 2” is not understood: The result should be",
    ),
    "a value that is not understood": (
        "signal_throw",
        'value="2 + 3"',
        'value="2 +"',
        "Tell (tell): “2 +” is not understood",
    ),
    "several events in one": (
        "signal_catch",
        SIGNAL,
        SIGNAL + "<bpmn:messageEventDefinition />",
        "Wait (wait): This event waits for several things.",
    ),
    "a border event that waits for nothing": (
        "error_of_a_handler",
        '<bpmn:errorEventDefinition errorRef="not_possible" rf:result="problem" />',
        "",
        "Failed (failed): It is not said what this event waits for.",
    ),
    "an error that does not interrupt": (
        "error_of_a_handler",
        'attachedToRef="weigh"',
        'attachedToRef="weigh" cancelActivity="false"',
        "Failed (failed): An event of the kind “error” always ends what it happens in.",
    ),
    "an error that does not interrupt its event sub-process": (
        "event_sub_process_error",
        '<bpmn:startEvent id="begin" name="Begin">',
        '<bpmn:startEvent id="begin" name="Begin" isInterrupting="false">',
        "Begin (begin): An event of the kind “error” always ends what it happens in.",
    ),
    "an event sub-process that nothing starts": (
        "event_sub_process_signal",
        SIGNAL,
        "",
        "Begin (begin): It is not said what starts this event sub-process.",
    ),
    "an event sub-process with a flow": (
        "event_sub_process_signal",
        'sourceRef="write" targetRef="end"',
        'sourceRef="write" targetRef="reaction"',
        "Reaction (reaction): A flow is connected to it, and it stands outside of the flow.",
    ),
    "an event sub-process with an event on its border": (
        "event_sub_process_signal",
        '<bpmn:endEvent id="end" name="End" />',
        f'<bpmn:endEvent id="end" /><bpmn:boundaryEvent id="x" attachedToRef="reaction">{SIGNAL}</bpmn:boundaryEvent>',
        "X (x): This event is attached to no step.",
    ),
    "an event sub-process over a population": (
        "event_sub_process_signal",
        '<bpmn:startEvent id="begin"',
        '<bpmn:multiInstanceLoopCharacteristics rf:over="team" /><bpmn:startEvent id="begin"',
        "Reaction (reaction): Only a plain sub-process can be started by an event.",
    ),
    "a start that waits in a plain sub-process": (
        "signal_from_inside",
        '<bpmn:startEvent id="inner_start" name="Inner start" />',
        f'<bpmn:startEvent id="inner_start" name="Inner start">{SIGNAL}</bpmn:startEvent>',
        "Inner start (inner_start): A sub-process begins when it is reached",
    ),
    "a process that a condition starts": (
        "signal_catch",
        '<bpmn:startEvent id="start" name="Start" />',
        f'<bpmn:startEvent id="start" name="Start">{CONDITIONAL}</bpmn:startEvent>',
        "Start (start): A conditionalEventDefinition does not start a process here.",
    ),
    "something that undoes a whole process": (
        "event_sub_process_signal",
        SIGNAL,
        "<bpmn:compensateEventDefinition />",
        "Reaction (reaction): Nothing can undo a whole process.",
    ),
    "compensation without a step that undoes": (
        "compensation",
        'sourceRef="undo_book_room" targetRef="cancel_room"',
        'sourceRef="undo_book_room" targetRef="note"',
        "Undo book room (undo_book_room): It is not said which step undoes this one.",
    ),
    "a step that undoes nothing": (
        "compensation",
        'sourceRef="undo_book_room" targetRef="cancel_room"',
        'sourceRef="undo_book_room" targetRef="note"',
        "Cancel room (cancel_room): It is not said what this step undoes.",
    ),
    "a step that undoes with a flow": (
        "compensation",
        'sourceRef="give_up" targetRef="note"',
        'sourceRef="give_up" targetRef="cancel_room"',
        "Cancel room (cancel_room): A flow is connected to it, and it stands outside of the flow.",
    ),
    "compensation of a step that nothing undoes": (
        "compensation_of_one",
        'activityRef="book_room"',
        'activityRef="note"',
        "Give up (give_up): The step it undoes has nothing that undoes it.",
    ),
    "compensation of a step elsewhere": (
        "compensation_of_a_sub_process",
        'name="Given up">\n      <bpmn:compensateEventDefinition />',
        'name="Given up">\n      <bpmn:compensateEventDefinition activityRef="book_room" />',
        "Given up (given_up): It cannot undo “Book room” from here.",
    ),
    "a cancel end outside of a transaction": (
        "error_uncaught",
        ERROR,
        "<bpmn:cancelEventDefinition />",
        "Impossible (impossible): Only a transaction can be cancelled.",
    ),
    "a cancel event on a task": (
        "transaction",
        CANCELLED,
        CANCELLED.replace('"trip"', '"publish"'),
        "Cancelled (cancelled): Only a transaction can be cancelled.",
    ),
    "a cancelled transaction that is not caught": (
        "transaction",
        CANCELLED,
        CANCELLED.replace('"trip"', '"publish"'),
        "Trip (trip): It can be cancelled, and it is not drawn what follows then.",
    ),
    "a transaction over a population": (
        "transaction",
        '<bpmn:startEvent id="inner_start"',
        '<bpmn:multiInstanceLoopCharacteristics rf:over="team" /><bpmn:startEvent id="inner_start"',
        "Trip (trip): A transaction does not repeat here.",
    ),
    "a link after an event-based gateway": (
        "event_gateway_of_all",
        SIGNAL,
        '<bpmn:linkEventDefinition name="A" />',
        "First (first): “Signalled” cannot follow this gateway.",
    ),
}


@pytest.fixture(autouse=True)
def tiny_company() -> None:
    """Somebody to route to."""
    registry.use_router(TinyCompany())


def said_about(diagram: str, old: str = "", new: str = "") -> list[Finding]:
    """What is said about a tiny diagram with one thing changed."""
    text = read_diagram(diagram).decode()
    assert old in text
    return inspect_package({f"{diagram}.bpmn": text.replace(old, new).encode()}).findings


def uncaught(diagram: str) -> list[Finding]:
    return [finding for finding in said_about(diagram) if "catches the error" in finding.problem]


class TestDrawing:
    @pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
    def test_is_checked(self, case: Change) -> None:
        # given
        diagram, old, new, said = case
        # when
        findings = [str(finding) for finding in said_about(diagram, old, new)]
        # then
        assert any(finding.startswith(f"{diagram}.bpmn: {said}") for finding in findings), findings

    def test_an_error_that_nothing_catches_is_only_a_warning(self) -> None:
        (warning,) = uncaught("error_uncaught")
        assert str(warning) == (
            "error_uncaught.bpmn: Impossible (impossible): Nothing in this diagram catches the error “not_possible”. "
            "Put an error event on the border of a sub-process around it."
        )
        assert warning.severity == WARNING

    @pytest.mark.parametrize("diagram", ["error_end", "error_outwards", "event_sub_process_error", "transaction"])
    def test_an_error_that_is_caught_is_not_mentioned(self, diagram: str) -> None:
        assert uncaught(diagram) == []
