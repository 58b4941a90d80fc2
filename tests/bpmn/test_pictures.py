"""Every shipped diagram is drawn as by a careful hand: complete, without overlaps, with right angles."""

from itertools import combinations, pairwise

import pytest
from lxml import etree

from tests.bpmn.package import PACKAGES, Package
from webapp.diagrams import Layout, read_layout
from webapp.diagrams.layout import FLOW_NODES, Shape
from workflows.geometry import Box, Point

pytestmark = pytest.mark.parametrize("package", PACKAGES, ids=str)


@pytest.fixture
def layout(package: Package) -> Layout:
    return read_layout(package.diagram)


def touches(box: Box, point: Point) -> bool:
    """True when the point lies on the border of the box, give or take a pixel."""
    inside = box.grow(-1, -1)
    within = box.grow(1, 1)
    is_within = within.x <= point.x <= within.right and within.y <= point.y <= within.bottom
    return is_within and not (inside.x < point.x < inside.right and inside.y < point.y < inside.bottom)


def find_siblings(layout: Layout) -> list[tuple[Shape, Shape]]:
    """All pairs of shapes in the same sub-process; boundary events belong on their host and are left out."""
    free = [shape for shape in layout.shapes if shape.kind != "boundaryEvent"]
    return [(a, b) for a, b in combinations(free, 2) if a.scope == b.scope]


def test_everything_is_drawn(package: Package, layout: Layout) -> None:
    drawn = {shape.id for shape in layout.shapes} | {edge.id for edge in layout.edges}
    lines = {"sequenceFlow", "association", "textAnnotation"}
    needed = {e.get("id") for e in package.elements() if etree.QName(e).localname in FLOW_NODES | lines}
    assert needed - drawn == set()
    assert drawn - needed == set()


def test_siblings_do_not_overlap(layout: Layout) -> None:
    assert [(a.id, b.id) for a, b in find_siblings(layout) if a.box.grow(4, 4).overlaps(b.box)] == []


def test_steps_lie_inside_their_sub_process(layout: Layout) -> None:
    outside = []
    for shape in layout.shapes:
        around = layout.find(shape.scope) if shape.scope else None
        if around and not around.box.grow(-8, -8).contains(shape.box):
            outside.append(shape.id)
    assert outside == []


def test_boundary_events_sit_on_the_border_of_their_step(layout: Layout) -> None:
    for event in (shape for shape in layout.shapes if shape.kind == "boundaryEvent"):
        host = layout.find(event.host)
        assert host is not None
        assert touches(host.box, event.box.middle), event.id


def test_flows_begin_and_end_at_their_steps(layout: Layout) -> None:
    for edge in (edge for edge in layout.edges if edge.kind == "sequenceFlow"):
        source, target = layout.find(edge.source), layout.find(edge.target)
        assert source is not None
        assert target is not None
        assert touches(source.box, edge.points[0]), edge.id
        assert touches(target.box, edge.points[-1]), edge.id


def test_flows_have_right_angles(layout: Layout) -> None:
    crooked = [
        edge.id for edge in layout.edges for a, b in pairwise(edge.points) if a.x != b.x and a.y != b.y
    ]  # fmt: skip
    assert crooked == []


def test_flows_do_not_run_through_steps(layout: Layout) -> None:
    for edge in layout.edges:
        for start, end in pairwise(edge.points):
            line = Box(min(start.x, end.x), min(start.y, end.y), abs(end.x - start.x), abs(end.y - start.y))
            crossed = [
                shape.id
                for shape in layout.shapes
                if not shape.is_container
                and shape.id not in (edge.source, edge.target)
                and shape.host != edge.source
                and shape.box.grow(-2, -2).overlaps(line.grow(0.5, 0.5))
            ]
            assert crossed == [], edge.id


def test_labels_collide_with_nothing(layout: Layout) -> None:
    labels = [(part.id, part.label) for part in (*layout.shapes, *layout.edges) if part.label]
    solid = [(shape.id, shape.box) for shape in layout.shapes if not shape.is_container]
    on_labels = [(a, b) for (a, first), (b, second) in combinations(labels, 2) if first.overlaps(second)]
    on_steps = [(a, b) for a, label in labels for b, box in solid if label.overlaps(box)]
    assert on_labels == []
    assert on_steps == []


def test_named_events_choices_and_answers_have_room_for_their_label(layout: Layout) -> None:
    bare = [shape for shape in layout.shapes if shape.kind.endswith(("Event", "Gateway")) and shape.name]
    assert [shape.id for shape in bare if shape.label is None] == []
    assert [edge.id for edge in layout.edges if edge.name and edge.label is None] == []


def test_inside_a_phase_the_flow_goes_from_left_to_right(layout: Layout) -> None:
    """Only a wrapped row and what is sent back may lead to the left."""
    backward = []
    for edge in layout.edges:
        source, target = layout.find(edge.source), layout.find(edge.target)
        if edge.kind == "sequenceFlow" and source and target and source.box.middle.x > target.box.middle.x + 1:
            backward.append(edge.id)
    flows = sum(edge.kind == "sequenceFlow" for edge in layout.edges)
    assert len(backward) <= flows // 10, backward
