"""The step list of a diagram: read, edited at random, and written back without losing anything."""

import re
from functools import partial
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.diagram import SUB_PROCESSES, Diagram, read_diagram
from engine.errors import ERROR
from engine.picture import find_undrawn
from engine.soundness import find_unsound
from engine.structure import find_faults
from tests.engine.blocks import Block, Drawing, blocks, write
from workflows.designs.outline import Doing, Outline, Ways, changing, read_outline, ways
from workflows.designs.outline import settings as saying
from workflows.designs.outline.editing import edit
from workflows.designs.outline.picture import Picture
from workflows.designs.outline.sheet import Sheet
from workflows.designs.outline.tree import steps_in
from workflows.designs.outline.weaving import CannotBeListed
from workflows.designs.outline.words import Words
from workflows.geometry import Box

DIAGRAMS = sorted((Path(__file__).parents[2] / "engine" / "diagrams").glob("*.bpmn"))
SHIPPED = Path(__file__).parents[3] / "bpmn" / "annual_review" / "annual_review.bpmn"
WIRING = ("sourceRef", "targetRef", "default", "attachedToRef")


def draw(block: Block) -> bytes:
    """A sound diagram with its picture."""
    drawing = Drawing()
    drawing.whole(block)
    return edit(
        write(drawing.game), lambda draft: changing.add_step(draft, first_place(draft.outline), "person", "", "ann")
    ).content


def first_place(outline: Outline) -> str:
    return outline.scope.row.start.key if outline.scope.row.start else next(iter(outline.places))


def listed(outline: Outline) -> list[str]:
    """Every step that the list has somewhere, in order."""
    found = []
    for scope in outline.scopes.values():
        found += [scope.start.id] if scope.start else []
        found += [step for entry in (*scope.row.entries, *scope.beside) for step in steps_in(entry)]
    return sorted(found)


def unsound(content: bytes) -> list[str]:
    diagram = read_diagram(content, "diagram")
    found = [finding for finding in (*find_faults(diagram), *find_unsound(diagram)) if finding.severity == ERROR]
    return [str(finding) for finding in found] or [str(finding) for finding in find_undrawn(diagram)]


def said(content: bytes) -> dict[str, bytes]:
    """Everything that elements say, by id, apart from how they are wired and drawn."""
    root = etree.fromstring(content)
    found = {}
    for element in root.iter("*"):
        if not element.get("id") or "BPMN/20100524/DI" in str(element.tag):
            continue
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        for child in list(alone.iter("*"))[1:]:
            wired = str(child.tag).endswith(("}incoming", "}outgoing"))
            if child.getparent() is not None and (wired or (child.get("id") and child.getparent() is alone)):
                child.getparent().remove(child)
        for name in WIRING:
            alone.attrib.pop(name, None)
        found[element.get("id", "")] = (
            etree.tostring(alone, method="c14n", exclusive=True).replace(b"\n", b"").replace(b" ", b"")
        )
    return found


def boxes(content: bytes) -> tuple[Diagram, dict[str, Box]]:
    diagram = read_diagram(content, "diagram")
    picture = Picture(Sheet(content), diagram.key)
    found = {step: picture.box(step) for step in diagram.steps}
    return diagram, {step: box for step, box in found.items() if box is not None}


def crossing(content: bytes) -> list[tuple[str, str]]:
    """Steps that are drawn over each other, and those that reach out of their sub-process."""
    diagram, drawn = boxes(content)
    found = []
    for one, other in combinations(diagram.steps.values(), 2):
        a, b = drawn[one.id], drawn[other.id]
        apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
        if one.process == other.process and not apart and "boundaryEvent" not in (one.kind, other.kind):
            found.append((one.id, other.id))
    for step in diagram.steps.values():
        if step.process in drawn:
            a, b = drawn[step.id], drawn[step.process]
            if a.x < b.x or a.y < b.y or a.right > b.right or a.bottom > b.bottom:
                found.append((step.id, step.process))
    return found


