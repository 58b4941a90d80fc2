"""Whether a step that is come to again is done once more, or in a round of its own."""

import pytest

from engine.rounds import comes_in_rounds
from engine.spiff import compile_program
from tests.engine.drawing import deadline, draw, element, message, person, sub, timer

AGAIN, ENOUGH = element("exclusiveGateway", "again"), element("exclusiveGateway", "enough")
LOOP = '<bpmn:standardLoopCharacteristics loopMaximum="3" />'
BACK = "enough [more] > again"
REVIEW = f"start > again > write > check > enough > end; {BACK}"


def rounds(package: dict[str, bytes], step: str = "write", process: str = "review") -> bool:
    return comes_in_rounds(compile_program(package).diagram, step, process)


def test_what_leads_back_at_once_asks_for_the_same_once_more() -> None:
    assert not rounds(draw(REVIEW, AGAIN, ENOUGH, person("write"), person("check")))


@pytest.mark.parametrize("check", ["serviceTask", "scriptTask"])
def test_a_machine_on_the_way_is_no_wait(check: str) -> None:
    script = "<bpmn:script>told = true</bpmn:script>" if check == "scriptTask" else ""
    drawn = element(check, "check", inside=script, **({} if script else {"handler": "tests.tell"}))
    assert not rounds(draw(REVIEW, AGAIN, ENOUGH, person("write"), drawn))


@pytest.mark.parametrize("check", [timer("check", "P14D"), message("check")], ids=["time", "message"])
def test_what_waits_on_its_way_back_comes_in_rounds(check: str) -> None:
    assert rounds(draw(REVIEW, AGAIN, ENOUGH, person("write"), check))


def test_so_does_what_comes_back_at_once_or_after_a_wait() -> None:
    flows = f"start > again > write > check > good [no] > again; good > wait > enough > end; {BACK}"
    good = element("exclusiveGateway", "good")
    assert rounds(draw(flows, AGAIN, ENOUGH, good, person("write"), person("check"), timer("wait", "P14D")))


def test_a_wait_elsewhere_and_a_deadline_on_the_border_are_on_no_way_back() -> None:
    flows = f"start > first > again > write > check > enough > then > end; {BACK}; late > again; aside > end_aside"
    events = deadline("late", "check", "P5D"), deadline("aside", "write", "P1D", aside=True)
    waits = timer("first", "P1D"), timer("then", "P1D")
    assert not rounds(draw(flows, AGAIN, ENOUGH, person("write"), person("check"), *waits, *events))


def test_a_step_with_a_loop_marker_and_all_inside_of_one_comes_in_rounds() -> None:
    assert rounds(draw("start > write > end", element("userTask", "write", inside=LOOP, actor="ann")))
    inside = sub("part", "start_in > write > end_in", person("write"))
    assert not rounds(draw("start > part > end", inside))
    assert rounds(draw("start > part > end", inside.replace(">", f">{LOOP}", 1)))


def test_a_way_back_around_a_sub_process_counts_and_one_around_members_does_not() -> None:
    """Each member is an instance of its own: there its steps are come to for the first time."""
    around = "start > again > part > wait > enough > end; enough [more] > again"
    once = sub("part", "start_in > write > end_in", person("write"))
    assert rounds(draw(around, AGAIN, ENOUGH, once, timer("wait", "P90D")))
    each = sub("part", "start_in > write > end_in", person("write"), over="team")
    assert not rounds(draw(around, AGAIN, ENOUGH, each, timer("wait", "P90D")), process="part")
