"""What a diagram says for other tools, told in our words.

Nothing is guessed: an assignee written for another engine is not taken over, but pointed out together with the setting
that says the same here.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.diagram import BPMN, Diagram, Step
from engine.errors import WARNING, Finding

TOOLS = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://camunda.org/schema/zeebe/1.0": "zeebe",
    "http://flowable.org/bpmn": "flowable",
    "http://activiti.org/bpmn": "activiti",
    "http://www.jboss.org/drools": "drools",
}
ACTOR = ("actor", 'Say it as rf:actor, for instance rf:actor="manager".')
FORM = ("form", "Draw the form here as forms/<name>.json and name it in rf:form.")
DUE = ("due", 'Say it as rf:due, for instance rf:due="P14D".')
HANDLER = ("handler", "Name the handler that does it in rf:handler.")
DECISION = ("decision", "Put the table into decisions/ and name its decision in rf:decision.")
MEANINGS: Mapping[str, tuple[str, str]] = {
    "assignee": ACTOR,
    "candidateUsers": ACTOR,
    "candidateGroups": ACTOR,
    "formKey": FORM,
    "formRef": FORM,
    "formId": FORM,
    "dueDate": DUE,
    "class": HANDLER,
    "delegateExpression": HANDLER,
    "expression": HANDLER,
    "topic": HANDLER,
    "taskName": HANDLER,
    "decisionRef": DECISION,
    "decisionId": DECISION,
    "decisionTableReferenceKey": DECISION,
}
"""What attributes of other tools mean, on a step or in its extensions: the setting of ours, and how to say it."""

FOR_PEOPLE, FOR_MACHINES, FOR_TABLES = ("userTask", "manualTask"), ("serviceTask", "sendTask"), ("businessRuleTask",)
FITTING = {"actor": FOR_PEOPLE, "form": FOR_PEOPLE, "due": FOR_PEOPLE, "handler": FOR_MACHINES, "decision": FOR_TABLES}


def find_foreign(diagram: Diagram) -> list[Finding]:
    """What a diagram says for other tools, about steps where nothing of the kind is said for us."""
    return [finding for element, step in _elements(diagram) for finding in _untold(element, step)]


def _elements(diagram: Diagram) -> Iterator[tuple[etree._Element, Step]]:
    for element in diagram.root.iterfind(f"{{{BPMN}}}process//{{{BPMN}}}*[@id]"):
        step = diagram.steps.get(element.get("id", ""))
        if step is not None and step.kind == etree.QName(element).localname:
            yield element, step


def _untold(element: etree._Element, step: Step) -> Iterator[Finding]:
    told = set()
    for written, name in _said(element):
        setting, remedy = MEANINGS[name]
        if setting not in step.settings and setting not in told and step.kind in FITTING[setting]:
            told.add(setting)
            yield Finding.at(step, f"“{written}” is for another tool and is not read here.", remedy, severity=WARNING)
    if "actor" not in step.settings and "actor" not in told and step.kind in FOR_PEOPLE:
        for owner in element.iterfind(f"{{{BPMN}}}potentialOwner"):
            words = " ".join(str(owner.xpath("string()")).split())
            yield Finding.at(step, f"The owner “{words[:100]}” is not read here.", ACTOR[1], severity=WARNING)


def _said(element: etree._Element) -> Iterator[tuple[str, str]]:
    """What other tools say on the element and in its extensions: as it is written, and its name in `MEANINGS`."""
    for attribute, value in element.attrib.items():
        name = etree.QName(str(attribute))
        if name.localname in MEANINGS and name.namespace in TOOLS:
            yield f'{TOOLS[name.namespace]}:{name.localname}="{str(value)[:100]}"', name.localname
    for inner in element.iterfind(f"{{{BPMN}}}extensionElements/*"):
        holder = etree.QName(inner)
        if holder.namespace in TOOLS:
            for key, value in inner.attrib.items():
                meaning = "topic" if (holder.localname, key) == ("taskDefinition", "type") else str(key)
                if meaning in MEANINGS:
                    yield f'{TOOLS[holder.namespace]}:{holder.localname} {key!s}="{str(value)[:100]}"', meaning
