"""Files that nobody meant well, or that fell apart: a sentence with the name of the file, soon, and nothing else."""

import re
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.diagram import BPMN
from engine.errors import InvalidDiagram, Rejection
from engine.spiff import compile_program
from tests.engine.chains import VALUES, draw_chain
from tests.engine.patience import is_within
from tests.engine.playing import Play, read_diagram

SECONDS = 2.0
OPEN = b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
CLOSE = b"</bpmn:definitions>"
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))
DEEP = 50_000
WHOLE = {"walk", "members_nested", "event_gateway", "business_rule", "boundary_timer"}

FILES = {
    "nothing": b"",
    "not XML": b"PK\x03\x04 this is a zip",
    "zero bytes": b"\0" * 100,
    "half of a diagram": read_diagram("one_step")[:500],
    "wrong encoding": b'<?xml version="1.0" encoding="UTF-8"?>' + OPEN + b"\xff\xfe" + CLOSE,
    "unknown encoding": b'<?xml version="1.0" encoding="martian"?>' + OPEN + CLOSE,
    "another kind of XML": b"<html><body/></html>",
    "DOCTYPE": b"<!DOCTYPE definitions>" + OPEN + CLOSE,
    "entity": b'<!DOCTYPE d [<!ENTITY e "x">]>' + OPEN + b"&e;" + CLOSE,
    "a file of the machine": b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + OPEN + b"&e;" + CLOSE,
    "something on the network": b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">' + OPEN + CLOSE,
    "billion laughs": b'<!DOCTYPE d [<!ENTITY l0 "ha">' + LAUGHS + b"]>" + OPEN + b"&l9;" + CLOSE,
    "6 MB": OPEN + b" " * 6_000_000 + CLOSE,
    "5 MB of steps": OPEN
    + b'<bpmn:process id="p" isExecutable="true">'
    + b"".join(b'<bpmn:userTask id="t%d" name="A step of many" />' % number for number in range(90_000))
    + b"</bpmn:process>"
    + CLOSE,
    "deep nesting": OPEN + b"<bpmn:process>" * DEEP + b"</bpmn:process>" * DEEP + CLOSE,
    "sub-processes in each other": OPEN
    + b'<bpmn:process id="p" isExecutable="true">'
    + b"".join(b'<bpmn:subProcess id="s%d">' % level for level in range(300))
    + b"</bpmn:subProcess>" * 300
    + b"</bpmn:process>"
    + CLOSE,
    "one long attribute": OPEN + b'<bpmn:process id="' + b"x" * 4_900_000 + b'" isExecutable="true" />' + CLOSE,
    "many attributes": OPEN + b"<a " + b" ".join(b'a%d=""' % number for number in range(200_000)) + b"/>" + CLOSE,
}


class TestHostileFiles:
    @pytest.mark.parametrize("content", FILES.values(), ids=FILES)
    def test_are_refused_in_words_and_in_time(self, content: bytes) -> None:
        # when
        began = process_time()
        with pytest.raises(Rejection) as refusal:
            compile_program({"review.bpmn": content})
        # then
        assert is_within(process_time() - began, SECONDS)
        said = str(refusal.value)
        assert "review.bpmn" in said
        assert "Traceback" not in said
        assert "passwd" not in said
        assert len(said) < 1_000

    def test_of_tables_are_refused_too(self, play: Play) -> None:
        for content in FILES.values():
            began = process_time()
            (said, *_) = play.findings({"one_step.bpmn": read_diagram("one_step"), "decisions/pay.dmn": content})
            assert is_within(process_time() - began, SECONDS)
            assert "pay.dmn" in said

    def test_a_thousand_steps_in_a_row_are_none(self) -> None:
        began = process_time()
        compile_program(draw_chain(990))
        compile_program(draw_chain(990, VALUES))
        assert is_within(process_time() - began, SECONDS)

    def test_more_steps_than_that_are_refused_in_words(self) -> None:
        with pytest.raises(InvalidDiagram, match="It has 1003 steps; up to 1000 run in one diagram"):
            compile_program(draw_chain(1001))


def _elements(root: etree._Element) -> list[etree._Element]:
    return [element for element in root.iter() if isinstance(element.tag, str)]


class TestBrokenDiagrams:
    """Whatever is lost or swapped in a diagram: it runs, or it is refused in words."""

    @settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
    @given(data=st.data())
    def test_are_read_or_refused(self, data: st.DataObject) -> None:
        # given
        name = data.draw(st.sampled_from(sorted(WHOLE)))
        root = etree.fromstring(read_diagram(name))
        for _ in range(data.draw(st.integers(1, 4))):
            self.damage(data, root)
        # when
        refusal = self.read(etree.tostring(root))
        # then
        if refusal is not None:
            assert "review.bpmn" in str(refusal)
            assert not re.search(r"Error\(|SpiffWorkflow|Correct the diagram", str(refusal))

    def read(self, content: bytes) -> Rejection | None:
        try:
            assert compile_program({"review.bpmn": content}).diagram.steps
        except Rejection as refusal:
            return refusal
        return None

    def damage(self, data: st.DataObject, root: etree._Element) -> None:
        elements = _elements(root)[1:]
        element = data.draw(st.sampled_from(elements)) if elements else root
        other = data.draw(st.sampled_from(elements)) if elements else root
        match data.draw(st.sampled_from(["remove", "rename", "lose", "swap", "move", "twice"])):
            case "remove" if element.getparent() is not None:
                element.getparent().remove(element)
            case "rename":
                element.tag = f"{{{BPMN}}}" + data.draw(st.sampled_from(KINDS))
            case "lose" if element.attrib:
                del element.attrib[data.draw(st.sampled_from(sorted(element.attrib)))]
            case "swap" if element.attrib and other.attrib:
                key = data.draw(st.sampled_from(sorted(element.attrib)))
                element.attrib[key] = data.draw(st.sampled_from(sorted(other.attrib.values())))
            case "move" if element not in set(other.iterancestors()) | {other}:
                other.append(element)
            case "twice" if element.getparent() is not None:
                element.getparent().append(etree.fromstring(etree.tostring(element)))


KINDS = (
    "userTask",
    "receiveTask",
    "subProcess",
    "startEvent",
    "endEvent",
    "boundaryEvent",
    "intermediateCatchEvent",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "sequenceFlow",
    "process",
    "message",
    "conditionExpression",
    "messageEventDefinition",
    "timerEventDefinition",
)
