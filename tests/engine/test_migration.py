"""Moving running instances to another version of their process: what waits, and what becomes of it."""

from datetime import timedelta

import pytest

from engine import clock, extending, registry, tasks
from engine.database import transaction
from engine.errors import Conflict
from tests.engine.drawing import deadline, draw, element, message, person, sub, timer
from tests.engine.moving import Versions
from tests.engine.playing import Play

WRITE, CHECK, RELEASE = person("write"), person("check", actor="bob"), person("release", actor="eve")
IN_A_ROW = draw("start > write > check > release > end", WRITE, CHECK, RELEASE)


class TestTask:
    def test_waits_on_at_its_step_and_goes_on_in_the_new_version(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        before = play.task("write")
        versions.publish(draw("start > write > ask > check > end", WRITE, person("ask"), CHECK))
        # when
        notes = versions.move()
        # then
        assert notes == ["done: “Write”, as before"]
        after = play.task("write")
        assert (after.id, after.assignee, after.definition_id) == (before.id, "ann", versions.new.id)
        assert ("migrated", None) in play.history(instance)
        for step in ("write", "ask", "check"):
            play.complete(step)
        assert play.instance(instance).state == "completed"

    def test_that_somebody_has_open_tells_them_that_it_has_changed(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        versions.start()
        seen = play.task("write")
        versions.publish(draw("start > write > end", WRITE))
        versions.move()
        # when, then
        with pytest.raises(Conflict, match="has changed since you opened it"), transaction(play.factory) as session:
            tasks.complete(session, seen.id, by="ann", now=clock.now(), revision=seen.revision)
        assert play.open() == ["write"]

    def test_whose_step_has_another_id_is_found_by_what_it_is(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        play.complete("write")
        versions.publish(
            draw("start > draft > verify > end", person("draft", "Write"), person("verify", "Check", actor="bob"))
        )
        # when
        versions.move()
        # then
        assert versions.unfinished() == [("verify", "bob")]
        assert play.instance(instance).variables["done_by"] == {"draft": "ann"}

    def test_goes_to_whom_the_new_version_names(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        versions.publish(draw("start > write > end", person("write", actor="eve")))
        # when
        versions.move()
        # then
        assert versions.unfinished() == [("write", "eve")]
        assert ("task_reassigned", "write") in play.history(instance)

    def test_that_was_handed_on_by_hand_stays_with_its_holder(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        versions.start()
        with transaction(play.factory) as session:
            tasks.reassign(session, play.task("write").id, to="carl", by="hr", reason="Ann is away.", now=clock.now())
        versions.publish(draw("start > write > end", person("write", page="other")))
        # when
        versions.move()
        # then
        assert versions.unfinished() == [("write", "carl")]

    def test_has_the_deadline_of_the_new_version_counted_from_when_it_was_handed_out(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > write > end", person("write", due="P14D", remind="P7D")))
        versions.start()
        first = play.task("write")
        play.travel(days=3)
        versions.publish(draw("start > write > end", person("write", due="P10D", remind="P2D")))
        # when
        versions.move()
        # then
        due = play.task("write").due_at
        assert first.due_at is not None
        assert due is not None
        assert due.date() == first.due_at.date() - timedelta(days=4)
        assert [(job.kind, job.due_at) for job in play.jobs()] == [("clock", due - timedelta(days=2))]

    def test_that_was_given_more_time_keeps_it_on_top_of_the_new_deadline(self, play: Play) -> None:
        # given three days more for a task, and for what would end it
        flows = "start > write > end; late > help > end_late"
        limit = deadline("late", "write", "P14D")
        versions = Versions(play, draw(flows, person("write", due="P14D"), person("help"), limit))
        versions.start()
        first = play.task("write").due_at
        assert first is not None
        with transaction(play.factory) as session:
            more = first + timedelta(days=3)
            extending.extend(session, play.task("write").id, due=more, by="hr", reason="She was ill.", now=clock.now())
        versions.publish(draw(flows, person("write", due="P10D"), person("help"), deadline("late", "write", "P12D")))
        # when
        versions.move()
        # then
        assert play.task("write").due_at == first - timedelta(days=4) + timedelta(days=3)
        [timer_job] = [job for job in play.jobs() if job.kind == "timer"]
        assert timer_job.due_at == play.task("write").created_at + timedelta(days=12 + 3)

    @pytest.mark.parametrize(("new", "due"), [(10, 20), (30, 30)])
    def test_whose_day_had_passed_when_it_was_handed_out_keeps_its_own_unless_the_new_one_is_later(
        self, play: Play, new: int, due: int
    ) -> None:
        # given a task that was handed out after the day that holds for the others, and was given one of its own
        start = clock.now()

        def write(days: int) -> dict[str, bytes]:
            day = (start + timedelta(days=days)).date().isoformat()
            return draw("start > write > end", person("write", due=day))

        versions = Versions(play, write(-5))
        versions.start()
        with transaction(play.factory) as session:
            own = start + timedelta(days=20)
            extending.extend(session, play.task("write").id, due=own, by="hr", reason="She came late.", now=clock.now())
        versions.publish(write(new))
        # when
        versions.move()
        # then
        kept = play.task("write").due_at
        assert kept is not None
        assert kept.date() == (start + timedelta(days=due)).date()

    def test_that_is_gone_keeps_the_instance_where_it_is_until_somebody_decides(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        play.complete("write")
        versions.publish(draw("start > write > release > end", WRITE, RELEASE))
        # when, then
        assert versions.move() == ["failed: “Check” is gone, and nothing stands for it."]
        assert play.instance(instance).definition_id == versions.old.id
        assert versions.move({"check": "release"}) == ["done: “Check” → “Release”"]
        assert versions.unfinished() == [("release", "eve")]

    def test_becomes_machine_work(self, play: Play) -> None:
        # given
        registry.handlers["tell"] = lambda _session, _call: {"told": True}
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        play.complete("write")
        tell = element("serviceTask", "tell", handler="tell")
        versions.publish(draw("start > write > tell > release > end", WRITE, tell, RELEASE))
        # when
        versions.move({"check": "tell"})
        # then
        assert versions.unfinished() == [("release", "eve")]
        assert play.instance(instance).variables["told"] is True


class TestEvents:
    FLOWS = "start > write > end; late > help > end_late"

    def test_that_are_new_on_a_border_count_from_when_the_step_began(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > write > end", WRITE))
        versions.start()
        play.travel(days=5)
        versions.publish(draw(self.FLOWS, WRITE, person("help"), deadline("late", "write", "P7D")))
        versions.move()
        # when
        play.travel(days=1, hours=23)
        assert play.open() == ["write"]
        play.travel(hours=2)
        # then
        assert play.open() == ["help"]

    def test_that_are_gone_from_a_border_do_not_happen(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.FLOWS, WRITE, person("help"), deadline("late", "write", "P7D")))
        instance = versions.start()
        versions.publish(draw("start > write > end", WRITE))
        # when
        versions.move()
        # then
        assert play.jobs() == []
        play.travel(days=8)
        play.complete("write")
        assert play.instance(instance).state == "completed"

    def test_have_the_time_of_the_new_version(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.FLOWS, WRITE, person("help"), deadline("late", "write", "P7D")))
        versions.start()
        play.travel(days=3)
        versions.publish(draw(self.FLOWS, WRITE, person("help"), deadline("late", "write", "P5D")))
        # when
        versions.move()
        play.travel(days=2, minutes=1)
        # then
        assert play.open() == ["help"]

    def test_that_have_happened_beside_a_step_do_not_happen_again(self, play: Play) -> None:
        # given
        late = deadline("late", "write", "P7D", aside=True)
        versions = Versions(play, draw(self.FLOWS, WRITE, person("help"), late))
        instance = versions.start()
        play.travel(days=8)
        versions.publish(draw(self.FLOWS, person("write", "Write it"), person("help"), late))
        # when
        versions.move()
        play.travel(days=8)
        # then
        assert sorted(play.open()) == ["help", "write"]
        play.complete("write")
        play.complete("help")
        assert play.instance(instance).state == "completed"

    def test_a_timer_that_runs_keeps_when_it_began(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > pause > write > end", timer("pause", "P7D"), WRITE))
        versions.start()
        play.travel(days=2)
        versions.publish(draw("start > pause > write > end", timer("pause", "P3D"), WRITE))
        versions.move()
        # when
        play.travel(days=1, minutes=1)
        # then
        assert play.open() == ["write"]

    def test_a_message_is_still_waited_for(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > hear > write > end", message("hear"), WRITE))
        versions.start()
        versions.publish(draw("start > listen > write > end", message("listen", "Hear"), WRITE))
        # when
        versions.move()
        play.send("answer")
        # then
        assert play.open() == ["write"]

    def test_several_that_are_waited_for(self, play: Play) -> None:
        # given
        both = element("eventBasedGateway", "first"), message("hear"), timer("pause", "P3D"), WRITE, CHECK
        flows = "start > first > hear > write > end; first > pause > check > end_late"
        versions = Versions(play, draw(flows, *both))
        versions.start()
        more = flows + "; first > year > release > end_year"
        versions.publish(draw(more, *both[:2], timer("pause", "P2D"), *both[3:], timer("year", "P365D"), RELEASE))
        # when
        versions.move()
        # then
        assert len(play.jobs()) == 2
        play.travel(days=2, minutes=1)
        assert play.open() == ["check"]
        assert play.jobs() == []


class TestPlaces:
    def test_a_step_moves_into_a_sub_process_and_out_again(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        play.complete("write")
        inside = draw(
            "start > write > care > release > end; late > help > end_late",
            WRITE,
            RELEASE,
            person("help"),
            sub("care", "start_care > check > end_care", CHECK),
            deadline("late", "care", "P3D", aside=True),
        )
        versions.publish(inside)
        # when, then
        assert versions.move() == ["done: “Check”, as before"]
        assert [job.kind for job in play.jobs()] == ["timer"]
        versions.publish(draw("start > check > release > end", CHECK, RELEASE))
        assert versions.move() == ["done: “Check”, as before"]
        assert play.jobs() == []
        play.complete("check")
        play.complete("release")
        assert play.instance(instance).state == "completed"

    BOTH = element("parallelGateway", "part"), element("parallelGateway", "meet")
    PARALLEL = "start > part > write > meet > release > end; part > check > meet"

    def test_both_branches_and_the_join_go_on(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.PARALLEL, WRITE, CHECK, RELEASE, *self.BOTH))
        instance = versions.start()
        play.complete("write")
        longer = self.PARALLEL.replace("write > meet", "write > ask > meet")
        versions.publish(draw(longer, WRITE, CHECK, RELEASE, person("ask"), *self.BOTH))
        # when
        versions.move()
        play.complete("check")
        # then: what was handed in has gone past the new step already
        assert play.open() == ["release"]
        play.complete("release")
        assert play.instance(instance).state == "completed"

    def test_a_join_that_would_wait_for_ever_is_told(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > write > release > end", WRITE, RELEASE))
        versions.start()
        versions.publish(draw(self.PARALLEL, WRITE, CHECK, RELEASE, *self.BOTH))
        # when, then
        assert versions.move() == ["failed: “Meet” would wait for ever: nothing is on its way to it by “Check”."]

    def test_a_branch_that_is_gone_is_told(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.PARALLEL, WRITE, CHECK, RELEASE, *self.BOTH))
        versions.start()
        play.complete("write")
        versions.publish(draw("start > check > release > end", CHECK, RELEASE))
        # when, then
        [note] = versions.move()
        assert note == "failed: “Meet” is gone, and nothing stands for it."
