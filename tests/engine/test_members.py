"""A sub-process over a population: every member is an instance of its own, the parent waits for them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, jobs, registry
from engine.database import transaction
from engine.errors import NotFound
from engine.models import FanOut, Instance, Job
from engine.registry import Member
from tests.engine import drawing
from tests.engine.playing import Play, gather_team


def people(count: int) -> list[str]:
    return [f"E{number}" for number in range(count)]


def fan_out(play: Play) -> FanOut:
    with play.factory() as session:
        return session.scalars(select(FanOut)).one()


class TestMembers:
    @pytest.mark.parametrize("count", [1, 120])
    def test_each_gets_a_task_and_the_parent_waits_for_all(self, play: Play, count: int) -> None:
        # given
        gather_team(*people(count))
        parent = play.start("members", cycle="2026")
        assert sorted(task.assignee or "" for task in play.open_tasks()) == sorted(people(count))
        # when
        for person in people(count):
            assert "sum_up" not in play.open()
            play.complete("answer", subject=person)
        # then
        assert play.open() == ["sum_up"]
        assert {member.state for member in play.members(parent)} == {"completed"}
        assert (fan_out(play).state, fan_out(play).done, fan_out(play).total) == ("closed", count, count)

    def test_nobody_at_all_lets_the_parent_go_on(self, play: Play) -> None:
        gather_team()
        play.start("members")
        assert play.open() == ["sum_up"]

    def test_have_what_the_parent_has_and_their_own(self, play: Play) -> None:
        gather_team("E1", "E2")
        parent = play.start("members", cycle="2026")
        assert [member.variables for member in play.members(parent)] == [
            {"cycle": "2026", "person": "E1"},
            {"cycle": "2026", "person": "E2"},
        ]

    def test_one_whose_first_step_cannot_go_on_holds_up_no_other(self, play: Play) -> None:
        """They begin with a wait that ends on a day of their own, and the first of them has none."""
        # given
        days = {"E1": None, "E2": "P2D", "E3": "P3D"}
        registry.populations["team"] = lambda _session, _parent, _now: [
            Member(person, person, {"after": after}) for person, after in days.items()
        ]
        inside = drawing.timer("rest", "after"), drawing.person("write", actor="subject")
        each = drawing.sub("each", "start_each > rest > write > end_each", *inside, over="team")
        play.launch(play.publish(drawing.draw("start > each > end", each)).id)
        # when
        play.work()
        # then
        assert len(play.incidents()) == 1
        play.travel(days=3)
        assert sorted(task.assignee or "" for task in play.open_tasks()) == ["E2", "E3"]

    def test_that_are_cancelled_are_not_waited_for(self, play: Play) -> None:
        """Somebody leaves the company in the middle of the cycle."""
        gather_team("E1", "E2", "E3")
        parent = play.start("members")
        play.complete("answer", subject="E1")
        play.cancel(play.members(parent)[1].id)
        assert play.open() == ["answer"]
        play.complete("answer", subject="E3")
        assert play.open() == ["sum_up"]

    def test_that_are_all_cancelled_let_the_parent_go_on(self, play: Play) -> None:
        gather_team("E1")
        parent = play.start("members")
        play.cancel(play.members(parent)[0].id)
        assert play.open() == ["sum_up"]

    def test_end_with_their_parent(self, play: Play) -> None:
        gather_team("E1", "E2")
        parent = play.start("members")
        play.cancel(parent)
        assert (play.open(), play.jobs()) == ([], [])
        assert {member.state for member in play.members(parent)} == {"cancelled"}
        assert play.instance(parent).state == "cancelled"

    def test_do_not_start_when_the_parent_was_cancelled_first(self, play: Play) -> None:
        """Three chunks of members are asked for; the cancellation comes before the second."""
        gather_team(*people(120))
        parent = play.launch(play.deploy("members"))
        for _ in range(2):
            jobs.work_one(play.factory, clock.now())
        assert len(play.members(parent)) == 50
        play.cancel(parent)
        assert {member.state for member in play.members(parent)} == {"cancelled"}
        assert (len(play.members(parent)), play.open(), play.jobs()) == (50, [], [])


class TestMembersOfMembers:
    def test_the_whole_waits_for_the_last_of_them(self, play: Play) -> None:
        # given
        gather_team("E1", "E2")
        gather_team("Berlin", "Paris", name="offices")
        parent = play.start("members_nested")
        for office in ("Berlin", "Paris"):
            play.complete("open_office", subject=office)
        assert play.open() == ["answer"] * 4
        # when
        for _ in range(4):
            assert "sum_up" not in play.open()
            task = play.open_tasks()[0]
            play.finish(task)
            play.work()
        # then
        assert play.open() == ["sum_up"]
        with play.factory() as session:
            roots = session.scalars(select(Instance.root_id)).all()
        assert set(roots) == {parent}


class TestCompletionCondition:
    def test_goes_on_with_a_share_and_cancels_the_rest(self, play: Play) -> None:
        # given
        gather_team("E1", "E2", "E3", "E4")
        parent = play.start("members_share")
        play.complete("answer", subject="E1")
        assert len(play.open()) == 3
        # when
        play.complete("answer", subject="E2")
        # then
        assert play.open() == ["sum_up"]
        assert [member.state for member in play.members(parent)] == ["completed"] * 2 + ["cancelled"] * 2
        assert (fan_out(play).done, fan_out(play).total) == (2, 4)


class TestDeadline:
    def test_goes_on_without_those_who_are_late(self, play: Play) -> None:
        # given
        gather_team("E1", "E2", "E3")
        parent = play.start("members_deadline")
        play.complete("answer", subject="E1")
        # when
        play.travel(days=11)
        # then
        assert play.open() == ["note_late"]
        assert [member.state for member in play.members(parent)] == ["completed", "cancelled", "cancelled"]
        assert play.jobs() == []

    def test_is_taken_back_when_all_were_in_time(self, play: Play) -> None:
        gather_team("E1")
        play.start("members_deadline")
        play.complete("answer", subject="E1")
        assert (play.open(), play.jobs()) == (["sum_up"], [])

    def test_no_member_starts_after_it(self, play: Play) -> None:
        """The deadline strikes while the second chunk has not started."""
        gather_team(*people(70))
        parent = play.launch(play.deploy("members_deadline"))
        for _ in range(2):
            jobs.work_one(play.factory, clock.now())
        assert len(play.members(parent)) == 50
        with transaction(play.factory) as session:
            late = session.scalars(select(Job).where(Job.kind == "members")).one()
            late.due_at = clock.now() + timedelta(days=365 * 60)
        play.travel(days=11)
        clock.travel(days=365 * 70)
        play.work()
        assert len(play.members(parent)) == 50
        assert play.open() == ["note_late"]


class TestPopulationThatCannotBeListed:
    def test_is_an_incident_and_goes_on_after_a_retry(self, play: Play) -> None:
        # given
        def nobody_knows(_session: Session, _parent: Instance, _now: object) -> list[registry.Member]:
            raise NotFound("The unit “R&D” does not exist.")

        registry.populations["team"] = nobody_knows
        play.start("members")
        for _ in range(6):
            play.travel(hours=1)
        assert play.incidents() == ["The unit “R&D” does not exist."]
        # when
        gather_team("E1")
        play.retry()
        # then
        assert play.open() == ["answer"]
