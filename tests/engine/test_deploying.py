"""Publishing packages: versions, and everything that is said against a diagram before it may run."""

import re

import pytest

from engine import definitions, registry
from engine.database import transaction
from engine.errors import NotFound
from engine.inspection import inspect_package
from engine.models import Definition
from tests.engine.faults import DRAWINGS, ELEMENTS, EVENTS, REPETITIONS, SETTINGS, WRITE, Fault
from tests.engine.pictures import with_pictures
from tests.engine.playing import Play, gather_team, read_diagram, read_tables

PICTURE = (
    'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="picture"'
)


def changed(name: str, old: str, new: str) -> dict[str, bytes]:
    """A tiny diagram with one thing changed."""
    text = read_diagram(name).decode()
    assert old in text
    return {f"{name}.bpmn": text.replace(old, new).encode()}


class TestVersions:
    def test_count_up_with_the_content(self, play: Play) -> None:
        # given
        first = play.publish({"one_step.bpmn": read_diagram("one_step")})
        # when
        second = play.publish(changed("one_step", 'name="Write"', 'name="Write it"'))
        # then
        assert (first.key, first.version, second.version) == ("one_step", 1, 2)
        with play.factory() as session:
            assert definitions.latest(session, "one_step").id == second.id

    def test_of_the_same_content_are_the_same(self, play: Play) -> None:
        package = {"one_step.bpmn": read_diagram("one_step"), "forms/a.json": b"{}"}
        first = play.publish(package)
        again = play.publish(dict(reversed(package.items())))
        assert (again.id, again.version) == (first.id, 1)

    def test_differ_when_only_a_form_differs(self, play: Play) -> None:
        first = play.publish({"one_step.bpmn": read_diagram("one_step"), "forms/a.json": b"{}"})
        second = play.publish({"one_step.bpmn": read_diagram("one_step"), "forms/a.json": b"{ }"})
        assert second.version == first.version + 1

    def test_do_not_change_under_a_running_case(self, play: Play) -> None:
        # given
        play.start("two_steps")
        # when: the new version has no second step
        play.publish(
            {"two_steps.bpmn": read_diagram("one_step").replace(b'process id="one_step"', b'process id="two_steps"')}
        )
        # then
        play.complete("write")
        assert play.open() == ["check"]

    def test_are_kept_byte_for_byte(self, play: Play) -> None:
        package = {"business_rule.bpmn": read_diagram("business_rule"), **read_tables("approval")}
        definition = play.publish(package)
        with play.factory() as session:
            assert definitions.files_of(session, definition.id) == with_pictures(package)

    def test_run_in_a_process_that_has_not_deployed_them(self, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
        play.start("two_steps")
        monkeypatch.setattr(definitions, "_programs", {})
        play.complete("write")
        assert play.open() == ["check"]

    def test_are_kept_parsed_up_to_a_number(self, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
        # given
        monkeypatch.setattr(definitions, "_programs", kept := {})
        monkeypatch.setattr(definitions, "MOST_PROGRAMS", 2)
        # when
        for name in ("Write", "Note", "Type"):
            play.publish(changed("one_step", 'name="Write"', f'name="{name}"'))
        # then
        assert [program.step("write").name for program in kept.values()] == ["Note", "Type"]

    def test_of_an_unknown_process_are_not_found(self, play: Play) -> None:
        with play.factory() as session, pytest.raises(NotFound, match="There is no process “holiday”"):
            definitions.latest(session, "holiday")

    def test_nothing_is_stored_of_a_refused_package(self, play: Play) -> None:
        assert play.findings(changed("one_step", 'rf:actor="ann"', ""))
        with transaction(play.factory) as session:
            assert session.query(Definition).count() == 0


class TestSettings:
    @pytest.mark.parametrize("case", SETTINGS.values(), ids=SETTINGS)
    def test_are_checked(self, play: Play, case: Fault) -> None:
        # given
        diagram, old, new, said = case
        gather_team("E1")
        registry.handler("tests.weigh")(lambda _session, _call: None)
        # when
        findings = play.findings(changed(diagram, old, new) | read_tables("approval"))
        # then
        assert len(findings) == 1
        assert findings[0].startswith(f"{diagram}.bpmn: ")
        assert said in findings[0]

    def test_a_wrong_expression_is_shown_with_its_place(self, play: Play) -> None:
        (said,) = play.findings(changed("exclusive_gateway", "amount &gt; 100", "amount &gt; 100 100"))
        assert re.search(r"character \d+ of: amount > 100 100", said)

    def test_everything_is_said_at_once(self, play: Play) -> None:
        package = changed("two_steps", 'rf:actor="bob"', "")
        package["two_steps.bpmn"] = package["two_steps.bpmn"].replace(b'"ann"', b'"stranger"')
        assert len(play.findings(package)) == 2


class TestDrawing:
    @pytest.mark.parametrize("case", (DRAWINGS | REPETITIONS).values(), ids=DRAWINGS | REPETITIONS)
    def test_is_checked(self, play: Play, case: Fault) -> None:
        # given
        diagram, old, new, said = case
        # when
        findings = play.findings(changed(diagram, old, new))
        # then
        assert any(said in finding for finding in findings), findings
        assert all(finding.startswith(f"{diagram}.bpmn: ") for finding in findings)

    @pytest.mark.parametrize("element", ELEMENTS)
    def test_an_element_that_does_not_run_is_named(self, play: Play, element: str) -> None:
        findings = play.findings(changed("one_step", "userTask", element))
        assert len(findings) == 1
        assert findings[0].startswith(f"one_step.bpmn: Write (write): A {element} does not run here. ")

    @pytest.mark.parametrize("event", EVENTS)
    def test_an_event_that_does_not_run_is_named(self, play: Play, event: str) -> None:
        findings = play.findings(changed("timer_duration", "timerEventDefinition", f"{event}EventDefinition"))
        assert any(f"A {event}EventDefinition does not run in a intermediateCatchEvent." in said for said in findings)

    def test_data_lanes_and_notes_do_not_matter(self, play: Play) -> None:
        """People draw them to explain; SpiffWorkflow would make steps wait for the data."""
        drawn_for_people = """
            <bpmn:laneSet id="lanes">
              <bpmn:lane id="lane" name="HR"><bpmn:flowNodeRef>write</bpmn:flowNodeRef></bpmn:lane>
            </bpmn:laneSet>
            <bpmn:dataObject id="data" />
            <bpmn:dataObjectReference id="data_shown" dataObjectRef="data" />
            <bpmn:textAnnotation id="note"><bpmn:text>Peers come here.</bpmn:text></bpmn:textAnnotation>
            <bpmn:association id="line" sourceRef="write" targetRef="note" />
            <bpmn:documentation id="words">For people.</bpmn:documentation>
            <bpmn:userTask id="write" name="Write" rf:actor="ann">
              <bpmn:documentation id="more">Do it.</bpmn:documentation>
              <bpmn:dataInputAssociation id="reads">
                <bpmn:sourceRef>data_shown</bpmn:sourceRef>
              </bpmn:dataInputAssociation>
            </bpmn:userTask>"""
        play.launch(play.publish(changed("one_step", WRITE, drawn_for_people)).id)
        play.complete("write")
        assert play.incidents() == []

    def test_the_process_of_another_pool_does_not_matter(self, play: Play) -> None:
        pool = '<bpmn:process id="candidate" name="Candidate"><bpmn:task id="apply" /></bpmn:process>'
        assert play.findings(changed("one_step", "</bpmn:definitions>", pool + "</bpmn:definitions>")) == []

    def test_a_step_without_a_usable_place_is_named(self, play: Play) -> None:
        shape = '<di:BPMNShape bpmnElement="write"><dc:Bounds x="left" y="" /></di:BPMNShape>'
        picture = f'<di:BPMNDiagram {PICTURE}><di:BPMNPlane id="plane">{shape}</di:BPMNPlane></di:BPMNDiagram>'
        said = play.findings(changed("one_step", "</bpmn:definitions>", picture + "</bpmn:definitions>"))
        assert "one_step.bpmn: Write (write): Its place in the picture cannot be read. Move it a little" in said[1]
        assert "one_step.bpmn: Start (start): It is not in the picture, so nobody could see" in said[0]

    def test_without_a_picture_is_refused(self, play: Play) -> None:
        (said,) = inspect_package({"one_step.bpmn": read_diagram("one_step")}).errors[:1]
        assert said.problem == "It has no picture, and a process without a picture cannot be shown."


class TestPackage:
    def test_without_a_diagram_is_refused(self, play: Play) -> None:
        (said,) = play.findings({"forms/story.json": b"{}"})
        assert "exactly one .bpmn file; this one has 0" in said

    def test_with_two_diagrams_is_refused(self, play: Play) -> None:
        (said,) = play.findings({"a.bpmn": read_diagram("one_step"), "b.bpmn": read_diagram("two_steps")})
        assert "this one has 2" in said

    @pytest.mark.parametrize(
        ("path", "content", "said"),
        [
            ("story.exe", b"MZ", "story.exe: file: A package holds no files of this kind."),
            ("forms/story.json", b"{", "forms/story.json: form: It is not JSON"),
            ("decisions/table.dmn", b"<", "decisions/table.dmn"),
            ("decisions/table.dmn", b"<html/>", "decisions/table.dmn"),
        ],
    )
    def test_with_a_file_that_is_not_what_it_says_is_refused(
        self, play: Play, path: str, content: bytes, said: str
    ) -> None:
        (finding,) = play.findings({"one_step.bpmn": read_diagram("one_step"), path: content})
        assert said in finding