def loose(content: bytes) -> list[str]:
    """Flows whose lines do not begin or end at their steps."""
    diagram, drawn = boxes(content)
    picture = Picture(Sheet(content), diagram.key)
    found = []
    for flow in diagram.flows:
        points = picture.points(flow.id)
        for (x, y), step in zip((points[0], points[-1]), (flow.source, flow.target), strict=True):
            box = drawn[step]
            if not (box.x - 1 <= x <= box.right + 1 and box.y - 1 <= y <= box.bottom + 1):
                found.append(flow.id)
    return found


def some_edit(outline: Outline, pick: st.DataObject) -> tuple[str, changing.Edit]:
    """Any edit that the page offers, anywhere."""
    entries = [entry.id for entry in outline.entries.values() if isinstance(entry, (Doing, Ways))]
    if not entries:
        return "add", lambda draft: changing.add_step(draft, first_place(outline), "person", "Another", "ann")
    entry = outline.entries[pick.draw(st.sampled_from(entries))]
    place = pick.draw(st.sampled_from(sorted(outline.places)))
    kind = pick.draw(st.sampled_from([*sorted(changing.KINDS), "end", "stop"]))
    how = pick.draw(st.sampled_from(["condition", "parallel", "each"]))
    back = [one.id for one in ways.earlier(outline, place)]
    edits: dict[str, changing.Edit] = {
        "add": lambda draft: changing.add_step(draft, place, kind, "Another", "ann"),
        "up": lambda draft: changing.move(draft, entry.id, "up"),
        "down": lambda draft: changing.move(draft, entry.id, "down"),
        "move": lambda draft: changing.move_to(draft, entry.id, place),
        "remove": lambda draft: changing.remove(draft, entry.id),
        "wrap": lambda draft: changing.wrap(draft, entry.id, how),
    }
    if isinstance(entry, Ways):
        flow = pick.draw(st.sampled_from([way.flow.id for way in entry.ways]))
        edits["way"] = lambda draft: ways.add_way(draft, entry.id)
        edits["less"] = lambda draft: ways.remove_way(draft, entry.id, flow)
    if isinstance(entry, Doing):
        edits["late"] = lambda draft: saying.add_border(draft, entry.id, "P2D", stops=True)
        edits["beside"] = lambda draft: saying.add_border(draft, entry.id, "P2D", stops=False)
    if back:
        target = pick.draw(st.sampled_from(back))
        edits["back"] = lambda draft: ways.go_back(draft, place, target, "rating >= 4")
    name = pick.draw(st.sampled_from(sorted(edits)))
    return f"{name} {entry.id} {place} {kind} {how}", edits[name]


@given(blocks(), st.data())
@settings(max_examples=40, deadline=None)
def test_edits_keep_a_sound_process_sound_and_lose_nothing(block: Block, pick: st.DataObject) -> None:
    content = draw(block)
    for _ in range(3):
        before = read_outline(content)
        words, change = some_edit(before, pick)
        try:
            after = edit(content, change).content
        except CannotBeListed:
            continue
        assert unsound(after) == [], words
        assert crossing(after) == loose(after) == [], words
        outline = read_outline(after)
        assert listed(outline) == sorted(outline.diagram.steps), words
        old, new = said(content), said(after)
        lost = old.keys() - new.keys()
        if words.split()[0] not in ("remove", "less"):
            kinds = {before.diagram.steps[one].kind for one in lost if one in before.diagram.steps}
            assert kinds <= {"exclusiveGateway", "inclusiveGateway", "parallelGateway"}, words
        # The way that is taken otherwise needs no condition any more.
        otherwise = {step.default for step in outline.diagram.steps.values()} if words.startswith("less") else set()
        changed = {one for one in old.keys() & new.keys() - otherwise if old[one] != new[one]}
        assert not changed, words
        content = after


@pytest.mark.parametrize("path", [*DIAGRAMS, SHIPPED], ids=lambda path: path.stem)
def test_every_diagram_can_be_listed_and_listing_changes_nothing(path: Path) -> None:
    content = path.read_bytes()
    outline = read_outline(content)
    inside = {step.id for step in outline.diagram.steps.values() if step.process in hidden(outline)}
    assert listed(outline) == sorted(outline.diagram.steps.keys() - inside)
    # Saying what is said already, and moving a step to where it is, leaves the file as it is, byte for byte.
    for entry in outline.entries.values():
        name = Sheet(content).find(entry.id).get("name", "")
        assert (
            edit(content, partial(saying.set_texts, identifier=entry.id, name=name, documentation=None)).content
            == content
        )
        if isinstance(entry, Doing) and entry.after and entry.id not in {beside.id for beside in outline.scope.beside}:
            same = partial(changing.move_to, identifier=entry.id, place=entry.after.key)
            assert edit(content, same).content == content


