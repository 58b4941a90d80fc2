"""What routing makes of the shipped annual review."""

from pathlib import Path

from engine.diagram import Step, read_diagram
from workflows.routing.conflicts import Stakes
from workflows.routing.resolvers import find_problem

FILE = Path(__file__).parents[3] / "bpmn" / "annual_review" / "annual_review.bpmn"


def people_steps() -> list[Step]:
    steps = read_diagram(FILE.read_bytes(), FILE.name).steps.values()
    return [step for step in steps if step.kind == "userTask"]


def test_every_actor_is_known_and_complete() -> None:
    problems = {
        step.id: find_problem(step.settings.get("actor", ""), step.settings.get("actorArgument", ""))
        for step in people_steps()
    }
    assert len(problems) >= 10
    assert set(problems.values()) == {None}


def test_everybody_told_when_a_step_is_overdue_is_known() -> None:
    told = {step.settings["escalate"] for step in people_steps() if "escalate" in step.settings}

    assert told
    assert {name: find_problem(name, "") for name in told} == dict.fromkeys(told)


def test_the_steps_about_pay_are_recognised() -> None:
    about_pay = {step.id for step in people_steps() if Stakes.of(step, {}).pay}

    assert about_pay == {"propose_reward", "approve_reward", "compensation_check", "executive_signoff"}


def test_the_subject_does_their_own_steps_alone() -> None:
    own = {step.id for step in people_steps() if not Stakes.of(step, {}).decides}

    assert own == {"self_assessment", "acknowledge"}
