"""What a diagram says of its steps without running: whether one comes in any case."""

import pytest

from engine.diagram import read_diagram
from engine.graph import Graph
from tests.engine.drawing import deadline, draw, element, person, sub

WHICH, SPLIT, JOIN = (
    element("exclusiveGateway", "which"),
    element("parallelGateway", "split"),
    element("parallelGateway", "join"),
)
A, B, C = person("a"), person("b"), person("c")


@pytest.mark.parametrize(
    ("flows", "drawn", "comes"),
    [
        ("start > a > b > end", (), True),
        ("start > b > a > end", (), False),
        ("start > a > which > b > end; which [more] > end_no", (WHICH,), False),
        ("start > a > which > c > b > end; which [more] > b", (WHICH, C), True),
        ("start > which > a > end; which [more] > b > end_b", (WHICH,), False),
        ("start > split > a > join > end; split > b > join", (SPLIT, JOIN), True),
        ("start > split > a > join > end; split > which > b > join; which [more] > join", (SPLIT, JOIN, WHICH), False),
        ("start > a > split > b > join > end; split > c > join", (SPLIT, JOIN, C), True),
        ("start > a > c > b > end; late > end_late", (C, deadline("late", "c", "P3D")), False),
        ("start > a > b > end; late > b", (deadline("late", "a", "P3D"),), True),
        ("start > a > b > end; late > end_late", (deadline("late", "b", "P3D"),), True),
        ("start > c > which > a > b > end; which [more] > end_no", (WHICH, C), True),
    ],
    ids=[
        "ahead",
        "behind",
        "only by a condition",
        "whichever way is taken",
        "on the other way",
        "in the branch beside",
        "in the branch beside, by a condition",
        "in one of the branches ahead",
        "unless a deadline passes",
        "also when a deadline passes",
        "with a deadline of its own",
        "past the condition",
    ],
)
def test_a_step_comes_surely_where_no_way_leads_past_it(flows: str, drawn: tuple[str, ...], *, comes: bool) -> None:
    assert comes_surely(flows, A, B, *drawn) == comes


@pytest.mark.parametrize(
    ("flows", "over", "comes"),
    [
        ("start_in > b > end_in", "", True),
        ("start_in > which > b > end_in; which [more] > end_no", "", False),
        ("start_in > b > end_in", "team", False),
    ],
    ids=["in any case", "by a condition", "for each of some"],
)
def test_also_into_a_sub_process(flows: str, over: str, *, comes: bool) -> None:
    inner = (B, WHICH) if "which" in flows else (B,)
    assert comes_surely("start > a > inner > end", A, sub("inner", flows, *inner, over=over)) == comes


@pytest.mark.parametrize("over", ["", "team"], ids=["once", "for each of some"])
def test_and_out_of_one(over: str) -> None:
    inner = sub("inner", "start_in > a > end_in", A, over=over)
    assert comes_surely("start > inner > b > end", inner, B)


def comes_surely(flows: str, *drawn: str) -> bool:
    """Whether “b” comes in any case while a token is at “a”."""
    diagram = read_diagram(draw(flows, *drawn)["review.bpmn"], "review.bpmn")
    return Graph(diagram).comes_surely("b", "a")
