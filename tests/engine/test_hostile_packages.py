"""Packages made to crash the check, to hang it or to fill its memory: findings in time, never anything else."""

import re
import resource
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine import registry
from engine.diagram import BPMN
from engine.inspection import Inspection, inspect_package
from tests.engine.chains import HEAD, TAIL
from tests.engine.patience import is_within
from tests.engine.pictures import draw_picture
from tests.engine.playing import DIAGRAMS, TinyCompany, read_diagram
from tests.engine.test_hostile_files import FILES, KINDS

SECONDS = 2.0
MORE_KINDS = ("transaction", "callActivity", "adHocSubProcess", "intermediateThrowEvent", "signalEventDefinition")
WORDS = st.sampled_from(
    ("", " ", "0", "-1", "true", "P1D", "R/P0D", "P99999999999D", "R9999999/PT1S", "2026-02-30", "9999-12-31", "${x}")
) | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
MEGABYTES = 200
"""What checking a file of 1 MB may take of processor time and of memory."""

ONE = '<bpmn:userTask id="{0}" name="{0}" rf:actor="ann" />'
FLOWS = '<bpmn:sequenceFlow id="{0}_{1}" sourceRef="{0}" targetRef="{1}" />'
ROW = FLOWS.format("start", "write") + FLOWS.format("write", "end") + ONE.format("write")


def diagram(body: str) -> bytes:
    """A diagram with a start, an end, and this between them."""
    return (HEAD.format(key="review") + body + TAIL).encode()


ASKED = "><bpmn:conditionExpression>x</bpmn:conditionExpression></bpmn:sequenceFlow>"


def asking(one: str, other: str) -> str:
    """A flow with a condition."""
    return FLOWS.format(one, other).replace(" />", ASKED)


def wide(kind: str, count: int) -> bytes:
    """A gateway that leads to so many steps, and another where they come together."""
    flow = FLOWS.format if kind == "parallelGateway" else asking
    default = "" if kind == "parallelGateway" else ' default="split_t0"'
    parts = [f'<bpmn:{kind} id="split"{default} /><bpmn:{kind} id="join" />']
    parts += [FLOWS.format("start", "split"), FLOWS.format("join", "end"), FLOWS.format("split", "t0")]
    parts += [flow("split", f"t{at}") for at in range(1, count)]
    parts += [ONE.format(f"t{at}") + FLOWS.format(f"t{at}", "join") for at in range(count)]
    return diagram("".join(parts))


def tangle(kind: str, count: int) -> bytes:
    """Gateways of which each leads to every later one, and back to the first."""
    names = [f"g{at}" for at in range(count)]
    nodes = "".join(f'<bpmn:{kind} id="{name}" />' for name in names)
    flows = "".join(FLOWS.format(one, other) for at, one in enumerate(names) for other in names[at + 1 :])
    return diagram(nodes + flows + FLOWS.format("start", "g0") + FLOWS.format(names[-1], "end"))


def parallel_choices(count: int) -> bytes:
    """Inclusive choices side by side, two to the power of their number combinations."""
    parts = ['<bpmn:parallelGateway id="split" /><bpmn:parallelGateway id="join" />']
    parts += [FLOWS.format("start", "split"), FLOWS.format("join", "end")]
    for at in range(count):
        choice, end, yes, no = f"a{at}", f"z{at}", f"y{at}", f"n{at}"
        parts.append(f'<bpmn:inclusiveGateway id="{choice}" default="{choice}_{no}" />')
        parts.append(f'<bpmn:parallelGateway id="{end}" />{ONE.format(yes)}{ONE.format(no)}{asking(choice, yes)}')
        pairs = (("split", choice), (end, "join"), (choice, no), (yes, end), (no, end))
        parts += [FLOWS.format(one, other) for one, other in pairs]
    return diagram("".join(parts))


