"""The picture: everything in the file is in it, marks are said in more than colour, names cannot break out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bpmn import __path__ as library
from engine.errors import InvalidDiagram, Rejection
from webapp.diagrams import Layout, Mark, draw, read_layout, render

EVERY_ELEMENT = Path(__file__).with_name("every_element.bpmn").read_bytes()
ANNUAL_REVIEW = (Path(library[0]) / "annual_review" / "annual_review.bpmn").read_bytes()
SVG = "{http://www.w3.org/2000/svg}"

names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1
)


@pytest.fixture(scope="module")
def everything() -> Layout:
    return read_layout(EVERY_ELEMENT)


@pytest.fixture(scope="module")
def review() -> Layout:
    return read_layout(ANNUAL_REVIEW)


def parse(svg: str) -> etree._Element:
    """The drawing as a tree; fails when it is not well-formed."""
    return etree.fromstring(svg)


def group(root: etree._Element, element: str) -> etree._Element:
    (found,) = root.xpath("//*[@data-element=$id]", id=element)
    return found


def classes(root: etree._Element, element: str) -> set[str]:
    return set(group(root, element).get("class", "").split())


def words(element: etree._Element) -> str:
    return " ".join("".join(span.itertext()) for span in element.iter(f"{SVG}tspan"))


def badges(root: etree._Element) -> list[str]:
    return [
        g.get("class", "").removeprefix("diagram-badge ") for g in root.iter(f"{SVG}g") if "badge" in g.get("class", "")
    ]


def make(name: str, x: str = "0") -> bytes:
    """A file with one task."""
    root = etree.fromstring(EVERY_ELEMENT)
    for element in root.iter("{*}task"):
        if element.get("id") == "task_1":
            element.set("name", name)
    for shape in root.iter("{*}BPMNShape"):
        if shape.get("bpmnElement") == "task_1":
            shape[0].set("x", x)
    return etree.tostring(root)


def test_every_element_of_the_file_is_drawn_once(everything: Layout) -> None:
    root = parse(render(everything, {}, title="Everything"))
    drawn = [g.get("data-element") for g in root.iter(f"{SVG}g") if g.get("data-element")]
    expected = [
        shape.get("bpmnElement")
        for tag in ("BPMNShape", "BPMNEdge")
        for shape in etree.fromstring(EVERY_ELEMENT).iter(f"{{*}}{tag}")
    ]
    assert sorted(drawn) == sorted(expected)


@pytest.mark.parametrize(
    ("element", "signs"),
    [
        ("userTask_1", 1),
        ("task_1", 0),
        ("startEvent_timer", 2),
        ("endEvent_terminate", 1),
        ("parallelGateway_1", 1),
        ("collapsed", 3),
        ("looped", 4),
    ],
)
def test_elements_carry_the_signs_of_their_kind(everything: Layout, element: str, signs: int) -> None:
    drawn = group(parse(render(everything, {}, title="Everything")), element)
    paths = [
        path
        for path in drawn.iter(f"{SVG}path")
        if "sign" in path.get("class", "") or "detail" in path.get("class", "")
    ]
    assert len(paths) == signs


def test_what_throws_is_filled_and_what_catches_is_not(everything: Layout) -> None:
    root = parse(render(everything, {}, title="Everything"))
    thrown = group(root, "intermediateThrowEvent_message").xpath(".//*[contains(@class, 'is-solid')]")
    caught = group(root, "intermediateCatchEvent_message").xpath(".//*[contains(@class, 'is-solid')]")
    assert thrown
    assert not caught


def test_events_that_do_not_interrupt_are_dashed(everything: Layout) -> None:
    root = parse(render(everything, {}, title="Everything"))
    assert group(root, "on_message").xpath(".//*[contains(@class, 'is-dashed')]")
    assert not group(root, "on_timer").xpath(".//*[contains(@class, 'is-dashed')]")


def test_default_and_conditional_flows_show_it_at_their_start(everything: Layout) -> None:
    root = parse(render(everything, {}, title="Everything"))
    assert group(root, "flow_conditional").xpath("./*[local-name()='polygon']")
    assert len(group(root, "flow_default").xpath("./*[contains(@class, 'diagram-line')]")) == 2


def test_a_long_name_stays_within_its_box(everything: Layout) -> None:
    drawn = group(parse(render(everything, {}, title="Everything")), "conditional_source")
    heights = [float(span.get("y", "0")) for span in drawn.iter(f"{SVG}tspan")]
    box = everything.find("conditional_source")
    assert box is not None
    assert words(drawn).endswith("\u2026")
    assert box.box.y < min(heights) - 10
    assert max(heights) < box.box.bottom


def test_the_picture_has_a_title_and_says_in_words_what_its_marks_say(review: Layout) -> None:
    marks = {"self_assessment": Mark(done=True), "manager_review": Mark(here=True), "release": Mark(waiting=3, late=1)}
    root = parse(render(review, marks, title="Ann's review"))
    said = {element.get("id"): element.text for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")}
    assert said[root.get("aria-labelledby", "")] == "Ann's review"
    assert said[root.get("aria-describedby", "")] == (
        "Self-assessment: done. Manager review: you are here. Release the results: 3 waiting, 1 late"
    )
    assert root.get("role") == "img"


def test_a_mark_is_more_than_a_colour(review: Layout) -> None:
    marks = {"self_assessment": Mark(done=True), "manager_review": Mark(here=True), "release": Mark(waiting=3, late=1)}
    root = parse(render(review, marks, title="Review"))
    assert sorted(badges(root)) == ["is-check", "is-late", "is-pin", "is-waiting"]
    assert "is-here" in classes(root, "manager_review")
    assert "is-done" in classes(root, "self_assessment")


def test_without_marks_nothing_is_marked(review: Layout) -> None:
    root = parse(render(review, {}, title="Review"))
    assert badges(root) == []
    assert (
        root.xpath("//*[contains(@class, 'is-here') or contains(@class, 'is-done') or contains(@class, 'is-heat')]")
        == []
    )


def test_the_busiest_step_is_the_warmest(review: Layout) -> None:
    marks = {"self_assessment": Mark(waiting=400), "manager_review": Mark(waiting=101), "acknowledge": Mark(waiting=1)}
    root = parse(render(review, marks, title="Review"))
    assert "is-heat-4" in classes(root, "self_assessment")
    assert "is-heat-2" in classes(root, "manager_review")
    assert "is-heat-1" in classes(root, "acknowledge")


def test_the_way_a_case_took_can_be_marked(review: Layout) -> None:
    assert "is-done" in classes(parse(render(review, {"self_submitted": Mark(done=True)}, title="R")), "self_submitted")


def test_marks_of_elements_that_are_not_drawn_are_ignored(review: Layout) -> None:
    assert render(review, {"gone": Mark(here=True, waiting=7)}, title="Review") == render(review, {}, title="Review")


@given(name=names, title=names)
def test_no_name_and_no_title_can_break_out_of_the_picture(name: str, title: str) -> None:
    root = parse(draw(make(name), marks={"task_1": Mark(here=True)}, title=title))
    assert root.findtext(f"{SVG}title") == title
    assert {etree.QName(element).localname for element in root.iter()} <= {
        "svg", "title", "desc", "g", "rect", "circle", "path", "polygon", "text", "tspan",
    }  # fmt: skip


def test_markup_in_a_name_is_shown_as_text() -> None:
    root = parse(draw(make("<script>"), marks={}, title="x"))
    assert words(group(root, "task_1")) == "<script>"


def test_the_cropped_picture_is_as_wide_as_a_phone_and_holds_the_step(review: Layout) -> None:
    for shape in review.shapes:
        if shape.is_container:
            continue
        root = parse(render(review, {}, title="Review", focus=shape.id))
        left, top, width, height = map(float, root.get("viewBox", "").split())
        assert width <= 360
        assert left <= shape.box.x
        assert shape.box.right <= left + width
        assert top <= shape.box.y
        assert shape.box.bottom <= top + height
        assert group(root, shape.id) is not None


def test_the_cropped_picture_leaves_out_what_is_far_away(review: Layout) -> None:
    cropped = render(review, {}, title="Review", focus="executive_signoff")
    assert len(cropped) < len(render(review, {}, title="Review")) / 3
    assert "self_assessment" not in cropped
    assert "Conclude the review" in words(parse(cropped))


def test_focus_on_something_that_is_not_drawn_shows_everything(review: Layout) -> None:
    assert render(review, {}, title="Review", focus="gone") == render(review, {}, title="Review")


def test_the_same_file_gives_the_same_layout_so_that_it_can_be_kept(review: Layout) -> None:
    assert read_layout(ANNUAL_REVIEW) == review
    assert hash(read_layout(ANNUAL_REVIEW)) == hash(review)


def test_a_file_without_a_picture_is_refused_with_what_to_do() -> None:
    bare = EVERY_ELEMENT.split(b"<bpmndi:BPMNDiagram")[0] + b"</bpmn:definitions>"
    with pytest.raises(InvalidDiagram, match=r"no picture\. Open it in the designer"):
        read_layout(bare)


@pytest.mark.parametrize("x", ["NaN", "inf", "1e300", "left"])
def test_a_shape_without_a_usable_place_is_refused_by_name(x: str) -> None:
    with pytest.raises(InvalidDiagram, match="task_1: Its picture has no usable x"):
        read_layout(make("Task", x))


def test_a_file_with_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>' + EVERY_ELEMENT.split(b"?>", 1)[1]
    with pytest.raises(Rejection, match="DOCTYPE"):
        read_layout(bomb)
