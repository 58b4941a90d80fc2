"""An instance that was moved goes on as one that was on the new version from its start.

Random walks through diagrams of every kind: at a random moment the state is carried over to a version with other ids,
a step more, and an event more; from there on it must do what a walk through the new version does.
"""

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.diagram import BPMN, NAMESPACES
from engine.matching import match_steps
from engine.spiff import Program, Run, compile_program
from engine.spiff.remapping import remap
from tests.engine.blobs.write_blobs import NOW, SITUATIONS, do, play_to_the_end, program_of, start, waits_of
from tests.engine.playing import DIAGRAMS

NEW = "_again"
WALKS = ["walk", "join_in_loop", "inclusive_gateway", "boundary_timer_aside", "terminate", "loop_sub_process"]


@lru_cache
def next_version(name: str, flow: int = -1, host: int = -1) -> Program:
    """The diagram with other ids; with a step on one of its flows, and an event beside one of its steps, if asked."""
    root = etree.fromstring((DIAGRAMS / f"{name}.bpmn").read_bytes())
    names = {
        e.get("id", ""): f"{e.get('id')}{NEW}" for e in root.iter(f"{{{BPMN}}}*") if e.get("id") not in (None, name)
    }
    for element in root.iter():
        for key, value in element.attrib.items():
            if value in names and key != "name":
                element.set(key, names[str(value)])
    if flow >= 0:
        _add_step(root, flow)
    if host >= 0:
        _add_event(root, host)
    return compile_program({f"{name}.bpmn": etree.tostring(root)})


def _add_step(root: etree._Element, number: int) -> None:
    gateways = root.findall(".//bpmn:eventBasedGateway", NAMESPACES)
    flows = [
        flow
        for flow in root.findall(".//bpmn:sequenceFlow", NAMESPACES)
        if flow.get("sourceRef") not in {gateway.get("id") for gateway in gateways}
    ]
    flow = flows[number % len(flows)]
    parent, target = flow.getparent(), flow.get("targetRef", "")
    assert parent is not None
    etree.SubElement(parent, f"{{{BPMN}}}userTask", {"id": "extra", "{urn:reviewflow:bpmn:1}actor": "ann"})
    flow.set("targetRef", "extra")
    etree.SubElement(parent, f"{{{BPMN}}}sequenceFlow", {"id": "more", "sourceRef": "extra", "targetRef": target})


def _add_event(root: etree._Element, number: int) -> None:
    hosts = root.findall(".//bpmn:userTask", NAMESPACES)
    host = hosts[number % len(hosts)]
    parent = host.getparent()
    assert parent is not None
    attributes = {"id": "aside", "attachedToRef": host.get("id", ""), "cancelActivity": "false"}
    event = etree.SubElement(parent, f"{{{BPMN}}}boundaryEvent", attributes)
    timer = etree.SubElement(event, f"{{{BPMN}}}timerEventDefinition")
    etree.SubElement(timer, f"{{{BPMN}}}timeDuration").text = "P99D"
    etree.SubElement(parent, f"{{{BPMN}}}endEvent", {"id": "aside_end"})
    etree.SubElement(parent, f"{{{BPMN}}}sequenceFlow", {"id": "out", "sourceRef": "aside", "targetRef": "aside_end"})


@lru_cache
def first_version(name: str) -> Program:
    """The diagram as it is."""
    return program_of(name)


def carry_over(run: Run, program: Program) -> Run:
    """The run on the new version, as another process would take it up."""
    pairs = {step: f"{step}{NEW}" for step in run.program.diagram.steps}
    mapping = {a: match.step for a, match in match_steps(run.program.diagram, program.diagram, pairs).items()}
    found = remap(run.dump(), run.program, program, run.process, mapping)
    assert found.problems == []
    moved = Run(program, run.process, run.variables, NOW)
    moved.restore(found.content)
    moved.look_again()
    return moved


