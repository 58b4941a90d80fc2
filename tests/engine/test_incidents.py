"""What cannot go on: kept, shown, tried again; never lost and never silent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import clock, incidents, registry
from engine.database import transaction
from engine.errors import Conflict, NotFound, StepFailed
from engine.models import Instance
from engine.registry import ServiceCall
from engine.retrying import BACK_OFF
from tests.engine.playing import Play


def set_variables(play: Play, instance_id: int, **values: Any) -> None:
    """What somebody who repairs a case would do."""
    with transaction(play.factory) as session:
        instance = session.get_one(Instance, instance_id)
        instance.variables = {**instance.variables, **values}


class TestConditionThatFails:
    def test_keeps_what_the_person_did_and_blocks_the_token(self, play: Play) -> None:
        # given
        instance = play.start("exclusive_gateway")
        # when
        play.complete("ask", amount="a lot")
        # then
        assert play.open() == []
        assert len(play.incidents()) == 1
        assert "amount > 100" in play.incidents()[0]
        assert ("task_completed", "ask") in play.history(instance)
        assert ("incident_opened", "large_amount") in play.history(instance)
        assert play.instance(instance).state == "running"

    def test_goes_on_after_a_retry_when_the_cause_is_gone(self, play: Play) -> None:
        instance = play.start("exclusive_gateway")
        play.complete("ask", amount="a lot")
        set_variables(play, instance, amount=500)
        play.retry()
        assert (play.open(), play.incidents()) == (["approve"], [])

    def test_is_an_incident_again_when_the_cause_is_still_there(self, play: Play) -> None:
        play.start("exclusive_gateway")
        play.complete("ask", amount="a lot")
        play.retry()
        assert len(play.incidents()) == 1

    def test_that_gives_no_truth_is_an_incident(self, play: Play) -> None:
        play.start("inclusive_gateway", mentoring="perhaps", training=True)
        assert "must give true or false" in play.incidents()[0]

    def test_leaves_the_other_branches_alone(self, play: Play) -> None:
        play.start("walk", words_wanted="perhaps", figures_wanted=True)
        assert len(play.incidents()) == 1
        play.send("answer")
        assert play.open() == ["note"]


class TestTimerThatCannotBeWorkedOut:
    def test_is_an_incident_and_starts_after_a_retry(self, play: Play) -> None:
        # given
        instance = play.start("timer_expression")
        assert len(play.incidents()) == 1
        assert play.jobs() == []
        # when
        set_variables(play, instance, urgent=True)
        play.retry()
        # then
        assert play.incidents() == []
        play.travel(days=2)
        assert play.open() == ["write"]


class TestHandlerThatFails:
    def test_is_tried_again_with_growing_distance_and_then_becomes_an_incident(self, play: Play) -> None:
        # given
        calls: list[object] = []

        @registry.handler("tests.weigh")
        def weigh(_session: Session, call: ServiceCall) -> None:
            calls.append(call.now)
            raise StepFailed("The scales are broken.")

        # when
        instance = play.start("service_task", boxes=1)
        assert len(calls) == 1
        for attempt, distance in enumerate(BACK_OFF, start=2):
            play.travel(seconds=distance.total_seconds() - 1)
            assert len(calls) == attempt - 1
            play.travel(seconds=2)
            assert len(calls) == attempt
        # then
        assert play.incidents() == ["The scales are broken."]
        play.travel(days=30)
        assert len(calls) == 1 + len(BACK_OFF)
        assert ("incident_opened", "weigh") in play.history(instance)

    def test_goes_on_after_a_retry(self, play: Play) -> None:
        self.fail_for_good(play, StepFailed("The scales are broken."))
        registry.handler("tests.weigh")(lambda _session, _call: {"weight": 7})
        play.retry()
        assert (play.open(), play.incidents(), play.jobs()) == (["ship"], [], [])

    def test_is_not_swallowed_when_the_handler_finds_something_missing(self, play: Play) -> None:
        """A handler that says NotFound speaks of its own things, not of a step that is no longer needed."""
        self.fail_for_good(play, NotFound("There is no such person."))
        assert play.incidents() == ["There is no such person."]

    def test_shows_no_stack_trace_when_the_handler_is_wrong(self, play: Play) -> None:
        self.fail_for_good(play, ZeroDivisionError("division by zero"))
        (problem,) = play.incidents()
        assert problem.startswith("Something unexpected went wrong (ZeroDivisionError).")

    def test_that_is_not_there_is_an_incident(self, play: Play) -> None:
        registry.handler("tests.weigh")(lambda _session, _call: None)
        definition = play.deploy("service_task")
        del registry.handlers["tests.weigh"]
        play.launch(definition, boxes=1)
        self.wait_for_the_incident(play)
        assert "There is no handler “tests.weigh”" in play.incidents()[0]

    def fail_for_good(self, play: Play, error: Exception) -> None:
        @registry.handler("tests.weigh")
        def weigh(_session: Session, _call: ServiceCall) -> None:
            raise error

        play.start("service_task", boxes=1)
        self.wait_for_the_incident(play)

    def wait_for_the_incident(self, play: Play) -> None:
        for _ in range(len(BACK_OFF) + 1):
            play.travel(seconds=(max(BACK_OFF) + timedelta(seconds=1)).total_seconds())
        assert len(play.incidents()) == 1


class TestInstanceThatCannotComeToItsEnd:
    def test_that_would_stand_still_is_an_incident(self, play: Play) -> None:
        play.launch(play.keep("stands_still"))
        play.complete("ask")
        (problem,) = play.incidents()
        assert problem.startswith("The process stands still")

    def test_that_turns_in_a_circle_is_an_incident_and_keeps_the_completion(self, play: Play) -> None:
        instance = play.start("circle", turn=0)
        play.complete("ask", rounds=1_000_000)
        (problem,) = play.incidents()
        assert "it turns in a circle" in problem
        assert ("task_completed", "ask") in play.history(instance)

    def test_a_long_way_without_a_wait_is_no_circle(self, play: Play) -> None:
        """Deeper than the 1,000 levels that SpiffWorkflow looks at."""
        play.start("circle", turn=0)
        play.complete("ask", rounds=1_000)
        assert (play.open(), play.incidents()) == (["write"], [])


class TestRetrying:
    def test_an_incident_that_does_not_exist_is_refused(self, play: Play) -> None:
        with pytest.raises(NotFound), transaction(play.factory) as session:
            incidents.retry(session, 4711, by="hr", now=clock.now())

    def test_twice_is_refused(self, play: Play) -> None:
        play.start("timer_expression")
        with play.factory() as session:
            ((incident, _),) = incidents.list_open(session)
        with transaction(play.factory) as session:
            incidents.retry(session, incident.id, by="hr", now=clock.now())
        with pytest.raises(Conflict, match="resolved already"), transaction(play.factory) as session:
            incidents.retry(session, incident.id, by="hr", now=clock.now())


class TestIncidentOfSomethingGone:
    """Nobody should be asked to repair what the process does not need any more."""

    def test_goes_when_the_instance_is_cancelled(self, play: Play) -> None:
        instance = play.start("timer_expression")
        play.cancel(instance)
        assert play.incidents() == []

    def test_goes_when_the_process_moves_on_without_the_step(self, play: Play) -> None:
        # given: a step inside of the sub-process is blocked
        instance = play.start("blocked_inside")
        assert len(play.incidents()) == 1
        # when
        play.travel(days=6)
        # then
        assert play.incidents() == []
        assert play.instance(instance).state == "completed"

    def test_goes_when_its_step_is_interrupted_while_its_handler_fails(self, play: Play) -> None:
        registry.populations["team"] = lambda _session, _parent, _now: 1 // 0  # type: ignore[return-value]
        play.start("members_deadline")
        for _ in range(6):
            play.travel(hours=1)
        assert len(play.incidents()) == 1
        play.travel(days=11)
        assert (play.open(), play.incidents(), play.jobs()) == (["note_late"], [], [])
