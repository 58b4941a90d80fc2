"""Stories of following a cycle: what is open, late, done, stuck or went on without somebody."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import BPMN, Graph, compile_program, read_package
from engine.database import transaction
from engine.models import Instance, Task
from engine.tasks import reassign
from tests.workflows.people.cast import UNITS, bring_units
from tests.workflows.small_cycle import SmallCycle, counted
from workflows.cycles.models import Cycle
from workflows.cycles.overview import count_unit_work, summarise_cycles
from workflows.cycles.participants import WaitingTask, find_open_tasks
from workflows.cycles.progress import CycleProgress, StepProgress, progress_of
from workflows.cycles.stoppages import find_stoppages

STEPS = 11
"""The steps of people after the first one."""


def progress(cycle: SmallCycle) -> CycleProgress:
    with cycle.factory() as session:
        return progress_of(session, _cycle(session, cycle), cycle.now)


def _cycle(session: Session, cycle: SmallCycle) -> Cycle:
    return session.scalars(select(Cycle).where(Cycle.instance_id == cycle.root)).one()


def step(cycle: SmallCycle, name: str) -> tuple[int, int, int, int]:
    """Open, overdue, completed and cancelled tasks of a step."""
    (found,) = (one for one in progress(cycle).steps if one.step == name)
    return (found.open, found.overdue, found.completed, found.cancelled)


def overdue(cycle: SmallCycle) -> Sequence[WaitingTask]:
    """The overdue tasks as Hugo, who is in HR and takes part himself, sees them."""
    with cycle.factory() as session:
        return find_open_tasks(session, _cycle(session, cycle), viewer="hugo", overdue_at=cycle.now, limit=100).rows


def test_after_the_launch_everybody_is_at_the_first_step(stored_cycle: SmallCycle) -> None:
    seen = progress(stored_cycle)
    assert (seen.cases, seen.closed) == (8, 0)
    assert seen.steps[0] == StepProgress("self_assessment", "Self-assessment", 8, 0, 0, 0, timedelta())
    with stored_cycle.factory() as session:
        hers = progress_of(session, _cycle(session, stored_cycle), stored_cycle.now, viewer="ann")
    assert (hers.cases, hers.takes_part, seen.takes_part) == (7, True, False)
    # Every step of the diagram is there, also those that nobody has come to.
    assert len(seen.steps) == STEPS + 1
    assert all(one.total == 0 for one in seen.steps[1:])
    assert [(unit.name, unit.cases, unit.closed) for unit in seen.units] == [
        ("Engineering", 4, 0),
        ("The company", 4, 0),
    ]
    assert [(fan_out.step, fan_out.total, fan_out.done) for fan_out in seen.fan_outs] == [("write_review", 8, 0)]


def test_units_have_the_names_of_today(stored_cycle: SmallCycle) -> None:
    """A unit is called otherwise from next month on."""
    later = stored_cycle.now + timedelta(days=30)
    renamed = [{**unit, "name": "Product" if unit["org_unit"] == "DIVISION" else unit["name"]} for unit in UNITS]
    with transaction(stored_cycle.factory) as session:
        bring_units(session, renamed, on=later.date())
    with stored_cycle.factory() as session:
        seen = [progress_of(session, _cycle(session, stored_cycle), now).units for now in (stored_cycle.now, later)]
    assert [{unit.name for unit in units} for units in seen] == [
        {"Engineering", "The company"},
        {"Product", "The company"},
    ]


def test_steps_come_in_the_order_of_the_flow_whatever_that_of_the_file() -> None:
    package = read_package(files("bpmn") / "annual_review")
    drawing = etree.fromstring(package["annual_review.bpmn"])
    for process in drawing.iter(f"{{{BPMN}}}process", f"{{{BPMN}}}subProcess"):
        process[:] = reversed(process)
    program = compile_program(package | {"annual_review.bpmn": etree.tostring(drawing)})

    names = [step.name for step in Graph(program.diagram).in_order() if step.kind == "userTask"]

    assert names[:4] == ["Self-assessment", "Manager review", "Second-level approval", "Calibration session"]


def test_a_step_becomes_overdue_and_then_goes_on_without_its_task(stored_cycle: SmallCycle) -> None:
    # Given that nobody writes a self-assessment
    stored_cycle.travel(days=14)
    assert step(stored_cycle, "self_assessment") == (8, 0, 0, 0)
    # When its day is over, then all of them are late
    stored_cycle.travel(days=2)
    assert step(stored_cycle, "self_assessment") == (8, 8, 0, 0)
    # And when the diagram waits no longer, then the managers have their turn.
    stored_cycle.travel(days=6)
    assert step(stored_cycle, "self_assessment") == (0, 0, 0, 8)
    assert step(stored_cycle, "manager_review") == (8, 0, 0, 0)


def test_the_wait_in_the_middle_is_told_of_each_step(stored_cycle: SmallCycle) -> None:
    stored_cycle.travel(days=10)
    assert waits(stored_cycle) == {"self_assessment": timedelta(days=10)}
    # When the process has gone on without self-assessments, then it counts from there.
    stored_cycle.travel(days=11, minutes=1)
    begun = stored_cycle.now
    assert list(waits(stored_cycle)) == ["manager_review"]
    stored_cycle.travel(days=3)
    assert timedelta(days=3) <= waits(stored_cycle)["manager_review"] <= stored_cycle.now - begun + timedelta(minutes=1)


def waits(cycle: SmallCycle) -> dict[str, timedelta]:
    return {one.step: one.waiting for one in progress(cycle).steps if one.waiting is not None}


def test_the_longest_overdue_comes_first_and_nobody_finds_themselves(cycle: SmallCycle) -> None:
    assert overdue(cycle) == []
    cycle.travel(days=16)
    assert {(one.holder, one.subject) for one in overdue(cycle)} == {
        (who, who) for who in ("Ann", "Ben", "Dora", "Eva", "Mara", "Olga", "Rita")
    }
    cycle.travel(days=22)
    late = overdue(cycle)
    assert {one.task.step for one in late} == {"manager_review"}
    assert [one.task.due_at for one in late] == sorted(one.task.due_at for one in late if one.task.due_at)
    # Olga reports to nobody: her review waits for a group.
    assert {one.holder for one in late if one.subject == "Olga"} == {"hr"}


def test_every_task_is_counted_once_whatever_becomes_of_it(cycle: SmallCycle) -> None:
    cycle.write_reviews(ann=5, dora=1, ben=3).release().reach_proposals()
    with cycle.factory() as session:
        tasks = Counter(tuple(row) for row in session.execute(select(Task.step, Task.state)))
    for one in progress(cycle).steps:
        assert (one.open, one.completed, one.cancelled) == tuple(
            tasks[one.step, state] for state in ("open", "completed", "cancelled")
        )
        assert one.total == sum(count for (name, _), count in tasks.items() if name == one.step)


def test_a_task_handed_on_is_overdue_with_its_new_holder(cycle: SmallCycle) -> None:
    cycle.travel(days=22)
    (task,) = cycle.open("manager_review", "ann")
    with transaction(cycle.factory) as session:
        reassign(session, task.id, to="mara", by="hugo", reason="Ben is away.", now=cycle.now)
    cycle.travel(days=15)
    assert [one.holder for one in overdue(cycle) if one.subject == "Ann"] == ["Mara"]


def test_the_phase_is_told_in_one_line(stored_cycle: SmallCycle) -> None:
    def line() -> tuple[str, int, int]:
        with stored_cycle.factory() as session:
            (summary,) = summarise_cycles(session, stored_cycle.now)
        return (summary.phase, summary.done, summary.total)

    assert line() == ("Write the review", 0, 8)
    stored_cycle.write_reviews(ann=3)
    assert line() == ("Calibrate the ratings", 0, 1)
    stored_cycle.do("calibration_session")
    assert line() == ("Release the results", 0, 0)
    stored_cycle.do("release")
    assert line() == ("Conclude the review", 0, 8)


def test_the_work_of_a_unit(cycle: SmallCycle) -> None:
    cycle.travel(days=16)
    with cycle.factory() as session:
        units = count_unit_work(session, _cycle(session, cycle), cycle.now)
    assert {unit: (work.completed, work.open, work.overdue) for unit, work in units.items()} == {
        "DIVISION": (0, 4, 4),
        "TOP": (0, 4, 4),
    }


def test_progress_costs_six_statements_and_what_is_stuck_two_each(stored_cycle: SmallCycle) -> None:
    stored_cycle.write_reviews(ann=3)
    with stored_cycle.factory() as session:
        cycle = _cycle(session, stored_cycle)
        assert session.get(Instance, cycle.instance_id)
        with counted(stored_cycle.factory) as sent:
            progress_of(session, cycle, stored_cycle.now)
        assert len(sent) <= 6, sent
        with counted(stored_cycle.factory) as sent:
            find_open_tasks(session, cycle, viewer="hugo", overdue_at=stored_cycle.now, limit=8)
        assert len(sent) <= 2, sent
        with counted(stored_cycle.factory) as sent:
            find_stoppages(session, viewer="hugo", root_id=cycle.instance_id, limit=8)
        assert len(sent) <= 2, sent
