"""R15: somebody who has several roles in a case contributes once in each, or in the role that comes first."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from engine import instances, jobs, program_for, tasks
from engine.database import SessionFactory, transaction
from engine.definitions import deploy
from engine.diagram import Step
from engine.models import HistoryEntry, Incident, Task
from tests.engine.pictures import with_pictures
from tests.workflows.routing.cast import CAST, NOW, TODAY, UNITS, bring, sign_up, user_step
from tests.workflows.routing.diagrams import draw, publish
from tests.workflows.small_cycle import counted
from workflows.cases.trail import trail_of
from workflows.installing import install
from workflows.notifications.models import Notification
from workflows.people.models import DottedLine
from workflows.routing.contributing import begin

ASK_MEMBER = user_step("peer_feedback", "member")
ASK_DOTTED = user_step("second_view", "dotted-line manager")
WRITE = user_step("review", "manager")


@pytest.fixture
def company(factory: SessionFactory) -> Iterator[SessionFactory]:
    """Ann reports to Ben, and by a dotted line to Ben, too."""
    install()
    with transaction(factory) as session:
        bring(session, CAST, UNITS)
        session.add(DottedLine(person_id="ann", manager_id="ben", valid_from=TODAY))
        sign_up(session, "hugo", "hr")
    return factory


def play(
    factory: SessionFactory, *steps: Step, rule: str, person: str = "ben", passing: str = ""
) -> list[tuple[str, str | None, str]]:
    """A case about Ann in which everybody does what they are asked, and what became of each task.

    `passing` is a step that the case goes past: a gateway leads on to the next one.
    """
    with transaction(factory) as session:
        drawn = {"a_case.bpmn": go_past(draw(steps).decode(), passing).encode()}
        definition = deploy(session, with_pictures(drawn), by=None, now=NOW)
        variables = {"on_roles": rule, "person": person}
        instances.start(session, definition, name="Case", by="hugo", now=NOW, subject="ann", variables=variables)
    work(factory, NOW)
    while waiting := tasks_in(factory, "open"):
        with transaction(factory) as session:
            for task in waiting:
                tasks.complete(session, task.id, by=task.assignee or "hugo", now=NOW, answers={"outcome": "approve"})
        work(factory, NOW)
    return [(task.step, task.assignee, task.state) for task in tasks_in(factory)]


def go_past(drawn: str, step: str) -> str:
    """The diagram with a gateway before a step that leads to the one after it."""
    if not step:
        return drawn
    [after] = re.findall(f'sourceRef="{step}" targetRef="(.*?)"', drawn)
    gateway = (
        f'<bpmn:exclusiveGateway id="which" name="Which way?" default="past"/>'
        f'<bpmn:sequenceFlow id="past" sourceRef="which" targetRef="{after}"/>'
        f'<bpmn:sequenceFlow id="taken" name="Never" sourceRef="which" targetRef="{step}">'
        "<bpmn:conditionExpression>false</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    return drawn.replace(f'targetRef="{step}"', 'targetRef="which"').replace(
        "<bpmn:endEvent", f"{gateway}<bpmn:endEvent"
    )


def work(factory: SessionFactory, now: datetime) -> None:
    while jobs.drain(factory, now=lambda: now, seconds=30):
        pass
    with factory() as session:
        assert [incident.problem for incident in session.scalars(select(Incident))] == []


def tasks_in(factory: SessionFactory, *states: str) -> list[Task]:
    with factory() as session:
        found = session.scalars(select(Task).order_by(Task.id))
        return [task for task in found if not states or task.state in states]


def test_r15_contributes_once_in_each_role_by_default(company: SessionFactory) -> None:
    assert play(company, ASK_MEMBER, WRITE, ASK_DOTTED, rule="each") == [
        ("peer_feedback", "ben", "completed"),
        ("review", "ben", "completed"),
        ("second_view", "ben", "completed"),
    ]


def test_r15_contributes_once_in_the_role_that_comes_first_wherever_it_is_drawn(company: SessionFactory) -> None:
    played = play(company, ASK_MEMBER, WRITE, ASK_DOTTED, rule="first role")

    assert played == [
        ("peer_feedback", "ben", "cancelled"),
        ("review", "ben", "completed"),
        ("second_view", "ben", "cancelled"),
    ]
    reason = "Ben contributes at “Review” as their manager, and in this cycle everybody contributes in one role."
    with company() as session:
        passed = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "step_passed_over"))
        assert [entry.detail["reason"] for entry in passed] == [reason, reason]
        told = session.scalars(select(Notification.text).where(Notification.person_id == "ben")).all()
    assert "“Second view” is not asked of you: you contribute at “Review”." in told


def test_r15_says_so_on_the_way_of_the_case(company: SessionFactory) -> None:
    play(company, ASK_MEMBER, WRITE, rule="first role")

    with company() as session:
        task = session.scalars(select(Task).where(Task.step == "review")).one()
        [turn] = trail_of(session, task, program_for(session, task.definition_id)).turns
    assert (turn.name, turn.what) == ("Peer feedback", "went on without an answer")
    assert turn.reason.startswith("Ben contributes at “Review” as their manager")


def test_r15_leaves_others_their_contribution(company: SessionFactory) -> None:
    assert play(company, ASK_MEMBER, WRITE, rule="first role", person="nina") == [
        ("peer_feedback", "nina", "completed"),
        ("review", "ben", "completed"),
    ]


def test_r15_contributes_where_the_role_that_comes_first_was_never_asked(company: SessionFactory) -> None:
    assert play(company, WRITE, ASK_MEMBER, rule="first role", passing="review") == [
        ("peer_feedback", "ben", "completed")
    ]


def test_r15_contributes_where_only_a_condition_leads_to_the_role_that_comes_first(company: SessionFactory) -> None:
    assert play(company, ASK_MEMBER, WRITE, rule="first role", passing="review") == [
        ("peer_feedback", "ben", "completed")
    ]


def test_r15_asks_once_for_the_rules_of_many_cases(company: SessionFactory) -> None:
    with transaction(company) as session:
        definition = publish(session, ASK_MEMBER, WRITE)
        for who in ("ann", "carl", "nina"):
            variables = {"on_roles": "first role", "person": "ben"}
            instances.start(session, definition, name="Case", by="hugo", now=NOW, subject=who, variables=variables)
    rows = [
        {name: getattr(task, name) for name in ("assignee", "subject", "definition_id", "step", "instance_id", "token")}
        for task in tasks_in(company, "open")
    ]
    with transaction(company) as session, counted(company) as sent:
        begin(session, rows, NOW)
    assert sum("FROM instance" in one for one in sent) == 1, sent


def test_r15_has_the_same_role_twice_without_losing_a_step(company: SessionFactory) -> None:
    again = user_step("development_plan", "manager")

    assert [state for *_, state in play(company, WRITE, again, rule="first role")] == ["completed", "completed"]


def test_r15_never_passes_over_what_approves_or_decides_on_pay(company: SessionFactory) -> None:
    reward = user_step("reward", "dotted-line manager")
    check = user_step("check", "dotted-line manager", fourEyes="true")

    played = play(company, reward, WRITE, rule="first role")
    assert [state for *_, state in played] == ["completed", "completed"]

    played = play(company, check, WRITE, rule="first role")
    assert [state for *_, state in played[2:]] == ["completed", "completed"]
