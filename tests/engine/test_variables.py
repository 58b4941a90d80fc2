"""Declared variables: read as what they are, null before they have a value, and checked before publishing."""

import pytest

from engine import clock, definitions
from engine.errors import InvalidDiagram
from engine.spiff import Program, compile_program
from engine.tasks import set_values
from tests.engine.pictures import with_pictures
from tests.engine.playing import Play

DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1"
  targetNamespace="urn:test"><process id="raise" name="Raise" isExecutable="true">
  <extensionElements>
    <rf:variable name="percent" type="number" label="Per cent"/>
    <rf:variable name="hired" type="date"/>
  </extensionElements>
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="propose"/>
  <userTask id="propose" name="Propose" rf:actor="ben" rf:form="proposal">
    <extensionElements><rf:set name="percent" value="share"/></extensionElements></userTask>
  <sequenceFlow id="f2" sourceRef="propose" targetRef="large"/>
  <exclusiveGateway id="large" name="Large?" default="f4"/>
  <sequenceFlow id="f3" name="yes" sourceRef="large" targetRef="approve">
    <conditionExpression>CONDITION</conditionExpression></sequenceFlow>
  <sequenceFlow id="f4" name="no" sourceRef="large" targetRef="end"/>
  <userTask id="approve" name="Approve" rf:actor="mara"/>
  <sequenceFlow id="f5" sourceRef="approve" targetRef="end"/>
  <endEvent id="end"/></process></definitions>"""
FORM = b'{"components": [{"type": "number", "key": "share"}]}'


def package(condition: str) -> dict[str, bytes]:
    text = DIAGRAM.replace("CONDITION", condition.replace("<", "&lt;").replace(">", "&gt;"))
    return {"raise.bpmn": text.encode(), "forms/proposal.json": FORM}


def deploy(play: Play, condition: str) -> int:
    with play.factory() as session, session.begin():
        definition = definitions.deploy(session, with_pictures(package(condition)), by="hr", now=clock.now())
        return definition.id


class TestValues:
    @pytest.fixture
    def program(self) -> Program:
        return compile_program(package("percent > 8.4"))

    def test_an_exact_number_kept_as_text_is_a_number_again(self, program: Program) -> None:
        values = set_values(program, program.step("propose"), {}, {"share": "8.5"}, now=clock.now())
        assert values == {"percent": "8.5"}
        assert program.evaluate("percent > 8.4", values, clock.now()) is True

    def test_iso_text_is_a_date_again(self, program: Program) -> None:
        after = program.evaluate('hired + duration("P1Y") < date("2026-01-01")', {"hired": "2024-06-30"}, clock.now())
        assert after is True

    def test_what_has_no_value_yet_is_null(self, program: Program) -> None:
        assert program.evaluate("percent = null", {}, clock.now()) is True


class TestChecks:
    def findings(self, play: Play, condition: str) -> str:
        with pytest.raises(InvalidDiagram) as refused:
            deploy(play, condition)
        return str(refused.value)

    def test_a_misspelt_name_is_found_with_the_right_one(self, play: Play) -> None:
        said = self.findings(play, "percnt > 8")
        assert "percnt" in said
        assert "did you mean" in said.lower()
        assert "percent" in said

    def test_a_condition_must_be_true_or_false(self, play: Play) -> None:
        assert "yes" in self.findings(play, "percent + 1")

    def test_kinds_that_do_not_go_together_are_found(self, play: Play) -> None:
        assert "hired" in self.findings(play, "hired > 8") or "date" in self.findings(play, "hired > 8")

    def test_an_unknown_type_is_refused(self) -> None:
        files = package("percent > 8")
        files["raise.bpmn"] = files["raise.bpmn"].replace(b'type="date"', b'type="dte("')
        with pytest.raises(InvalidDiagram, match="variable hired"):
            compile_program(files)

    def test_the_keys_of_the_form_are_known_where_answers_are_taken_over(self, play: Play) -> None:
        assert deploy(play, "percent > 8") > 0
