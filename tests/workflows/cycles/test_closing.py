"""Stories of endings: of a case, of somebody who leaves, of a whole cycle."""

from sqlalchemy import select

from engine import definitions, instances
from engine.database import transaction
from engine.models import Instance
from tests.engine.pictures import with_pictures
from tests.workflows.people.cast import NOW, bring_people, bring_units, changed
from tests.workflows.small_cycle import PERIOD, SmallCycle, empty_database, team
from workflows.calibration.changing import change_rating
from workflows.cycles.launching import launch
from workflows.cycles.models import Case, Cycle
from workflows.cycles.progress import progress_of
from workflows.people.accounts import create_account

ENOUGH = b"""
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:rf="urn:reviewflow:bpmn:1"
    targetNamespace="urn:example">
  <bpmn:process id="survey" name="Survey" isExecutable="true">
    <bpmn:startEvent id="start" name="Start"/>
    <bpmn:subProcess id="ask" name="Ask">
      <bpmn:multiInstanceLoopCharacteristics rf:over="participants">
        <bpmn:completionCondition>done = 1</bpmn:completionCondition>
      </bpmn:multiInstanceLoopCharacteristics>
      <bpmn:startEvent id="asked" name="Asked"/>
      <bpmn:userTask id="answer" name="Answer" rf:actor="subject"/>
      <bpmn:endEvent id="answered" name="Answered"/>
      <bpmn:sequenceFlow id="f1" sourceRef="asked" targetRef="answer"/>
      <bpmn:sequenceFlow id="f2" sourceRef="answer" targetRef="answered"/>
    </bpmn:subProcess>
    <bpmn:userTask id="sum_up" name="Sum up" rf:actor="group" rf:actorArgument="hr"/>
    <bpmn:endEvent id="end" name="End"/>
    <bpmn:sequenceFlow id="f3" sourceRef="start" targetRef="ask"/>
    <bpmn:sequenceFlow id="f4" sourceRef="ask" targetRef="sum_up"/>
    <bpmn:sequenceFlow id="f5" sourceRef="sum_up" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>
"""


def cases(cycle: SmallCycle) -> dict[str, str]:
    with cycle.factory() as session:
        return dict(session.execute(select(Case.person_id, Case.state)).all())


def the_cycle(cycle: SmallCycle) -> Cycle:
    with cycle.factory() as session:
        return session.scalars(select(Cycle)).one()


def cancel(cycle: SmallCycle, *, subject: str | None) -> None:
    """Cancel what runs about somebody; the whole cycle for nobody."""
    with transaction(cycle.factory) as session:
        running = select(Instance.id).where(Instance.state == "running", Instance.subject == subject)
        if subject is None:
            running = select(Instance.id).where(Instance.id == cycle.root)
        for instance_id in session.scalars(running).all():
            instances.cancel(session, instance_id, by="hugo", reason="Leaves the company.", now=cycle.now)
    cycle.work()


def propose_nothing(cycle: SmallCycle) -> None:
    """Let nobody be proposed anything. HR is independent by now, and may say so even for each other and for Olga."""
    people = changed(changed(team(), "rita", hrbp_id="mara", manager_id=""), "hugo", manager_id="")
    with transaction(cycle.factory) as session:
        assert bring_people(session, people).is_valid
    cycle.do("propose_reward")


def test_a_case_closes_with_the_sub_process_that_says_so(stored_cycle: SmallCycle) -> None:
    # Given written reviews, then no case is closed by that
    stored_cycle.write_reviews(ann=3).release()
    assert set(cases(stored_cycle).values()) == {"open"}
    # When Ann's conclusion comes to its end, then hers is, at that moment, and hers alone.
    stored_cycle.reach_proposals()
    stored_cycle.do("propose_reward", "ann")
    assert [who for who, state in cases(stored_cycle).items() if state == "closed"] == ["ann"]
    assert stored_cycle.case("ann").closed_at == stored_cycle.now
    assert the_cycle(stored_cycle).state == "running"
    with stored_cycle.factory() as session:
        seen = progress_of(session, session.scalars(select(Cycle)).one(), stored_cycle.now)
    assert (seen.cases, seen.closed) == (8, 1)


