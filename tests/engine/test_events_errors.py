"""Errors and escalations: thrown inside, caught by the innermost event around it that is about them."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import registry
from engine.errors import BusinessError
from engine.models import Instance
from engine.registry import ServiceCall
from tests.engine.playing import Play, gather_team, read_diagram


class TestErrorEndEvent:
    def test_leaves_the_sub_process_with_all_that_is_open_inside(self, play: Play) -> None:
        # given
        case = play.start("error_end", fine=False)
        assert sorted(play.open()) == ["check", "write"]
        # when
        play.complete("write")
        # then
        assert play.open() == ["note"]
        assert ("error_thrown", "impossible") in play.history(case)

    def test_is_told_to_where_it_is_caught(self, play: Play) -> None:
        case = play.start("error_end", fine=False)
        play.complete("write")
        assert play.instance(case).variables["problem"] == {"code": "not_possible", "message": "Impossible"}

    def test_is_not_thrown_when_the_flow_goes_another_way(self, play: Play) -> None:
        case = play.start("error_end", fine=True)
        play.complete("write")
        play.complete("check")
        assert play.instance(case).state == "completed"

    def test_goes_outwards_past_events_about_something_else(self, play: Play) -> None:
        play.start("error_outwards")
        play.complete("write")
        assert play.open() == ["note"]

    def test_is_caught_by_an_event_that_means_any(self, play: Play) -> None:
        package = read_diagram("error_end").replace(b'errorRef="not_possible" rf', b'errorRef="other" rf')
        package = package.replace(b"<bpmn:process", b'<bpmn:error id="other" errorCode="other" /><bpmn:process')
        play.launch(play.publish({"error_end.bpmn": package}).id, fine=False)
        play.complete("write")
        assert play.open() == ["help"]


class TestErrorThatNothingCatches:
    def test_is_an_incident_in_words_and_the_rest_goes_on(self, play: Play) -> None:
        # given
        case = play.start("error_uncaught")
        # when
        play.complete("write")
        # then
        assert play.incidents() == [
            "This step ended with the error “not_possible” (Impossible), and nothing in the diagram catches it."
        ]
        assert play.open() == ["check"]
        play.complete("check")
        assert play.instance(case).state == "running"

    def test_stays_one_when_it_is_tried_again(self, play: Play) -> None:
        play.start("error_uncaught")
        play.complete("write")
        play.retry()
        assert len(play.incidents()) == 1


class TestErrorOfAHandler:
    def test_is_thrown_at_its_step_and_not_tried_again(self, play: Play) -> None:
        # given
        calls = []

        @registry.handler("tests.weigh")
        def weigh(session: Session, call: ServiceCall) -> None:
            calls.append(call.step.id)
            session.get_one(Instance, call.instance.id).name = "changed"
            session.flush()
            raise BusinessError("not_possible", "The scales are broken.")

        # when
        case = play.start("error_of_a_handler")
        # then
        assert (calls, play.open(), play.jobs()) == (["weigh"], ["note"], [])
        assert play.instance(case).variables["problem"]["message"] == "The scales are broken."
        assert play.instance(case).name != "changed"

    def test_that_nothing_catches_is_an_incident_and_can_be_tried_again(self, play: Play) -> None:
        # given
        broken = [True]

        @registry.handler("tests.weigh")
        def weigh(_session: Session, _call: ServiceCall) -> dict[str, Any]:
            if broken:
                raise BusinessError("too_heavy", "It weighs too much.")
            return {"weight": 1}

        play.start("error_of_a_handler")
        assert play.incidents() == [
            "This step ended with the error “too_heavy” (It weighs too much.), and nothing in the diagram catches it."
        ]
        # when
        broken.clear()
        play.retry()
        # then
        assert (play.incidents(), play.jobs()) == ([], [])


class TestEscalation:
    def test_that_does_not_interrupt_lets_both_go_on(self, play: Play) -> None:
        case = play.start("escalation")
        play.complete("write")
        assert sorted(play.open()) == ["check", "help"]
        assert ("escalation_thrown", "ask") in play.history(case)
        play.complete("help")
        play.complete("check")
        assert play.instance(case).state == "completed"

    def test_that_interrupts_takes_away_what_is_open_inside(self, play: Play) -> None:
        play.start("escalation_interrupts")
        play.complete("write")
        assert play.open() == ["help"]

    def test_that_nothing_catches_is_noted_and_goes_on(self, play: Play) -> None:
        case = play.start("escalation_uncaught")
        play.complete("write")
        assert (play.open(), play.incidents()) == (["check"], [])
        assert ("escalation_uncaught", "ask") in play.history(case)


class TestMemberThat:
    @pytest.fixture
    def parent(self, play: Play) -> int:
        gather_team("E1", "E2", "E3")
        return play.start("error_of_a_member")

    def test_throws_an_error_ends_all_of_them(self, play: Play, parent: int) -> None:
        play.complete("answer", subject="E1", fine=True, asks=False)
        play.complete("answer", subject="E2", fine=False, asks=False)
        assert play.open() == ["note"]
        assert [member.state for member in play.members(parent)] == ["completed", "cancelled", "cancelled"]
        assert (play.jobs(), play.incidents()) == ([], [])

    def test_throws_an_escalation_is_noticed_and_goes_on(self, play: Play, parent: int) -> None:
        play.complete("answer", subject="E1", fine=False, asks=True)
        assert sorted(play.open()) == ["answer", "answer", "go_on", "help"]
        play.complete("go_on")
        play.complete("help")
        for member in ("E2", "E3"):
            play.complete("answer", subject=member, fine=True, asks=False)
        assert play.open() == ["sum_up"]

    def test_throws_what_nothing_catches_has_the_incident(self, play: Play) -> None:
        # given
        gather_team("E1", "E2")
        package = read_diagram("error_of_a_member").replace(b'errorRef="not_possible" />', b'errorRef="other" />', 1)
        package = package.replace(b"<bpmn:process", b'<bpmn:error id="other" errorCode="other" /><bpmn:process')
        parent = play.launch(play.publish({"error_of_a_member.bpmn": package}).id)
        play.work()
        # when
        play.complete("answer", subject="E1", fine=False, asks=False)
        # then
        (problem,) = play.incidents()
        assert "the error “other” (Impossible), and nothing in the diagram catches it" in problem
        assert [member.state for member in play.members(parent)] == ["running", "running"]
        play.retry()
        assert len(play.incidents()) == 1
        play.complete("answer", subject="E2", fine=True, asks=False)
        assert play.instance(parent).state == "running"


class TestCallActivityWhoseProcess:
    def test_throws_an_error_is_left_by_its_border(self, play: Play) -> None:
        # given
        play.deploy("error_uncaught")
        parent = play.start("error_of_a_call")
        assert sorted(play.open()) == ["check", "write"]
        # when
        play.complete("write")
        # then
        assert play.open() == ["note"]
        assert play.instance(parent).variables["problem"] == {"code": "not_possible", "message": "Impossible"}
        assert [member.state for member in play.members(parent)] == ["cancelled"]
        assert (play.jobs(), play.incidents()) == ([], [])

    def test_throws_after_the_call_was_cancelled_disturbs_nobody(self, play: Play) -> None:
        play.deploy("error_uncaught")
        parent = play.start("error_of_a_call")
        (member,) = play.members(parent)
        play.finish(play.task("write"))
        play.cancel(parent)
        assert {play.instance(parent).state, play.instance(member.id).state} == {"cancelled"}
        assert (play.open(), play.jobs(), play.incidents()) == ([], [], [])
