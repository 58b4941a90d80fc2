"""Every shipped package keeps to the process language: what the engine will read in it is there and well-formed."""

import json
import re

import pytest
from lxml import etree

from engine import feel
from tests.bpmn.package import BPMN, DMN, LIBRARY, PACKAGES, RF, Package
from workflows.questionnaires import load
from workflows.routing.resolvers import find_problem

FLOW_NODES = re.compile(r".*(Task|Event|Gateway|subProcess|callActivity)")
pytestmark = pytest.mark.parametrize("package", PACKAGES, ids=str)


def describe_extension() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Of the moddle descriptor: attributes by BPMN tag, and attributes of our own elements by their tag."""
    descriptor = json.loads((LIBRARY / "schema" / "reviewflow.json").read_text(encoding="utf-8"))
    assert (descriptor["uri"], descriptor["prefix"]) == (RF.strip("{}"), "rf")
    extended: dict[str, set[str]] = {}
    own: dict[str, set[str]] = {}
    for kind in descriptor["types"]:
        names = {prop["name"] for prop in kind["properties"]}
        for target in kind.get("extends", []):
            tag = target.removeprefix("bpmn:")
            extended.setdefault(tag[0].lower() + tag[1:], set()).update(names)
        if "superClass" in kind:
            own[kind["name"].lower()] = names
    return extended, own


def collect_expressions(package: Package) -> dict[str, str]:
    """Every FEEL text of a diagram, by the place where it stands."""
    found = {
        f"{element.getparent().get('id')}": element.text or "" for element in package.elements("conditionExpression")
    }
    for kind in ("set", "parameter"):
        for element in package.root.iter(f"{RF}{kind}"):
            step = element.getparent().getparent().get("id")
            found[f"{step}.{element.get('name')}"] = element.get("value", "")
    for element in package.elements("scriptTask"):
        for line in (element.findtext(f"{BPMN}script") or "").strip().splitlines():
            name, _, value = line.partition("=")
            found[f"{element.get('id')}.{name.strip()}"] = value
    return found


def test_every_element_has_an_id_of_its_own_in_snake_case(package: Package) -> None:
    ids = [element.get("id", "") for element in package.root.iter(f"{BPMN}*") if element.get("id")]
    assert [i for i in ids if not re.fullmatch(r"[a-z][a-z0-9_]*", i)] == []
    assert len(ids) == len(set(ids))


def test_every_step_has_a_name(package: Package) -> None:
    nodes = [element for element in package.elements() if FLOW_NODES.fullmatch(etree.QName(element).localname)]
    assert nodes
    assert [node.get("id") for node in nodes if not (node.get("name") or "").strip()] == []


def test_flows_agree_with_what_steps_say_about_them(package: Package) -> None:
    flows = {flow.get("id"): flow for flow in package.elements("sequenceFlow")}
    said = {
        (side, node.text, node.getparent().get("id"))
        for side in ("incoming", "outgoing")
        for node in package.elements(side)
    }
    drawn = {("incoming", i, f.get("targetRef")) for i, f in flows.items()}
    drawn |= {("outgoing", i, f.get("sourceRef")) for i, f in flows.items()}
    assert said == drawn


def test_every_choice_has_a_default_and_conditions_on_all_other_answers(package: Package) -> None:
    for gateway in package.elements("exclusiveGateway", "inclusiveGateway"):
        leaving = [flow for flow in package.elements("sequenceFlow") if flow.get("sourceRef") == gateway.get("id")]
        if len(leaving) < 2:
            continue
        without = [f.get("id") for f in leaving if f.find(f"{BPMN}conditionExpression") is None]
        assert without == [gateway.get("default")], gateway.get("id")
        assert all(flow.get("name") for flow in leaving), gateway.get("id")


def test_every_person_step_says_who_does_what_by_when(package: Package) -> None:
    steps = {element.get("id", "") for element in package.elements("userTask")}
    for attribute in ("actor", "form", "due"):
        assert steps - package.attributes(attribute).keys() == set(), attribute


def test_every_actor_is_one_that_routing_knows(package: Package) -> None:
    arguments = package.attributes("actorArgument")
    actors = list(package.attributes("actor").items())
    actors += [("", name) for name in package.attributes("escalate").values()]
    assert [problem for step, name in actors if (problem := find_problem(name, arguments.get(step, "")))] == []


def test_a_step_that_is_referred_to_exists(package: Package) -> None:
    steps = {step.get("id") for step in package.elements("userTask")}
    arguments = package.attributes("actorArgument")
    named = {arguments[step] for step, name in package.attributes("actor").items() if name == "person who did"}
    assert named <= steps


def test_every_form_that_is_named_exists_and_none_is_left_over(package: Package) -> None:
    assert set(package.attributes("form").values()) == set(package.forms)


def test_every_form_loads_under_its_own_name(package: Package) -> None:
    for name, text in package.forms.items():
        assert load(text).id == name


def test_every_decision_that_is_named_exists(package: Package) -> None:
    decisions = {decision.get("id") for table in package.tables for decision in table.iter(f"{DMN}decision")}
    assert set(package.attributes("decision").values()) == decisions


def test_every_attribute_of_the_extension_is_in_the_descriptor(package: Package) -> None:
    extended, own = describe_extension()
    for element in package.elements():
        used = {str(name).removeprefix(RF) for name in element.attrib if str(name).startswith(RF)}
        assert used <= extended.get(etree.QName(element).localname, set()), element.get("id")
    for element in package.root.iter(f"{RF}*"):
        assert {str(name) for name in element.attrib} <= own[etree.QName(element).localname]


def test_every_sub_process_that_repeats_names_its_population(package: Package) -> None:
    repeats = list(package.elements("multiInstanceLoopCharacteristics"))
    assert all(repeat.get(f"{RF}over") for repeat in repeats)


def test_every_expression_of_the_diagram_compiles(package: Package) -> None:
    expressions = collect_expressions(package)
    assert expressions
    for place, text in expressions.items():
        assert feel.compile(text).text, place


def test_every_cell_of_the_decision_tables_compiles(package: Package) -> None:
    for table in package.tables:
        cells = [entry.findtext(f"{DMN}text") or "" for entry in table.iter(f"{DMN}inputEntry")]
        results = [entry.findtext(f"{DMN}text") or "" for entry in table.iter(f"{DMN}outputEntry")]
        assert cells
        assert results
        for cell in cells:
            feel.compile_unary_tests(cell)
        for result in results:
            feel.compile(result)


def test_every_rule_answers_every_column(package: Package) -> None:
    for table in (t for root in package.tables for t in root.iter(f"{DMN}decisionTable")):
        shape = (len(table.findall(f"{DMN}input")), len(table.findall(f"{DMN}output")))
        for rule in table.findall(f"{DMN}rule"):
            assert (len(rule.findall(f"{DMN}inputEntry")), len(rule.findall(f"{DMN}outputEntry"))) == shape
