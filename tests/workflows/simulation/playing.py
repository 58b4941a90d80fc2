"""Dry runs of the small company, and of tiny processes of a test's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import pairwise
from typing import Any

from engine.database import SessionFactory, transaction
from engine.packages import read_package
from tests.engine.pictures import with_pictures
from tests.workflows.people.cast import Cells, bring_people, bring_units
from tests.workflows.small_cycle import EVERYBODY, PERIOD, empty_database, team
from workflows.people.accounts import create_account
from workflows.simulation.assumptions import read_assumptions
from workflows.simulation.dry_run import Plan, play_dry_run
from workflows.simulation.report import Problem, Report

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
ANNUAL_REVIEW = read_package(files("bpmn") / "annual_review")
PROMPT: dict[str, Any] = {
    "no_rating": 0,
    "ratings": [0, 0, 1, 0, 0],
    "work": {"minutes": [10, 10, 10], "begins": [0, 0, 0], "late": 0, "never": 0, "changed_ratings": 0},
    "own_work": {"minutes": [10, 10, 10], "begins": [0, 0, 0], "late": 0, "never": 0},
    "steps": {
        "propose_reward": {"choices": {"kind": {"none": 1}}},
        "second_approval": {"choices": {"outcome": {"approve": 1}}},
    },
}
"""Everybody does everything at once, in ten minutes; everybody is rated 3, and nobody gets a reward."""


@contextmanager
def company(
    url: str = "sqlite://", people: list[Cells] | None = None, hr: tuple[str, ...] = ("hugo", "rita")
) -> Iterator[SessionFactory]:
    """The small company, before any cycle; HR has accounts."""
    with empty_database(url) as factory:
        with transaction(factory) as session:
            bring_units(session)
            assert bring_people(session, people or team()).is_valid
            for who in hr:
                create_account(session, who, password="corvid lantern plough", now=MONDAY, roles=["hr"])
        yield factory


def plan(package: dict[str, bytes] | None = None, **assumed: Any) -> Plan:
    """The cycle of the small company; `assumed` goes over what is PROMPT."""
    prompt = PROMPT if package is None else {name: value for name, value in PROMPT.items() if name != "steps"}
    return Plan(
        name="Annual review 2026",
        period=PERIOD,
        by="hugo",
        files=package or ANNUAL_REVIEW,
        selection=EVERYBODY,
        assumptions=read_assumptions(assumed, read_assumptions(prompt)),
    )


def play(factory: SessionFactory, package: dict[str, bytes] | None = None, **assumed: Any) -> Report:
    """Play the cycle, launched on a Monday morning."""
    return play_dry_run(factory, plan(package, **assumed), MONDAY)


def problem(report: Report, kind: str, step: str = "") -> Problem:
    """The one problem of a kind, at a step."""
    [found] = [one for one in report.problems if one.kind == kind and (not step or one.step == step)]
    return found


def about(found: Problem, person: str) -> str:
    """What a problem says about somebody."""
    [text] = [one.text for one in found.people if one.id == person]
    return text


def day(text: str) -> date:
    """A day of 2026 or 2027, for instance "11-25"."""
    return date.fromisoformat(f"{'2027' if text < '06' else '2026'}-{text}")


def one_step(actor: str = "manager", extra: str = "") -> dict[str, bytes]:
    """A process in which every participant has one step, done by `actor`."""
    drawn = {
        "one_step.bpmn": f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1" id="d">
  <bpmn:process id="one_step" name="One step" isExecutable="true">
    <bpmn:startEvent id="launched" />
    <bpmn:sequenceFlow id="f1" sourceRef="launched" targetRef="everybody" />
    <bpmn:subProcess id="everybody" name="Everybody">
      <bpmn:multiInstanceLoopCharacteristics rf:over="participants" rf:closes="case" />
      <bpmn:startEvent id="begun" />
      <bpmn:sequenceFlow id="f2" sourceRef="begun" targetRef="look" />
      <bpmn:userTask id="look" name="Look at it" rf:actor="{actor}" rf:due="P3D" {extra} />
      <bpmn:sequenceFlow id="f3" sourceRef="look" targetRef="looked" />
      <bpmn:endEvent id="looked" />
    </bpmn:subProcess>
    <bpmn:sequenceFlow id="f4" sourceRef="everybody" targetRef="over" />
    <bpmn:endEvent id="over" />
  </bpmn:process>
</bpmn:definitions>""".encode()
    }
    return with_pictures(drawn)


def inside(steps: str) -> dict[str, bytes]:
    """A process in which every participant goes through these steps, one after the other."""
    ids = [
        "begun",
        *re.findall(r'<bpmn:\w*(?:Task|Activity|CatchEvent) id="(\w+)"', steps),
        "looked",
    ]
    flows = "".join(
        f'<bpmn:sequenceFlow id="to_{after}" sourceRef="{before}" targetRef="{after}" />'
        for before, after in pairwise(ids)
    )
    xml = one_step()["one_step.bpmn"].decode()
    begin, end = '<bpmn:startEvent id="begun" />', '<bpmn:endEvent id="looked" />'
    xml = f"{xml[: xml.index(begin)]}{begin}{steps}{flows}{xml[xml.index(end) :]}"
    names = '<bpmn:message id="go_ahead" name="go ahead" /><bpmn:signal id="ahead" name="go ahead" />'
    xml = re.sub(r"<di:BPMNDiagram.*</di:BPMNDiagram>", "", xml, flags=re.DOTALL)
    return with_pictures({"one_step.bpmn": xml.replace("<bpmn:process", f"{names}<bpmn:process", 1).encode()})