def hidden(outline: Outline) -> set[str]:
    """The sub-processes whose inside the list does not show, because they are only drawn, and what is in them."""
    found = {step.id for step in outline.diagram.steps.values() if step.kind in SUB_PROCESSES} - outline.scopes.keys()
    return found | {step.id for step in outline.diagram.steps.values() if step.process in found}


def test_comments_and_foreign_words_stay_where_they_are() -> None:
    content = SHIPPED.read_bytes().replace(
        b'<bpmn:userTask id="manager_review"',
        b'<!-- ask Uma first --><?note keep?><bpmn:userTask xmlns:other="urn:other" other:a="red" id="manager_review"',
    )
    after = edit(
        content, lambda draft: changing.add_step(draft, "after:self_assessment", "person", "Talk", "manager")
    ).content
    assert b"<!-- ask Uma first --><?note keep?><bpmn:userTask" in after
    assert b'other:a="red"' in after
    old, new = content.decode().splitlines(), after.decode().splitlines()
    gone = [line.strip() for line in old if line not in new]
    # What is not written any more is what the new step moved: a few places, and where one flow leads.
    moved = re.compile(r"<(dc:Bounds|di:waypoint|bpmn:sequenceFlow id=.to_manager|bpmn:incoming|rf:set)")
    assert all(moved.match(line) for line in gone), gone


@pytest.mark.parametrize(
    ("diagram", "facts"),
    [
        ("one_by_one", {"for each of", "one by one"}),
        ("loop_after", {"again while"}),
        ("calls", {"runs the process"}),
        ("message_catch", {"waits for"}),
        ("timer_duration", {"waits"}),
        ("business_rule", {"answers"}),
        ("set_values", {"="}),
        ("members", {"for "}),
    ],
)
def test_every_kind_of_step_is_said_in_words(diagram: str, facts: set[str]) -> None:
    outline = read_outline((DIAGRAMS[0].parent / f"{diagram}.bpmn").read_bytes())
    names = {step.id: step.name for step in outline.diagram.steps.values()}
    said = [", ".join(Words().facts(entry, names)) for entry in outline.entries.values() if isinstance(entry, Doing)]
    assert all(any(fact in sentence for sentence in said) for fact in facts), said


LANES = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="d">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:laneSet id="lanes"><bpmn:lane id="hr"><bpmn:flowNodeRef>start</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="end"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="i"><bpmndi:BPMNPlane id="plane" bpmnElement="p">
    <bpmndi:BPMNShape bpmnElement="hr"><dc:Bounds x="0" y="0" width="300" height="200"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="start"><dc:Bounds x="50" y="80" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="end"><dc:Bounds x="200" y="80" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="flow">
      <di:waypoint x="86" y="98"/><di:waypoint x="200" y="98"/></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""


def test_lanes_grow_with_a_step_and_are_never_laid_out_anew() -> None:
    add = partial(changing.add_step, place="on:flow", name="Talk", actor="manager")
    after = edit(LANES, partial(add, kind="person")).content
    assert b"<bpmn:flowNodeRef>talk</bpmn:flowNodeRef>" in after
    assert b'<bpmn:userTask xmlns:rf="urn:reviewflow:bpmn:1" id="talk" name="Talk" rf:actor="manager">' in after
    assert crossing(after) == loose(after) == []
    lane, end = Picture(Sheet(after), "p").box("hr"), boxes(after)[1]["end"]
    assert lane is not None
    assert (lane.y, lane.height, lane.right - end.right) == (0, 200, 300 - 236)
    with pytest.raises(CannotBeListed, match="drawn in lanes"):
        edit(after, partial(add, kind="condition"))