def standing(run: Run) -> Any:
    """What is waited for, what is blocked, and whether it has ended, whatever the version."""
    waits = sorted((wait.kind, wait.step.removesuffix(NEW)) for wait in run.waits().values())
    return waits, len(run.blocked), run.ended


Choice = tuple[int, bool, bool, str]
CHOICES = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.sampled_from(["again", "again", "approved"])),
    min_size=1,
    max_size=20,
)


def choose(run: Run, choice: Choice) -> str:
    """Which of the steps that wait is done next, without what marks the new version."""
    set_variables(run, choice)
    steps = sorted({wait.step.removesuffix(NEW) for wait in run.waits().values()} - {"extra", "aside"})
    return steps[choice[0] % len(steps)] if steps else ""


def set_variables(run: Run, choice: Choice) -> None:
    _, words, figures, outcome = choice
    run.variables.update(
        words_wanted=words, figures_wanted=figures, mentoring=words, training=figures, alone=words, outcome=outcome
    )


def begin(program: Program, name: str, choice: Choice) -> Run:
    run = Run(program, name, {}, NOW)
    set_variables(run, choice)
    run.begin()
    return run


def do_it(run: Run, step: str) -> None:
    do(run, step if step in run.program.diagram.steps else f"{step}{NEW}")


def pass_extra(run: Run) -> None:
    """Do what is only in the new version at once: the old one had no such step to wait at."""
    while any(wait.step == "extra" for wait in run.waits().values()):
        do(run, "extra")


def walk_both(name: str, program: Program, choices: list[Choice], moment: int) -> None:
    old, oracle = begin(first_version(name), name, choices[0]), begin(program, name, choices[0])
    pass_extra(oracle)
    for number, choice in enumerate(choices):
        if number == moment:
            old = carry_over(old, program)
        if old.ended or not old.waits():
            break
        step = choose(old, choice)
        set_variables(oracle, choice)
        if not step:
            break
        do_it(old, step)
        do_it(oracle, step)
        if number < moment:
            pass_extra(oracle)
        else:
            assert standing(old) == standing(oracle)


class TestAMovedRun:
    @settings(max_examples=60)
    @given(st.sampled_from(WALKS), CHOICES, st.integers(0, 12))
    def test_with_other_ids_goes_on_as_if_it_had_begun_there(
        self, name: str, choices: list[Choice], moment: int
    ) -> None:
        walk_both(name, next_version(name), choices, moment)

    @settings(max_examples=60)
    @given(st.sampled_from(WALKS), CHOICES, st.integers(0, 12), st.integers(0, 7))
    def test_with_a_step_more_goes_on_as_if_it_had_begun_there(
        self, name: str, choices: list[Choice], moment: int, flow: int
    ) -> None:
        walk_both(name, next_version(name, flow=flow), choices, moment)

    @settings(max_examples=60)
    @given(st.sampled_from(WALKS), CHOICES, st.integers(0, 12), st.integers(0, 7))
    def test_with_an_event_more_goes_on_as_if_it_had_begun_there(
        self, name: str, choices: list[Choice], moment: int, host: int
    ) -> None:
        walk_both(name, next_version(name, host=host), choices, moment)


UNDOING = ("undoing_a_sub_process", "undoing_by_an_event_sub_process")


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_every_stored_situation_can_be_carried_over(situation: Any) -> None:
    # given
    run = start(situation)
    before, program = waits_of(run), next_version(situation.diagram)
    if situation.name in UNDOING:
        with pytest.raises(AssertionError, match="in the middle of something, such as undoing"):
            carry_over(run, program)
        return
    # when
    moved = carry_over(run, program)
    # then
    assert [[kind, step.removesuffix(NEW)] for kind, step in waits_of(moved)] == before
    assert len(moved.blocked) == len(run.blocked)
    moved.variables.update(run.variables)
    assert [[[kind, step.removesuffix(NEW)] for kind, step in waits] for waits in play_to_the_end(moved)] == list(
        play_to_the_end(run)
    )
