"""Moving many: members and their parents, what was asked for, while people work, and back again."""

import pytest

from engine import clock, registry, suspending, tasks
from engine.database import transaction
from engine.errors import Conflict, NotFound
from engine.migration.carrying import rows_of
from engine.migration.standing import columns_of, standing_of
from engine.models import Instance
from engine.registry import Member
from tests.engine.drawing import deadline, draw, person, sub, timer
from tests.engine.moving import Versions
from tests.engine.playing import Play, gather_team

WRITE, CHECK, RELEASE = person("write"), person("check", actor="bob"), person("release", actor="eve")
IN_A_ROW = draw("start > write > check > release > end", WRITE, CHECK, RELEASE)


class TestMembers:
    TEAM = "start > each > release > end"

    @pytest.fixture(autouse=True)
    def team(self) -> None:
        gather_team("ann", "bob", "eve")

    def member(self, *steps: str, name: str = "each") -> str:
        flows = " > ".join(["start_in", *steps, "end_in"])
        return sub(name, flows, *(person(step, actor="subject") for step in steps), name="Each", over="team")

    def test_move_after_their_parent(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.TEAM, self.member("write", "check"), RELEASE))
        parent = versions.start()
        play.complete("write", subject="ann")
        versions.publish(
            draw(self.TEAM.replace("each", "team"), self.member("write", "ask", "check", name="team"), RELEASE)
        )
        # when
        notes = versions.move()
        # then
        assert [note.partition(":")[0] for note in notes] == ["done"] * 4
        for step, subject in (("check", "ann"), ("write", "bob"), ("ask", "bob"), ("check", "bob")):
            play.complete(step, subject=subject)
        for step in ("write", "ask", "check"):
            play.complete(step, subject="eve")
        play.complete("release")
        assert play.instance(parent).state == "completed"

    def test_that_cannot_move_end_on_the_old_version_and_are_counted(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.TEAM, self.member("write", "check"), RELEASE))
        parent = versions.start()
        play.complete("write", subject="ann")
        versions.publish(draw(self.TEAM.replace("each", "team"), self.member("write", name="team"), RELEASE))
        # when
        notes = versions.move()
        # then
        assert [note.partition(":")[0] for note in notes] == ["done", "failed", "done", "done"]
        play.complete("check", subject="ann")
        for subject in ("bob", "eve"):
            play.complete("write", subject=subject)
        play.complete("release")
        assert play.instance(parent).state == "completed"

    def test_stay_with_a_parent_that_stays(self, play: Play) -> None:
        # given
        versions = Versions(play, draw(self.TEAM, self.member("write"), RELEASE))
        versions.start()
        versions.publish(draw("start > release > end", RELEASE))
        # when
        notes = versions.move()
        # then
        assert (
            notes
            == ["failed: “Each” is gone, and nothing stands for it."]
            + ["failed: It is part of “Review”, which stays as it is."] * 3
        )
        assert [group.count for group in versions.preview().groups] == [3, 1]

    def test_that_are_past_a_new_step_are_counted(self, play: Play) -> None:
        # given one member of three who has come to the second step
        versions = Versions(play, draw(self.TEAM, self.member("write", "check"), RELEASE))
        versions.start()
        play.complete("write", subject="ann")
        # when a step is added before it, and one before all of them
        flows = "start > help > each > release > end"
        versions.publish(draw(flows, person("help"), self.member("write", "ask", "check"), RELEASE))
        # then
        assert versions.preview().passed == {"Help": 1, "Ask": 1}

    def test_that_start_later_start_on_the_new_version(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > write > each > release > end", WRITE, self.member("check"), RELEASE))
        parent = versions.start()
        versions.publish(draw("start > write > each > release > end", WRITE, self.member("ask", "check"), RELEASE))
        versions.move()
        # when
        play.complete("write")
        # then
        assert play.open() == ["ask"] * 3
        assert {member.definition_id for member in play.members(parent)} == {versions.new.id}

    def test_over_others_are_told(self, play: Play) -> None:
        # given
        registry.populations["guests"] = lambda *_: [Member("x", "x", {})]
        versions = Versions(play, draw(self.TEAM, self.member("write"), RELEASE))
        versions.start()
        guests = self.member("write").replace('over="team"', 'over="guests"')
        versions.publish(draw(self.TEAM, guests, RELEASE))
        # when, then
        assert versions.move()[0] == "failed: “Each” has begun, and “Each” is done for others or in another way."


class TestAsking:
    def test_for_what_is_not_there_is_refused(self, play: Play) -> None:
        versions = Versions(play, IN_A_ROW)
        versions.start()
        versions.publish(draw("start > write > end", WRITE))
        for decided, error, words in (
            ({"nothing": "write"}, NotFound, "no step “nothing” in the version to move from"),
            ({"write": "nothing"}, NotFound, "no step “nothing” in the version to move to"),
        ):
            with pytest.raises(error, match=words):
                versions.ask(decided)

    def test_beforehand_changes_nothing(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        first, second = versions.start(), versions.start()
        play.finish(play.open_tasks()[0])
        versions.publish(draw("start > write > release > end", person("write", due="P3D"), RELEASE))
        before = [(play.instance(one).revision, play.instance(one).blob) for one in (first, second)]
        # when
        found = versions.preview()
        # then
        assert (found.moving, found.staying, found.retimed, found.handed_on) == (1, 1, 1, 0)
        assert [(group.reason, group.moves, group.count) for group in found.groups] == [
            ("“Check” is gone, and nothing stands for it.", (), 1),
            ("", (("Write", "Write"),), 1),
        ]
        assert [(play.instance(one).revision, play.instance(one).blob) for one in (first, second)] == before


class TestUndoing:
    def test_puts_everything_back_exactly(self, play: Play) -> None:
        # given
        late = deadline("late", "write", "P7D")
        flows = "start > write > check > end; late > help > end_late"
        versions = Versions(play, draw(flows, person("write", due="P14D", remind="P3D"), CHECK, person("help"), late))
        instance = versions.start()
        before = everything_of(play, instance)
        versions.publish(draw("start > draft > end", person("draft", "Write", actor="eve", due="P5D")))
        versions.move({"write": "draft"})
        assert versions.unfinished() == [("draft", "eve")]
        # when
        notes = versions.undo()
        # then
        assert notes == ["done: It is on the former version again."]
        assert everything_of(play, instance) == before
        play.complete("write")
        assert versions.unfinished() == [("check", "bob")]

    def test_brings_back_a_task_that_was_not_needed_any_more(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        before = everything_of(play, instance)
        versions.publish(draw("start > pause > release > end", timer("pause", "P3D"), RELEASE))
        versions.move({"write": "pause"})
        assert versions.unfinished() == []
        # when
        versions.undo()
        # then
        assert everything_of(play, instance) == before

    def test_leaves_those_that_have_gone_on(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        first, second, third = (versions.start() for _ in range(3))
        versions.publish(draw("start > write > release > end", WRITE, RELEASE))
        versions.move()
        one, other, _ = play.open_tasks()
        play.finish(one)
        with transaction(play.factory) as session:
            tasks.reassign(session, other.id, to="carl", by="hr", reason="Ann is away.", now=clock.now())
        # when
        notes = versions.undo()
        # then
        stays = "failed: It has gone on since it was moved, and stays on the new version."
        assert notes == [stays, stays, "done: It is on the former version again."]
        versions_now = [play.instance(one).definition_id for one in (first, second, third)]
        assert versions_now == [versions.new.id, versions.new.id, versions.old.id]

    def test_is_asked_for_once(self, play: Play) -> None:
        versions = Versions(play, IN_A_ROW)
        versions.start()
        versions.publish(draw("start > write > end", WRITE))
        batch = versions.ask()
        play.work()
        versions.undo(batch)
        with pytest.raises(Conflict, match="being undone already"):
            versions.undo(batch)


def everything_of(play: Play, instance_id: int) -> object:
    """All that is stored of an instance except its history and the counts of changes."""
    with play.factory() as session:
        [standing] = standing_of(session, [session.get_one(Instance, instance_id)])
        rows = [columns_of(row, "revision") for row in (standing.instance, *rows_of(standing))]
    return sorted(rows, key=str)


class TestWhilePeopleWork:
    def test_one_that_fails_does_not_stop_the_rest(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        broken, other = versions.start(), versions.start()
        with transaction(play.factory) as session:
            session.get_one(Instance, broken).blob = b'{"v": 1, "nonsense": true}'
        versions.publish(draw("start > write > end", WRITE))
        # when
        first, second = versions.move()
        # then
        assert first.startswith("failed: Something unexpected went wrong")
        assert second == "done: “Write”, as before"
        assert play.instance(other).definition_id == versions.new.id

    def test_what_has_ended_meanwhile_is_passed_over(self, play: Play) -> None:
        # given
        versions = Versions(play, draw("start > write > end", WRITE))
        instance = versions.start()
        versions.publish(draw("start > write > check > end", WRITE, CHECK))
        batch = versions.ask()
        play.finish(play.task("write"))
        # when
        play.work()
        # then
        assert versions.notes(batch) == ["done: It has ended meanwhile."]
        assert play.instance(instance).state == "completed"

    def test_a_paused_one_moves_and_stays_paused(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        instance = versions.start()
        with transaction(play.factory) as session:
            suspending.suspend(session, instance, by="hr", reason="A mistake.", now=clock.now())
        versions.publish(draw("start > write > release > end", WRITE, RELEASE))
        # when
        versions.move()
        # then
        assert play.open() == []
        with transaction(play.factory) as session:
            suspending.resume(session, instance, by="hr", reason="Corrected.", now=clock.now())
        play.complete("write")
        assert play.open() == ["release"]

    def test_costs_the_same_for_every_instance(self, play: Play) -> None:
        # given
        versions = Versions(play, IN_A_ROW)
        for _ in range(10):
            versions.start()
        versions.publish(draw("start > write > release > end", WRITE, RELEASE))
        with play.counting() as beforehand:
            versions.preview()
        looked = len(beforehand)
        versions.ask()
        # when
        with play.counting() as statements:
            play.work()
        # then
        commits = statements.count("COMMIT")
        assert looked <= 9
        assert (len(statements) - commits) / 10 <= 27
