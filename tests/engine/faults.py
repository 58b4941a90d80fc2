"""What is said against diagrams: tiny diagrams with one thing changed, and the words of the finding.

Each case is: the diagram, the text that is replaced, what by, and what must be said.
"""

Fault = tuple[str, str, str, str]

SETTINGS: dict[str, Fault] = {
    "no actor": ("one_step", ' rf:actor="ann"', "", "Write (write): Nobody is named to do this step."),
    "unknown actor": ("one_step", '"ann"', '"stranger"', "Write (write): Nobody is called “stranger”."),
    "unknown form": (
        "one_step",
        '"ann"',
        '"ann" rf:form="story"',
        "Write (write): There is no form “story” in the package. Add it, or choose another.",
    ),
    "deadline that is no duration": (
        "one_step",
        '"ann"',
        '"ann" rf:due="P14X"',
        "Write (write): “P14X” is no duration.",
    ),
    "deadline that is no date": ("one_step", '"ann"', '"ann" rf:due="2026-02-30"', "Write (write): “2026-02-30” is"),
    "deadline that is no expression": (
        "one_step",
        '"ann"',
        '"ann" rf:due="if soon"',
        "Write (write): “if soon” is not",
    ),
    "reminder that is no duration": (
        "one_step",
        '"ann"',
        '"ann" rf:due="P14D" rf:remind="P1D soon"',
        "Write (write): “soon” does not say",
    ),
    "unknown handler": ("service_task", "tests.weigh", "tests.fly", "Weigh (weigh): There is no handler “tests.fly”."),
    "unknown decision": (
        "business_rule",
        '"approval"',
        '"refusal"',
        "Who must approve (who_must_approve): There is no",
    ),
    "unknown population": (
        "members",
        '"team"',
        '"crowd"',
        "Each answers (each_answers): There is no population “crowd”.",
    ),
    "parameter that is no expression": ("service_task", "boxes * 20", "boxes * ", "Weigh (weigh): “boxes *” is not"),
    "set line that is no expression": (
        "exclusive_gateway",
        'value="amount"',
        'value="amount +"',
        "Ask (ask): “amount +”",
    ),
    "condition that is no expression": (
        "exclusive_gateway",
        "amount &gt; 100",
        "amount &gt;",
        "Large amount? → Approve (yes): “amount >” is not",
    ),
    "script that is Python": ("set_values", "doubled = amount * 2", "import os", "Line 1 of the set values step"),
    "script line that is no expression": (
        "set_values",
        "amount * 2",
        "amount * * 2",
        "Work out (work_out): “amount * * 2”",
    ),
    "correlation that is no expression": (
        "receive_task",
        'correlate="employee"',
        'correlate="("',
        "(await_answer): “(” is",
    ),
    "no message": ("receive_task", ' messageRef="answer"', "", "(await_answer): It is not said which message"),
    "timer without time": (
        "timer_duration",
        "<bpmn:timeDuration>P3D</bpmn:timeDuration>",
        "",
        "Wait (wait): This timer has",
    ),
    "timer that is no duration": ("timer_duration", "P3D", "P3Q", "Wait (wait): “P3Q” is no duration."),
    "timer that is no date": (
        "timer_date",
        "2099-01-01T09:00:00Z",
        "2099-13-01",
        "Wait (wait): “2099-13-01” is neither",
    ),
    "timer that repeats": (
        "timer_duration",
        "timeDuration>",
        "timeCycle>",
        "Wait (wait): “P3D” is no repetition such as R3/P1D or R/P7D.",
    ),
    "share that is no expression": (
        "members_share",
        "&gt;= 0.5",
        "&gt;=",
        "Each answers (each_answers): “done / total >=”",
    ),
    "share of something unknown": ("members_share", "done / total", "finished / total", "“finished / total >= 0.5”"),
    "share that is no condition": ("members_share", " &gt;= 0.5", "", "“done / total” must give true or false."),
}


FLOW = '<bpmn:sequenceFlow id="{}" sourceRef="{}" targetRef="{}" />'
TO_END = FLOW.format("write_to_end", "write", "end")
WRITE = '<bpmn:userTask id="write" name="Write" rf:actor="ann" />'
FROM_GATEWAY = FLOW.format("no", "large_amount", "record")

