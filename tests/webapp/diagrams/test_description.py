"""The picture in words, for those who do not look at it."""

from pathlib import Path

import pytest
from lxml import html

from bpmn import __path__ as library
from webapp.diagrams import Layout, Mark, describe, read_layout

ANNUAL_REVIEW = (Path(library[0]) / "annual_review" / "annual_review.bpmn").read_bytes()
EVERY_ELEMENT = Path(__file__).with_name("every_element.bpmn").read_bytes()


@pytest.fixture(scope="module")
def review() -> Layout:
    return read_layout(ANNUAL_REVIEW)


def steps(layout: Layout, marks: dict[str, Mark]) -> list[str]:
    """The text of each line, without that of the lists inside of it."""
    root = html.fromstring(str(describe(layout, marks)))
    return [" ".join("".join(item.xpath("text() | span/text()")).split()) for item in root.iter("li")]


def test_the_steps_come_in_the_order_of_the_flow(review: Layout) -> None:
    told = steps(review, {})
    order = ["Self-assessment", "Manager review", "Second-level approval", "Calibration session", "Release the results"]
    assert [step for step in told if step in order] == order


def test_the_steps_of_a_sub_process_are_a_list_inside_of_it(review: Layout) -> None:
    root = html.fromstring(str(describe(review, {})))
    assert root.xpath("./li/ol/li/ol/li[starts-with(normalize-space(), 'Adapt the narrative')]")


def test_a_phase_that_repeats_says_for_whom(review: Layout) -> None:
    assert "Calibrate the ratings (repeated for calibration groups)" in steps(review, {})


def test_a_loop_and_a_call_say_what_they_are() -> None:
    told = steps(read_layout(EVERY_ELEMENT), {})
    assert {"looped (again and again)", "callActivity (another process)"} <= set(told)


def test_what_happens_when_time_runs_out_follows_its_step(review: Layout) -> None:
    told = steps(review, {})
    at = told.index("Self-assessment")
    assert told[at + 1 : at + 4] == ["No self-assessment in time", "Skip the self-assessment", "Manager review"]


def test_questions_carry_their_answers_and_joining_paths_are_left_out(review: Layout) -> None:
    told = steps(review, {})
    assert "Lowest or highest rating? Yes / No" in told
    assert not [step for step in told if step.startswith(("Ready for the manager", "All heard"))]


def test_the_current_step_is_marked_for_screen_readers(review: Layout) -> None:
    root = html.fromstring(
        str(describe(review, {"manager_review": Mark(here=True), "release": Mark(waiting=2, late=1)}))
    )
    (current,) = root.xpath("//li[@aria-current='step']")
    assert current.text_content() == "Manager review you are here"
    assert root.xpath("//li[contains(., 'Release the results 2 waiting, 1 late')]")


def test_a_hostile_name_stays_text() -> None:
    layout = read_layout(ANNUAL_REVIEW.replace(b'name="Manager review"', b'name="&lt;img src=x onerror=alert(1)&gt;"'))
    assert not html.fromstring(str(describe(layout, {}))).xpath("//img")
