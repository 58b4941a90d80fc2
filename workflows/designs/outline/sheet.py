"""A BPMN file that is being changed: what nobody touches is written back as it was read, comments included."""

import re
import unicodedata
from collections.abc import Iterator
from typing import cast

from lxml import etree

from engine import BPMN, NotFound, read_xml

RF = "urn:reviewflow:bpmn:1"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PREFIXES = {
    "bpmn": BPMN,
    "rf": RF,
    "xsi": XSI,
    "bpmndi": BPMNDI,
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
"""How namespaces are called where the file has no name of its own for them."""

for prefix, space in PREFIXES.items():
    etree.register_namespace(prefix, space)
LONGEST_ID = 60
BEFORE_FLOWS = frozenset(
    f"{{{BPMN}}}{name}" for name in ("documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef")
)
EMPTY = re.compile(rb'<!--.*?-->|"/>', re.DOTALL)
INCOMING, OUTGOING = f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing"
LANE_OF = f"{{{BPMN}}}flowNodeRef"
SEQUENCE_FLOW = f"{{{BPMN}}}sequenceFlow"


class Sheet:
    """The elements of a file by id, and the flows between them. Raises Unreadable for what is no safe XML."""

    def __init__(self, content: bytes) -> None:
        self.root = read_xml(content, "The diagram", keep_comments=True)
        self.spaced = b'" />' in content
        self.elements = {element.get("id", ""): element for element in self.root.iter("*") if element.get("id")}

    def write(self) -> bytes:
        """The file as it is now, with the empty elements written as the file did."""
        body = etree.tostring(self.root.getroottree(), encoding="UTF-8")
        if self.spaced:
            body = EMPTY.sub(lambda found: found[0] if found[0].startswith(b"<!--") else b'" />', body)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"

    def find(self, identifier: str) -> etree._Element:
        """The element of this id. Raises NotFound."""
        found = self.elements.get(identifier)
        if found is None:
            raise NotFound("This step is not there any more. Look at the list again.")
        return found

    def scope_of(self, identifier: str) -> etree._Element:
        """The process or sub-process that an element is drawn in."""
        return around(self.find(identifier))

    def flows(self) -> Iterator[etree._Element]:
        """Every sequence flow of the file."""
        return self.root.iter(SEQUENCE_FLOW)

    def into(self, step: str) -> list[str]:
        """The ids of the flows that lead to a step."""
        return [flow.get("id", "") for flow in self.flows() if flow.get("targetRef") == step]

    def out_of(self, step: str) -> list[str]:
        """The ids of the flows that lead out of a step, in the order of the file."""
        return [flow.get("id", "") for flow in self.flows() if flow.get("sourceRef") == step]

    def source(self, flow: str) -> str:
        """The step that a flow comes from."""
        return self.find(flow).get("sourceRef", "")

    def target(self, flow: str) -> str:
        """The step that a flow leads to."""
        return self.find(flow).get("targetRef", "")

    def new_id(self, words: str) -> str:
        """An id that is not taken, made of words."""
        plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_ID] or "step"
        stem = stem if stem[0].isalpha() else f"step_{stem}"
        number, found = 1, stem
        while found in self.elements:
            number += 1
            found = f"{stem}_{number}"
        return found

    def make(self, tag: str, **attributes: str) -> etree._Element:
        """A new element that is nowhere yet; its namespaces are called as the file calls them."""
        # A namespace without a name is known by None, which the stubs of lxml do not know.
        return etree.Element(tag, attributes, nsmap=cast("dict[str, str]", self.root.nsmap))

    def write_expression(self, identifier: str, tag: str, text: str) -> None:
        """Write FEEL into the child `tag` of an element; without text the child is taken away."""
        parent = self.find(identifier)
        found = parent.find(f"{{{BPMN}}}{tag}")
        if found is not None and text:
            found.text = text
        elif found is not None:
            cut_out(found)
        elif text:
            prefix = next((name for name, space in self.root.nsmap.items() if space == BPMN and name), "")
            found = self.make(f"{{{BPMN}}}{tag}", **{f"{{{XSI}}}type": f"{prefix}:tFormalExpression".lstrip(":")})
            found.text = text
            insert(parent, len(parent), found)

    def add(self, scope: etree._Element, kind: str, words: str, *, name: str = "") -> etree._Element:
        """A new element of a BPMN kind in a process or sub-process; its id is made of `words`."""
        element = self.make(f"{{{BPMN}}}{kind}", id=self.new_id(words))
        if name:
            element.set("name", name)
        flows = [at for at, child in enumerate(scope) if child.tag == SEQUENCE_FLOW]
        steps = [at for at, child in enumerate(scope) if isinstance(child.tag, str) and child.get("id")]
        place = flows[0] if flows and kind != "sequenceFlow" else (flows or steps or [len(scope) - 1])[-1] + 1
        insert(scope, place, element)
        self.elements[element.get("id", "")] = element
        return element

    def connect(self, source: str, target: str, *, name: str = "") -> str:
        """A new flow; returns its id."""
        flow = self.add(self.scope_of(source), "sequenceFlow", f"{source}_to_{target}", name=name)
        flow.set("sourceRef", source)
        flow.set("targetRef", target)
        self._note(source, OUTGOING, flow.get("id", ""))
        self._note(target, INCOMING, flow.get("id", ""))
        return flow.get("id", "")

    def lead(self, flow: str, target: str) -> None:
        """Let a flow lead to another step."""
        self._forget(self.target(flow), INCOMING, flow)
        self.find(flow).set("targetRef", target)
        self._note(target, INCOMING, flow)

    def begin_at(self, flow: str, source: str) -> None:
        """Let a flow come from another step."""
        self._forget(self.source(flow), OUTGOING, flow)
        self.find(flow).set("sourceRef", source)
        self._note(source, OUTGOING, flow)

    def drop_flow(self, flow: str) -> None:
        """Take a flow away."""
        source = self.elements.get(self.source(flow))
        self._forget(self.source(flow), OUTGOING, flow)
        self._forget(self.target(flow), INCOMING, flow)
        if source is not None and source.get("default") == flow:
            del source.attrib["default"]
        self._drop(flow)

    def drop_step(self, step: str) -> None:
        """Take a step away, with all that is inside, at its border, or tied to it, and the flows at it."""
        for border in [e.get("id", "") for e in self.root.iter(f"{{{BPMN}}}boundaryEvent")]:
            if border in self.elements and self.elements[border].get("attachedToRef") == step:
                self.drop_step(border)
        for flow in {*self.into(step), *self.out_of(step)}:
            self.drop_flow(flow)
        for line in list(self.root.iter(f"{{{BPMN}}}association")):
            if step in (line.get("sourceRef"), line.get("targetRef")):
                self._drop(line.get("id", ""))
        for reference in list(self.root.iter(LANE_OF)):
            if (reference.text or "").strip() == step:
                cut_out(reference)
        self._drop(step)

    def share_lane(self, step: str, new: str) -> None:
        """Put a new step into the lane of another one, if that is in one."""
        for reference in list(self.root.iter(LANE_OF)):
            if (reference.text or "").strip() == step:
                lane = around(reference)
                noted = self.make(LANE_OF)
                noted.text = new
                insert(lane, list(lane).index(reference) + 1, noted)

    def place_under(self, element: etree._Element, scope: etree._Element) -> None:
        """Move an element into another process or sub-process, in front of its flows."""
        cut_out(element)
        flows = [at for at, child in enumerate(scope) if child.tag == SEQUENCE_FLOW]
        is_flow = element.tag == SEQUENCE_FLOW
        insert(scope, flows[0] if flows and not is_flow else len(scope), element)

    def _drop(self, identifier: str) -> None:
        element = self.elements.get(identifier)
        if element is None:
            return
        gone = {part.get("id", "") for part in element.iter("*") if part.get("id")}
        for drawn in list(self.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")):
            if drawn.get("bpmnElement", "").rpartition(":")[2] in gone:
                self.elements.pop(drawn.get("id", ""), None)
                cut_out(drawn)
        cut_out(element)
        for each in gone:
            self.elements.pop(each, None)

    def _note(self, step: str, tag: str, flow: str) -> None:
        element = self.find(step)
        places = [
            at
            for at, child in enumerate(element)
            if child.tag in BEFORE_FLOWS or child.tag == INCOMING or (tag == OUTGOING and child.tag == OUTGOING)
        ]
        noted = self.make(tag)
        noted.text = flow
        insert(element, places[-1] + 1 if places else 0, noted)

    def _forget(self, step: str, tag: str, flow: str) -> None:
        for noted in self.elements[step].findall(tag) if step in self.elements else ():
            if (noted.text or "").strip() == flow:
                cut_out(noted)


def around(element: etree._Element) -> etree._Element:
    """The element that another one is drawn in."""
    found = element.getparent()
    if found is None:
        raise NotFound("This step is not drawn in a process.")
    return found


def insert(parent: etree._Element, place: int, element: etree._Element) -> None:
    """Put an element among the children of another, on a line of its own where the others have one."""
    depth = sum(1 for _ in parent.iterancestors()) + 1
    etree.indent(element, space="  ", level=depth)
    line, last = "\n" + "  " * depth, "\n" + "  " * (depth - 1)
    if place >= len(parent) and len(parent):
        before = parent[-1]
        element.tail, before.tail = before.tail or last, line
    elif place >= len(parent):
        parent.text, element.tail = line, last
    else:
        element.tail = parent.text if place == 0 and (parent.text or "").isspace() else line
    parent.insert(place, element)


def cut_out(element: etree._Element) -> None:
    """Take an element out of its parent, with the white space around it, and no more."""
    parent = element.getparent()
    if parent is None:
        return
    before, tail = element.getprevious(), element.tail or ""
    if element.getnext() is None and tail.isspace():
        if before is not None:
            before.tail = tail
        else:
            parent.text = None
    elif tail.strip():
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)