def test_what_shrinks_brings_nothing_over_what_is_drawn_below() -> None:
    content = SHIPPED.read_bytes()
    for step in ("manager_review", "extreme_rating", "confirm_change"):
        after = edit(content, partial(changing.remove, identifier=step)).content
        assert crossing(after) == loose(after) == [], step


GROUP_IN_A_LANE = (
    LANES.replace(
        b'<bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="end"/>',
        b"""<bpmn:subProcess id="group"><bpmn:startEvent id="first"/><bpmn:endEvent id="last"/>
        <bpmn:sequenceFlow id="inside" sourceRef="first" targetRef="last"/></bpmn:subProcess>
        <bpmn:sequenceFlow id="into" sourceRef="start" targetRef="group"/>
        <bpmn:sequenceFlow id="out" sourceRef="group" targetRef="end"/>""",
    )
    .replace(b"</bpmn:lane>", b"</bpmn:lane><bpmn:lane id='it'/><bpmn:lane id='ceo'/>")
    .replace(b'<dc:Bounds x="200" y="80"', b'<dc:Bounds x="440" y="280"')
    .replace(b'width="300"', b'width="500"')
    .replace(
        b"""<bpmndi:BPMNEdge bpmnElement="flow">
      <di:waypoint x="86" y="98"/><di:waypoint x="200" y="98"/></bpmndi:BPMNEdge>""",
        b"""<bpmndi:BPMNShape bpmnElement="it"><dc:Bounds x="0" y="200" width="500" height="200"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="ceo"><dc:Bounds x="0" y="-100" width="500" height="100"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="group" isExpanded="true"><dc:Bounds x="130" y="20" width="260" height="160"/>
    </bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="first"><dc:Bounds x="170" y="80" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape bpmnElement="last"><dc:Bounds x="314" y="80" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge bpmnElement="inside"><di:waypoint x="206" y="98"/><di:waypoint x="314" y="98"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge bpmnElement="into"><di:waypoint x="86" y="98"/><di:waypoint x="130" y="98"/></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge bpmnElement="out"><di:waypoint x="390" y="98"/><di:waypoint x="458" y="98"/>
      <di:waypoint x="458" y="280"/></bpmndi:BPMNEdge>""",
    )
)


def test_lanes_make_room_for_a_group_that_grows_in_one_of_them() -> None:
    add = partial(changing.add_step, place="on:inside", kind="parallel", name="Talk", actor="manager")
    content = edit(GROUP_IN_A_LANE, add).content
    assert crossing(content) == loose(content) == []
    picture = Picture(Sheet(content), "p")
    drawn = {name: picture.box(name) for name in ("ceo", "hr", "it", "group", "end")}
    ceo, hr, it, group, end = (box for box in drawn.values() if box is not None)
    assert (ceo.bottom, hr.bottom) == (hr.y, it.y), "the lanes lie side by side"
    assert (ceo.height, it.height) == (100, 200)
    assert hr.height - 200 == group.height - 160 > 0
    assert hr.contains(group)
    assert it.y <= end.y <= end.bottom <= it.bottom


def test_a_group_for_each_goes_around_a_question_at_which_it_may_end() -> None:
    content = files("bpmn").joinpath("annual_review/annual_review.bpmn").read_bytes()
    asked = edit(content, lambda draft: changing.add_step(draft, "after:acknowledge", "stop", "Ended", ""))
    after = edit(asked.content, lambda draft: changing.wrap(draft, asked.shown, "each")).content
    assert unsound(after) == []


@pytest.mark.parametrize("leaves", ["ends", "goes back"])
def test_what_may_end_or_go_back_is_not_put_beside_other_steps(leaves: str) -> None:
    # Given a question in the shipped review, at which the process may end, or go back
    content, place = files("bpmn").joinpath("annual_review/annual_review.bpmn").read_bytes(), "after:acknowledge"
    asked = edit(
        content,
        lambda draft: (
            changing.add_step(draft, place, "stop", "Ended", "")
            if leaves == "ends"
            else ways.go_back(draft, place, "acknowledge", "rating = 1")
        ),
    )
    # Then no other step waits beside it, which would wait for ever
    with pytest.raises(CannotBeListed, match="none of them can end the process or go back"):
        edit(asked.content, lambda draft: changing.wrap(draft, asked.shown, "parallel"))
