"""What a file says in our namespaces and nothing reads: a misspelt setting is never passed over without a word."""

from pathlib import Path

import pytest
from lxml import etree

from engine import registry
from engine.diagram import RF, read_diagram
from engine.errors import ERROR
from engine.extension import extensions, find_unknown
from engine.inspection import inspect_package
from tests.bpmn.package import PACKAGES, Package
from tests.engine.drawing import draw, element, person
from tests.engine.faults import Fault
from tests.engine.playing import DIAGRAMS, TinyCompany
from tests.engine.test_deploying import changed

TABLES = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:rf="urn:reviewflow:dmn:1">'

UNREAD: dict[str, Fault] = {
    "misspelt setting": (
        "one_step",
        '"ann"',
        '"ann" rf:duee="P14D"',
        "Write (write): “rf:duee” is not read here. Did you mean “rf:due”? Correct it, or take it away.",
    ),
    "setting in other letters": ("one_step", '"ann"', '"ann" rf:foureyes="true"', "Did you mean “rf:fourEyes”?"),
    "element as an attribute": (
        "one_step",
        '"ann"',
        '"ann" rf:set="outcome"',
        "“rf:set” is not read here. Write it as an element: <rf:set …/> in the extension elements of the step.",
    ),
    "setting of another step": (
        "one_step",
        '"ann"',
        '"ann" rf:handler="tests.weigh"',
        "“rf:handler” is not read here. It belongs on: sendTask, serviceTask.",
    ),
    "nothing of the kind": (
        "one_step",
        '"ann"',
        '"ann" rf:zzz="1"',
        "“rf:zzz” is not read here. Possible here: actor,",
    ),
    "setting of the process": ("one_step", "<bpmn:process ", '<bpmn:process rf:due="P1D" ', "“rf:due” is not read"),
    "misspelt element": ("send_back", "<rf:set ", "<rf:sets ", "<rf:sets> is not read here. Did you mean “rf:set”?"),
    "attribute of an element": ("send_back", "<rf:set ", '<rf:set vallue="1" ', "“vallue” of rf:set is not read here."),
    "attribute of an element with a prefix": ("send_back", "<rf:set ", '<rf:set rf:value="1" ', "“rf:value” is not"),
    "element outside of the extensions": (
        "one_step",
        "</bpmn:process>",
        '<rf:set name="a" value="1" /></bpmn:process>',
        "<rf:set> at this place is not read here. It belongs into the extension elements of: manualTask or userTask.",
    ),
    "element of another step": (
        "service_task",
        "<rf:parameter ",
        '<rf:variable name="a" /><rf:parameter ',
        "<rf:variable> at this place is not read here. It belongs into the extension elements of: process.",
    ),
    "another version": ("one_step", "reviewflow:bpmn:1", "reviewflow:bpmn:2", "Write urn:reviewflow:bpmn:1 or urn:rev"),
}


@pytest.fixture(autouse=True)
def _routing() -> None:
    registry.use_router(TinyCompany())


@pytest.mark.parametrize("case", UNREAD.values(), ids=UNREAD)
def test_what_nothing_reads_stands_against_publishing(case: Fault) -> None:
    # given
    diagram, old, new, said = case
    # when
    findings = [str(finding) for finding in inspect_package(changed(diagram, old, new)).errors]
    # then
    assert any(said in finding for finding in findings), findings


def test_a_finding_names_the_line_and_the_step() -> None:
    # given
    package = draw("start > write > end", person("write", duee="P3D"))
    # when
    (found,) = (one for one in inspect_package(package).findings if "duee" in one.problem)
    # then
    assert (found.id, found.file, found.line, found.severity) == ("write", "review.bpmn", 1, ERROR)


def test_what_does_not_run_is_told_once() -> None:
    package = draw("start > write > end", element("adHocSubProcess", "write", actor="ann"))
    assert [one.problem for one in inspect_package(package).errors if one.id == "write"] == [
        "A adHocSubProcess does not run here."
    ]


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_shipped_processes_say_nothing_unread(package: Package) -> None:
    found = find_unknown(package.root, package.folder.name)
    found += [one for table in package.tables for one in find_unknown(table, "table")]
    assert [str(finding) for finding in found] == []


@pytest.mark.parametrize("path", sorted(Path(DIAGRAMS).glob("*.bpmn")), ids=lambda path: path.stem)
def test_everything_that_the_engine_runs_is_described(path: Path) -> None:
    assert [str(finding) for finding in find_unknown(etree.parse(path).getroot(), path.name)] == []


def test_every_setting_that_is_read_is_known_by_its_step() -> None:
    # given: what a person's step can be told, read back by the engine
    names = extensions()[RF].settings["userTask"] - {"vote"}
    package = draw("start > write > end", person("write", **dict.fromkeys(names, "x")))
    # when
    diagram = read_diagram(package["review.bpmn"], "review.bpmn")
    # then
    assert diagram.steps["write"].settings.keys() == names
    assert find_unknown(diagram.root, "review.bpmn") == []


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ('<rf:testRows id="t" />', "Did you mean “rf:testRow”?"),
        ('<rf:testRow id="t" naem="x" />', "“naem” of rf:testRow is not read here. Did you mean “name”?"),
        ('<rf:given name="x">1</rf:given>', "<rf:given> at this place is not read here."),
    ],
)
def test_tables_are_looked_at_too(kept: str, said: str) -> None:
    # given
    text = (
        f'{TABLES}<decision id="d" name="Raise"><extensionElements>{kept}</extensionElements></decision></definitions>'
    )
    # when
    found = inspect_package(draw("start > write > end", person("write")) | {"decisions/raise.dmn": text.encode()})
    # then
    assert any(said in str(finding) for finding in found.findings), list(map(str, found.findings))