HOSTILE = {
    "1 MB of gateways": diagram(ROW + "".join(f'<bpmn:parallelGateway id="gate{at}" />' for at in range(24_000))),
    "1 MB of flows to nothing": diagram(
        ROW + "".join(f'<bpmn:sequenceFlow id="f{at}" sourceRef="x" targetRef="y" />' for at in range(16_000))
    ),
    "1 MB of one id": diagram(ROW + '<bpmn:userTask id="write" name="Write" />' * 20_000),
    "1 MB of links": diagram(
        ROW
        + "".join(
            f'<bpmn:intermediate{"Throw" if at % 2 else "Catch"}Event id="l{at}"><bpmn:linkEventDefinition name="a" />'
            f"</bpmn:intermediate{'Throw' if at % 2 else 'Catch'}Event>"
            for at in range(8_000)
        )
    ),
    "1 MB of messages": diagram(ROW).replace(
        b"<bpmn:process ", b'<bpmn:message id="m" />' * 25_000 + b"<bpmn:process ", 1
    ),
    "1 MB of processes": diagram(ROW).replace(
        b"<bpmn:process ", b'<bpmn:process id="p" isExecutable="true" />' * 20_000 + b"<bpmn:process ", 1
    ),
    "1 MB of things BPMN does not know": diagram(ROW + '<bpmn:nonsense odd="1" />' * 25_000),
    "1 MB of extensions": diagram(
        ROW + "<bpmn:extensionElements>" + '<x:y xmlns:x="x" z="1"/>' * 25_000 + "</bpmn:extensionElements>"
    ),
    "a name of 1 MB": diagram(ROW.replace('name="write"', f'name="{"n" * 1_000_000}"')),
    "a condition of 1 MB": diagram(ROW.replace('rf:actor="ann"', f'rf:actor="ann" rf:due="{"(" * 1_000_000}"')),
    "a deadline of a thousand digits": diagram(
        ROW.replace('rf:actor="ann"', f'rf:actor="ann" rf:due="P{"9" * 1000}D"')
    ),
    "a deadline in the year 99999": diagram(ROW.replace('rf:actor="ann"', 'rf:actor="ann" rf:due="P99999Y"')),
    "reminders of 1 MB": diagram(ROW.replace('rf:actor="ann"', f'rf:actor="ann" rf:remind="{"P1D " * 250_000}"')),
    "every gateway to every other": tangle("exclusiveGateway", 150),
    "every join to every other": tangle("parallelGateway", 100),
    "every inclusive join to every other": tangle("inclusiveGateway", 60),
    "900 branches side by side": wide("parallelGateway", 900),
    "900 choices": wide("exclusiveGateway", 900),
    "900 wishes": wide("inclusiveGateway", 900),
    "two to the power of 150": parallel_choices(150),
    "a step that follows itself": diagram(ROW + FLOWS.format("write", "write")),
    "an event attached to itself": diagram(ROW + '<bpmn:boundaryEvent id="b" attachedToRef="b" />'),
    "events attached in a circle": diagram(
        ROW + '<bpmn:boundaryEvent id="a" attachedToRef="b" /><bpmn:boundaryEvent id="b" attachedToRef="a" />'
    ),
    "a sub-process with the id of its process": diagram(ROW + '<bpmn:subProcess id="review" />'),
    "a process that calls itself": diagram(
        ROW.replace("userTask", "callActivity").replace("rf:actor", 'calledElement="review" rf:actor')
    ),
    "unicode that turns the line around": diagram(
        ROW.replace('name="write"', 'name="\u202egnp.exe\u2066\u0000"'.replace("\u0000", ""))
    ),
    "ids that only look alike": diagram(ROW + ONE.format("wr\u0456te") + FLOWS.format("start", "wr\u0456te")),
    "a zero byte": diagram(ROW.replace('name="write"', 'name="wr\0te"')),
    "a character of XML 1.1": diagram(ROW.replace('name="write"', 'name="wr&#1;te"')),
    "lone surrogates": diagram(ROW.replace('name="write"', 'name="&#xD800;"')),
    "an XInclude": diagram(
        ROW + '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    ),
    "a stylesheet": b'<?xml-stylesheet href="file:///etc/passwd"?>' + diagram(ROW),
    "a schema of its own": diagram(ROW).replace(
        b"<bpmn:definitions ",
        b'<bpmn:definitions xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        b'xsi:schemaLocation="http://www.omg.org/spec/BPMN/20100524/MODEL http://127.0.0.1:9/x.xsd" ',
    ),
    "a picture without end": draw_picture(diagram(ROW)).replace(b'x="0"', b'x="1e999"'),
}


@pytest.fixture(autouse=True)
def company() -> None:
    registry.use_router(TinyCompany())


def inspect(files: dict[str, bytes]) -> Inspection:
    """Inspect in time, in words and without much memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = process_time()
    inspection = inspect_package(files)
    assert is_within(process_time() - began, SECONDS)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES
    said = "\n".join(str(finding) for finding in inspection.findings)
    assert not re.search(r"Traceback|SpiffWorkflow|passwd:|root:|Correct the diagram", said)
    assert all(len(str(finding)) < 2_000 for finding in inspection.findings)
    return inspection


class TestHostileDiagrams:
    @pytest.mark.parametrize("content", [*HOSTILE.values(), *FILES.values()], ids=[*HOSTILE, *FILES])
    def test_are_findings_in_time(self, content: bytes) -> None:
        inspect({"review.bpmn": draw_picture(content) if len(content) < 1_000_000 else content})

    @pytest.mark.parametrize("content", FILES.values(), ids=FILES)
    def test_are_refused_as_tables_and_forms_too(self, content: bytes) -> None:
        sound = draw_picture(read_diagram("one_step"))
        inspection = inspect({"one_step.bpmn": sound, "decisions/pay.dmn": content, "forms/pay.json": content})
        assert {finding.file for finding in inspection.errors} == {"decisions/pay.dmn", "forms/pay.json"}


ROOT = Path(__file__).parents[2]
SHIPPED = {
    path.stem: draw_picture(path.read_bytes()) for path in [*DIAGRAMS.glob("*.bpmn"), *ROOT.glob("bpmn/*/*.bpmn")]
}
NAMES = sorted(SHIPPED)


def mutate_tree(data: st.DataObject, content: bytes) -> bytes:
    """Change a few elements and attributes."""
    root = etree.fromstring(content)
    for _ in range(data.draw(st.integers(1, 4))):
        elements = [one for one in root.iter() if isinstance(one.tag, str)][1:] or [root]
        one, other = data.draw(st.sampled_from(elements)), data.draw(st.sampled_from(elements))
        data.draw(st.sampled_from((rearrange, reword)))(data, one, other)
    return etree.tostring(root)


def rearrange(data: st.DataObject, one: etree._Element, other: etree._Element) -> None:
    """Take an element away, move it or double it."""
    parent = one.getparent()
    match data.draw(st.sampled_from(["remove", "move", "twice"])):
        case "remove" if parent is not None:
            parent.remove(one)
        case "move" if one not in set(other.iterancestors()) | {other}:
            other.append(one)
        case "twice" if parent is not None:
            parent.append(etree.fromstring(etree.tostring(one)))


def reword(data: st.DataObject, one: etree._Element, other: etree._Element) -> None:
    """Make another kind of an element, or change one of its attributes."""
    key = data.draw(st.sampled_from(sorted(one.attrib) or [""]))
    match data.draw(st.sampled_from(["rename", "lose", "swap", "say"])):
        case "rename":
            one.tag = f"{{{BPMN}}}" + data.draw(st.sampled_from(KINDS + MORE_KINDS))
        case "lose" if key:
            del one.attrib[key]
        case "swap" if key and other.attrib:
            one.attrib[key] = data.draw(st.sampled_from(sorted(other.attrib.values())))
        case "say" if key:
            one.attrib[key] = data.draw(WORDS)


def mutate_bytes(data: st.DataObject, content: bytes) -> bytes:
    """Overwrite, cut or repeat a piece of the file."""
    start = data.draw(st.integers(0, len(content) - 1))
    end = min(len(content), start + data.draw(st.integers(0, 40)))
    return content[:start] + data.draw(st.binary(max_size=20)) + content[data.draw(st.sampled_from([start, end])) :]


class TestMutatedDiagrams:
    """Whatever is lost, swapped, renamed, doubled or overwritten: findings, and never anything else."""

    @settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
    @given(data=st.data())
    def test_are_only_ever_findings(self, data: st.DataObject) -> None:
        # given
        name = data.draw(st.sampled_from(NAMES))
        content = SHIPPED[name]
        if data.draw(st.booleans()):
            content = mutate_tree(data, content)
        else:
            content = mutate_bytes(data, content)
        # when
        inspection = inspect_package({"review.bpmn": content})
        # then
        assert inspection.findings or inspection.program
        assert not re.search(r"Error\(|SpiffWorkflow|Correct the diagram", "".join(map(str, inspection.findings)))