DRAWINGS: dict[str, Fault] = {
    "no start": (
        "one_step",
        '<bpmn:startEvent id="start" name="Start" />',
        WRITE.replace("write", "go"),
        "It has 0 start events.",
    ),
    "two starts": (
        "one_step",
        WRITE,
        WRITE + '<bpmn:startEvent id="too" />',
        "Too (too): It is not clear where the process starts: two start events wait for nothing.",
    ),
    "no end": (
        "one_step",
        '<bpmn:endEvent id="end" name="End" />',
        WRITE.replace("write", "go"),
        "It has no end event.",
    ),
    "sub-process without start": (
        "sub_process",
        '<bpmn:startEvent id="inner_start" name="Inner start" />',
        "",
        "Draft (draft): It has 0",
    ),
    "sub-process without end": (
        "sub_process",
        '<bpmn:endEvent id="inner_end" name="Inner end" />',
        "",
        "Draft (draft): It has no end",
    ),
    "id twice": ("two_steps", '"check" name', '"write" name', "write: 2 elements have this id."),
    "id that is taken": ("one_step", '"end"', '"End"', "End: This id cannot be used."),
    "id with a quote": ("one_step", '"write"', '"wri\'te"', "wri'te: This id cannot be used."),
    "flow to nowhere": (
        "one_step",
        'targetRef="end"',
        'targetRef="nowhere"',
        "write_to_end: This flow is connected at one end",
    ),
    "flow across a border": (
        "sub_process",
        'targetRef="check"',
        'targetRef="publish"',
        "Write → Publish (write_to_check): This flow crosses the",
    ),
    "flow into the start": (
        "one_step",
        TO_END,
        FLOW.format("back", "write", "start"),
        "Start (start): A flow leads into this",
    ),
    "flow out of the end": (
        "one_step",
        TO_END,
        TO_END + FLOW.format("on", "end", "write"),
        "End (end): A flow leads out of",
    ),
    "nothing after a step": ("one_step", TO_END, "", "Write (write): Nothing follows."),
    "several flows out of a task": (
        "one_step",
        TO_END,
        TO_END + WRITE.replace("write", "go") + FLOW.format("x", "go", "end") + FLOW.format("y", "write", "go"),
        "Write (write): 2 flows lead out of this step, which is not clear. Draw a gateway after it",
    ),
    "two flows between two steps": (
        "one_step",
        TO_END,
        TO_END + FLOW.format("too", "write", "end"),
        "2 flows lead from it to “End”.",
    ),
    "condition after a task": (
        "one_step",
        TO_END,
        TO_END.replace(" />", "><bpmn:conditionExpression>true</bpmn:conditionExpression></bpmn:sequenceFlow>"),
        "Write → End (write_to_end): Its condition is not asked after “Write”.",
    ),
    "no default flow": (
        "exclusive_gateway",
        ' default="no"',
        "",
        "Large amount? (large_amount): This gateway has no default flow.",
    ),
    "default flow of another": (
        "exclusive_gateway",
        'default="no"',
        'default="approve_to_end"',
        "(large_amount): Its default flow does not lead",
    ),
    "no condition": (
        "exclusive_gateway",
        'default="no"',
        'default="yes"',
        "(large_amount): “no” leads out of it and has no condition.",
    ),
    "task after an event gateway": (
        "event_gateway",
        'targetRef="three_days_pass"',
        'targetRef="chase"',
        "What comes first? (what_comes_first): “Chase” cannot follow",
    ),
    "event on the border of nothing": (
        "boundary_timer",
        'attachedToRef="write"',
        'attachedToRef="gone"',
        "Too late (too_late): This event is attached to no step.",
    ),
    "step that is never reached": (
        "one_step",
        WRITE,
        WRITE + WRITE.replace("write", "alone") + FLOW.format("x", "alone", "end"),
        "(alone): No flow leads here.",
    ),
    "join that waits for itself": (
        "join_in_loop",
        'exclusiveGateway id="begin_again"',
        'parallelGateway id="begin_again"',
        "(begin_again): It waits for a flow that only comes after it.",
    ),
    "start inside that waits": (
        "sub_process",
        '<bpmn:startEvent id="inner_start" name="Inner start" />',
        '<bpmn:startEvent id="inner_start"><bpmn:timerEventDefinition /></bpmn:startEvent>',
        "A sub-process begins when it is reached: its start waits for nothing.",
    ),
    "start for a key": (
        "start_message",
        "<bpmn:messageEventDefinition ",
        '<bpmn:messageEventDefinition rf:correlate="employee" ',
        "Hired (hired): A start has no variables to work a key out from.",
    ),
    "two starts by hand": (
        "starts",
        '<bpmn:messageEventDefinition messageRef="message_hired" />',
        "",
        "Hired (hired): It is not clear where the process starts: two start events wait for nothing.",
    ),
    "event that waits for nothing": (
        "timer_duration",
        "timerEventDefinition",
        "documentation",
        "Wait (wait): It is not said what this event waits for.",
    ),
    "several processes": (
        "one_step",
        "</bpmn:definitions>",
        '<bpmn:process id="two" isExecutable="true" /></bpmn:definitions>',
        "this file has 2.",
    ),
    "no process that runs": (
        "one_step",
        'isExecutable="true"',
        'isExecutable="false"',
        'this file has 0. Set isExecutable="true"',
    ),
}