def test_the_cycle_closes_when_everybody_is_through(stored_cycle: SmallCycle) -> None:
    stored_cycle.write_reviews(ann=3).release().reach_proposals()
    propose_nothing(stored_cycle)
    assert set(cases(stored_cycle).values()) == {"closed"}
    assert (the_cycle(stored_cycle).state, the_cycle(stored_cycle).closed_at) == ("closed", stored_cycle.now)


def test_whoever_leaves_while_reviews_are_written_takes_no_further_part(stored_cycle: SmallCycle) -> None:
    # Given that Eva leaves, and what runs about her is cancelled
    cancel(stored_cycle, subject="eva")
    assert cases(stored_cycle)["eva"] == "cancelled"
    assert stored_cycle.case("eva").closed_at == stored_cycle.now
    assert stored_cycle.open("self_assessment", "eva") == []
    # When the cycle goes on to its end without her
    stored_cycle.write_reviews(ann=3).release()
    assert stored_cycle.open("acknowledge", "eva") == []
    stored_cycle.reach_proposals()
    propose_nothing(stored_cycle)
    # Then her file is kept as it was, and nobody waited for her.
    states = cases(stored_cycle)
    assert states.pop("eva") == "cancelled"
    assert set(states.values()) == {"closed"}
    assert the_cycle(stored_cycle).state == "closed"
    with stored_cycle.factory() as session:
        seen = progress_of(session, session.scalars(select(Cycle)).one(), stored_cycle.now)
    assert (seen.cases, seen.closed) == (7, 7)


def test_whoever_leaves_at_the_end_is_not_waited_for(cycle: SmallCycle) -> None:
    cycle.write_reviews(ann=3).release().reach_proposals()
    cycle.do("propose_reward", "ann")
    for who in ("ben", "dora", "eva", "hugo", "mara", "olga", "rita"):
        cancel(cycle, subject=who)
    assert cases(cycle) == dict.fromkeys(cases(cycle), "cancelled") | {"ann": "closed"}
    assert the_cycle(cycle).state == "closed"


def test_a_cycle_that_is_cancelled_takes_all_open_cases_with_it(stored_cycle: SmallCycle) -> None:
    stored_cycle.travel(days=22)
    cancel(stored_cycle, subject=None)
    assert set(cases(stored_cycle).values()) == {"cancelled"}
    assert the_cycle(stored_cycle).state == "cancelled"
    with stored_cycle.factory() as session:
        assert session.scalars(select(Instance.state).distinct()).all() == ["cancelled"]


def test_a_case_that_is_closed_stays_so_when_its_cycle_is_cancelled(cycle: SmallCycle) -> None:
    cycle.write_reviews(ann=3).release().reach_proposals()
    cycle.do("propose_reward", "ann")
    closed_at = cycle.case("ann").closed_at
    cancel(cycle, subject=None)
    assert (cycle.case("ann").state, cycle.case("ann").closed_at) == ("closed", closed_at)
    assert cases(cycle)["eva"] == "cancelled"


def test_a_changed_rating_that_is_not_confirmed_closes_no_case(cycle: SmallCycle) -> None:
    """The confirmation is about one person too, but it is no part that every participant has."""
    cycle.write_reviews(ann=3)
    case = cycle.case("ann")
    with transaction(cycle.factory) as session:
        change_rating(session, case.id, 4, "Compared with the others.", by="mara", now=cycle.now)
    cycle.do("calibration_session")
    cancel(cycle, subject="ann")
    assert cases(cycle)["ann"] == "open"


def test_whoever_is_not_waited_for_still_takes_part(database_url: str) -> None:
    # Given a survey that goes on after the first answer
    with empty_database(database_url) as factory:
        with transaction(factory) as session:
            bring_units(session)
            bring_people(session, team())
            create_account(session, "hugo", password="corvid lantern plough", now=NOW, roles=["hr"])
            definition = definitions.deploy(session, with_pictures({"survey.bpmn": ENOUGH}), by="hugo", now=NOW)
            launched = launch(session, definition, name="Survey", period=PERIOD, by="hugo", now=NOW)
        cycle = SmallCycle(factory, launched.instance_id).work()
        # When Ann has answered
        cycle.do("answer", "ann")
        # Then the others are not asked any more, and their cases go on with the cycle
        assert cycle.open("answer") == []
        assert set(cases(cycle).values()) == {"open"}
        # And close with it, since no sub-process of this diagram says that it does so.
        cycle.do("sum_up")
        assert set(cases(cycle).values()) == {"closed"}
        assert the_cycle(cycle).state == "closed"
