"""What strikes at a moment strikes once, whatever is tried again, taken back or put back around it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import clock, incidents, instances, recalling, registry
from engine.database import transaction
from engine.errors import Conflict
from engine.incidents import Resolution
from engine.models import Incident, Task
from tests.engine.drawing import draw, element, person
from tests.engine.moving import Versions
from tests.engine.playing import Play
from tests.engine.test_recalling import may, recall
from tests.engine.test_sending_back import start

REMINDED = draw("start > write > sign > end", person("write", due="P3D", remind="P1D"), person("sign"))
Told = list[tuple[str, str]]


@pytest.fixture
def told() -> Told:
    """Who is reminded of what, and what is told to be overdue, as it happens."""
    told: Told = []

    def remind(_session: object, task: Task, now: datetime) -> None:
        told.append(("reminder", task.step))

    def is_late(_session: object, task: Task, step: object, now: datetime) -> None:
        told.append(("overdue", task.step))

    registry.listen("task_reminder")(remind)
    registry.listen("task_overdue")(is_late)
    return told


def nudging(time: str) -> dict[str, bytes]:
    """A step that somebody is nudged of again and again, without being stopped."""
    inside = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{time}</bpmn:timeCycle></bpmn:timerEventDefinition>"
    nudge = element("boundaryEvent", "nudge", "", inside, ' attachedToRef="write" cancelActivity="false"')
    tell = element("serviceTask", "tell", handler="tests.tell")
    return draw("start > write > sign > end; nudge > tell > end_told", person("write"), nudge, tell, person("sign"))


def travel_to(play: Play, due: datetime | None, **later: float) -> None:
    """Let time pass until so long after a deadline, and do what becomes due on the way."""
    assert due is not None
    play.travel(seconds=(due + timedelta(**later) - clock.now()).total_seconds())


def resolve(play: Play, resolution: Resolution) -> None:
    with transaction(play.factory) as session:
        incident = session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).one()
        incidents.resolve(session, incident.id, resolution, by="hr", reason="Mended.", now=clock.now())
    play.work()


def test_a_reminder_that_is_mended_after_the_deadline_does_not_swallow_it(play: Play, told: Told) -> None:
    # Given a reminder that fails until it is an incident
    broken = [True]

    def fail(_session: object, task: Task, now: datetime) -> None:
        if broken:
            raise RuntimeError("The mail cannot be written.")

    registry.listen("task_reminder")(fail)
    start(play, REMINDED)
    due = play.task("write").due_at
    for hours in range(6):
        travel_to(play, due, hours=hours - 24)
    assert len(play.incidents()) == 1
    told.clear()
    # When it is tried again two days after the task was due
    travel_to(play, due, days=2)
    broken.clear()
    resolve(play, Resolution("retry"))
    # Then that the task is late is told as well.
    assert told == [("reminder", "write"), ("overdue", "write")]


class TestTakenBack:
    def test_what_was_told_to_be_late_is_not_told_so_again(self, play: Play, told: Told) -> None:
        start(play, REMINDED)
        play.travel(days=5)
        task = play.task("write")
        play.complete("write")
        recall(play, task)
        play.travel(days=1)
        assert told.count(("overdue", "write")) == 1

    def test_what_became_late_while_it_was_done_is_told(self, play: Play, told: Told) -> None:
        start(play, REMINDED)
        play.travel(days=1)
        task = play.task("write")
        play.complete("write")
        play.travel(days=5)
        recall(play, task)
        assert told == [("overdue", "write")]

    def test_a_timer_that_comes_again_goes_on_in_its_rhythm(self, play: Play) -> None:
        # Given one of three times that has come twice before the step is done
        struck: list[datetime] = []
        registry.handlers["tests.tell"] = lambda _session, _call: struck.append(clock.now())
        start(play, nudging("R3/P1D"))
        for _ in range(2):
            play.travel(days=1, minutes=1)
        assert len(struck) == 2
        task = play.task("write")
        play.complete("write")
        # When it is taken back an hour later
        clock.travel(hours=1)
        recall(play, task)
        # Then the third time is to come, and there is no fourth.
        assert len(struck) == 2
        for _ in range(5):
            play.travel(days=1)
        assert len(struck) == 3

    def test_nor_does_it_after_somebody_has_changed_the_data(self, play: Play) -> None:
        instance_id = start(play, draw("start > write > sign > end", person("write", sets="pay=pay"), person("sign")))
        task = play.task("write")
        play.complete("write", pay=1)
        with transaction(play.factory) as session:
            instances.set_variables(session, instance_id, {"pay": 2}, by="hr", reason="It was wrong.", now=clock.now())
        assert not may(play, task)
        with pytest.raises(Conflict, match="has gone on since"), transaction(play.factory) as session:
            recalling.recall(session, task.id, by="ann", now=clock.now())
        assert play.instance(instance_id).variables["pay"] == 2


def test_a_reminder_is_not_sent_again_when_a_migration_is_taken_back(play: Play, told: Told) -> None:
    versions = Versions(play, REMINDED)
    versions.start()
    versions.publish(draw("start > write > check > end", person("write", due="P3D", remind="P1D"), person("check")))
    versions.move()
    due = play.task("write").due_at
    travel_to(play, due, hours=-23)
    assert told == [("reminder", "write")]
    [note] = versions.undo()
    assert note.startswith("done")
    assert told == [("reminder", "write")]
    travel_to(play, due, days=2)
    assert told == [("reminder", "write"), ("overdue", "write")]