ELEMENTS = [
    "task",
    "adHocSubProcess",
    "complexGateway",
    "choreographyTask",
]
EVENTS = ["error", "escalation", "compensate", "cancel", "terminate"]

LOOP = WRITE.replace(" />", "><bpmn:standardLoopCharacteristics{} /></bpmn:userTask>")

REPETITIONS: dict[str, Fault] = {
    "for nobody": (
        "members",
        ' rf:over="team"',
        "",
        "Each answers (each_answers): It is not said for whom or what this repeats. Choose one: a population, a list,",
    ),
    "over two things": (
        "several_items",
        "rf:items=",
        'rf:over="team" rf:items=',
        "Review (review): It repeats over two things.",
    ),
    "of a gateway": (
        "exclusive_gateway",
        'name="Large amount?" default="no" />',
        'name="Large amount?" default="no"><bpmn:standardLoopCharacteristics /></bpmn:exclusiveGateway>',
        "This kind of step cannot repeat. Draw a sub-process around what repeats.",
    ),
    "two kinds": (
        "several_items",
        "<bpmn:multi",
        "<bpmn:standardLoopCharacteristics /><bpmn:multi",
        "Review (review): It has two repetitions.",
    ),
    "item that is no name": (
        "several_items",
        'rf:item="reviewer"',
        'rf:item="a person"',
        "Review (review): “a person” cannot name a variable.",
    ),
    "list that is no expression": (
        "several_items",
        'rf:items="reviewers"',
        'rf:items="(reviewers"',
        "Review (review): “(reviewers” is not understood",
    ),
    "loop without end": ("one_step", WRITE, LOOP.format(""), "Write (write): This loop would never end."),
    "loop of no number": (
        "one_step",
        WRITE,
        LOOP.format(' loopMaximum="0"'),
        "Write (write): “0” is no number of rounds. Write a number from 1 to 10000.",
    ),
    "loop condition that is no truth": (
        "loop_after",
        "not(good)",
        "1 + 1",
        "Write (write): “1 + 1” is not understood",
    ),
    "collecting once": (
        "exclusive_gateway",
        "<rf:set ",
        '<rf:collect name="all" value="amount" /><rf:set ',
        "Ask (ask): It collects from its members, but is done once.",
    ),
    "collecting in a loop": (
        "loop_after",
        "<rf:set ",
        '<rf:collect name="all" value="good" /><rf:set ',
        "Write (write): A loop collects nothing. Let the step set a variable in each round.",
    ),
    "one value out of several calls": (
        "calls_several",
        "rf:collect",
        "rf:out",
        "Ask (ask): It is not clear whose value comes back, because it is called several times.",
    ),
    "message and handler": (
        "send_task",
        "messageRef=",
        'rf:handler="tests.weigh" messageRef=',
        "Tell (tell): It names a message and a handler. Keep the one that it is to send or call.",
    ),
    "call of nothing": (
        "calls",
        ' calledElement="called"',
        "",
        "Ask (ask): It is not said which process this calls.",
    ),
    "hand-over that is no expression": ("calls", "topic +", "topic + +", "Ask (ask): “topic + +"),
    "hand-over to a task": (
        "exclusive_gateway",
        "<rf:set ",
        '<rf:in name="all" value="amount" /><rf:set ',
        "Ask (ask): Only a call activity hands values in and out.",
    ),
}
