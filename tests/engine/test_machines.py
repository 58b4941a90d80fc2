"""Steps without people: service tasks, business rules, set values."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import clock, registry
from engine.changes import Changes
from engine.database import transaction
from engine.registry import ServiceCall
from engine.retrying import BACK_OFF
from tests.engine.playing import Play, read_tables


class TestServiceTask:
    def test_calls_its_handler_with_parameters_and_keeps_the_result(self, play: Play) -> None:
        # given
        calls: list[ServiceCall] = []

        @registry.handler("tests.weigh")
        def weigh(_session: Session, call: ServiceCall) -> dict[str, Any]:
            calls.append(call)
            return {"weight": call.parameters["kilos"], "van": call.parameters["kilos"] > 50}

        # when
        instance = play.start("service_task", boxes=3)
        # then
        assert play.instance(instance).variables == {"boxes": 3, "weight": 60, "van": True}
        assert [call.parameters for call in calls] == [{"kilos": 60}]
        assert ("service_done", "weigh") in play.history(instance)

    def test_goes_on_when_the_handler_has_nothing_to_say(self, play: Play) -> None:
        registry.handler("tests.weigh")(lambda _session, _call: None)
        play.start("service_task", boxes=3)
        assert play.open() == ["ship"]

    def test_sees_what_was_set_on_the_way(self, play: Play) -> None:
        @registry.handler("tests.errand")
        def run_errand(_session: Session, call: ServiceCall) -> dict[str, Any]:
            return {"errands": call.variables.get("errands", 0) + 1}

        instance = play.start("errands")
        assert play.instance(instance).variables == {"errands": 5}
        assert play.instance(instance).state == "completed"


class TestBusinessRule:
    def test_puts_the_answer_of_the_table_into_the_variable(self, play: Play) -> None:
        instance = play.start("business_rule", files=read_tables("approval"), amount=500)
        assert play.instance(instance).variables == {"amount": 500, "level": "high"}
        assert play.open() == ["approve_high"]

    def test_members_with_other_values_get_other_answers(self, play: Play) -> None:
        for amount in (99, 101, 100):
            play.start("business_rule", files=read_tables("approval"), amount=amount)
        assert play.open() == ["approve_low", "approve_high", "approve_low"]


class TestSetValues:
    def test_each_line_sees_the_lines_before(self, play: Play) -> None:
        instance = play.start("set_values", amount=3, first_name="Ann")
        variables = play.instance(instance).variables
        assert (variables["doubled"], variables["quadrupled"], variables["friendly"]) == (6, 12, "Hello, Ann")

    def test_sets_all_lines_or_none(self, play: Play) -> None:
        """The last line cannot be worked out: the first must not be there twice after a retry."""
        instance = play.start("set_values", amount=3)
        assert play.instance(instance).variables == {"amount": 3}
        assert len(play.incidents()) == 1


class TestAKindOfJobOfTheLayersAbove:
    def test_is_done_like_the_engines_own(self, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[str] = []
        monkeypatch.setitem(registry.job_kinds, "tell", lambda _session, job, _now: told.append(job.payload["what"]))

        ask_for(play, "tell", what="the news")
        play.work()

        assert told == ["the news"]
        assert play.jobs() == []

    def test_that_nobody_knows_becomes_an_incident_and_not_a_loss(self, play: Play) -> None:
        ask_for(play, "juggle")
        play.work()
        for _attempt in BACK_OFF:
            play.travel(minutes=10)

        assert len(play.jobs()) == 1
        assert "“juggle”" in play.incidents()[0]


def ask_for(play: Play, kind: str, **payload: str) -> None:
    """Ask for a job that belongs to no instance."""
    changes = Changes(clock.now())
    changes.job(kind, None, None, clock.now(), **payload)
    with transaction(play.factory) as session:
        changes.write(session)
