"""A cycle whose process calls another one: where its tasks are in the picture of the cycle."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import transaction
from engine.definitions import program_for
from tests.workflows.small_cycle import SmallCycle, empty_database
from workflows.cases.subject_view import follow
from workflows.cycles.case_file import tasks_of
from workflows.cycles.models import Case, Cycle
from workflows.cycles.outlook import foresee
from workflows.cycles.overview import summarise_cycles
from workflows.cycles.participants import find_open_tasks
from workflows.cycles.progress import progress_of

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1"'
    ' targetNamespace="urn:test">'
)
TALKS = f"""{HEAD}<process id="talks" name="Talks" isExecutable="true">
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="each"/>
  <subProcess id="each" name="Each talks">
    <multiInstanceLoopCharacteristics rf:over="participants" rf:closes="case"/>
    <startEvent id="inner"/><sequenceFlow id="i1" sourceRef="inner" targetRef="prepare"/>
    <userTask id="prepare" name="Prepare" rf:actor="subject">
      <multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>
    </userTask><sequenceFlow id="i2" sourceRef="prepare" targetRef="talk"/>
    <callActivity id="talk" name="Talk" calledElement="conversation"/>
    <sequenceFlow id="i3" sourceRef="talk" targetRef="done"/><endEvent id="done"/>
  </subProcess><sequenceFlow id="f2" sourceRef="each" targetRef="end"/><endEvent id="end"/></process></definitions>"""
CONVERSATION = f"""{HEAD}<process id="conversation" name="Conversation" isExecutable="true">
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="prepare"/>
  <userTask id="prepare" name="Meet" rf:actor="subject"/><sequenceFlow id="f2" sourceRef="prepare" targetRef="end"/>
  <endEvent id="end"/></process></definitions>"""
"""Its step has the id of another one in the process that calls it."""


class TestTasksOfACalledProcess:
    def test_count_at_the_call_in_the_picture_of_the_cycle(self) -> None:
        with empty_database("sqlite://") as factory:
            cycle = begun(SmallCycle(factory))
            with factory() as session:
                found = {step.step: step for step in progress_of(session, only(session), cycle.now).steps}
                people = len(session.scalars(select(Case)).all())
        assert (found["prepare"].open, found["prepare"].completed) == (2 * people - 3, 3)
        assert (found["talk"].name, found["talk"].open, found["talk"].completed) == ("Talk", 1, 0)

    def test_are_listed_there(self) -> None:
        with empty_database("sqlite://") as factory:
            begun(SmallCycle(factory))
            with factory() as session:
                talking = find_open_tasks(session, only(session), viewer="hugo", step="talk", limit=9).rows
                preparing = find_open_tasks(session, only(session), viewer="hugo", step="prepare", limit=99).rows
        assert [(row.task.name, row.task.subject) for row in talking] == [("Meet", "ann")]
        assert {row.task.name for row in preparing} == {"Prepare"}

    def test_are_there_in_the_file_of_the_case(self) -> None:
        with empty_database("sqlite://") as factory:
            begun(SmallCycle(factory))
            with factory() as session:
                ann = session.scalars(select(Case).where(Case.person_id == "ann")).one()
                filed = [(found.task.name, found.place) for found in tasks_of(session, ann)]
        assert filed == [("Prepare", "prepare"), ("Prepare", "prepare"), ("Meet", "talk")]

    def test_do_not_pass_for_steps_of_their_own_with_the_same_id(self) -> None:
        with empty_database("sqlite://") as factory:
            begun(SmallCycle(factory))
            with factory() as session:
                states = {who: self.own_step(session, who) for who in ("ann", "eva", "ben")}
        assert states == {"ann": "done", "eva": "now", "ben": "now"}

    def own_step(self, session: Session, who: str) -> str:
        cycle, case = only(session), session.scalars(select(Case).where(Case.person_id == who)).one()
        (phase,) = follow(session, case, cycle, program_for(session, cycle.definition_id))
        return phase.steps[0].state

    def test_end_the_case_when_they_are_done(self) -> None:
        with empty_database("sqlite://") as factory:
            cycle = begun(SmallCycle(factory))
            while cycle.open("prepare"):
                cycle.do("prepare")
            with factory() as session:
                assert {case.state for case in session.scalars(select(Case))} == {"closed"}
                assert [summary.closed == summary.cases for summary in summarise_cycles(session, cycle.now)] == [True]

    def test_are_not_foreseen_at_the_launch(self) -> None:
        with empty_database("sqlite://") as factory:
            cycle = begun(SmallCycle(factory))
            with factory() as session:
                program = program_for(session, only(session).definition_id)
        assert foresee(program, 5, cycle.now) == []


def begun(cycle: SmallCycle) -> SmallCycle:
    """A cycle of talks in which Ann has prepared twice and meets, and Eva has prepared once."""
    cycle.launch({"c.bpmn": CONVERSATION.encode()}, {"t.bpmn": TALKS.encode()})
    cycle.do("prepare", "ann")
    first, _second = cycle.open("prepare", "eva")
    with transaction(cycle.factory) as session:
        cycle.submit(session, first)
    return cycle.work()


def only(session: Session) -> Cycle:
    """The one cycle there is."""
    return session.scalars(select(Cycle)).one()
