"""Wake-ups and workers: what reaches them, and what happens when they or the broker fail.

The workers, the broker and PostgreSQL are real processes, and are really killed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle, islice
from threading import Event
from time import monotonic

import pytest
import redis
from sqlalchemy import func, select

from engine import clock, definitions, incidents, instances, queue
from engine.database import transaction
from engine.models import HistoryEntry, Instance, Job
from engine.retrying import BACK_OFF
from tests.engine.errands import working
from tests.engine.pictures import with_pictures
from tests.engine.playing import DIAGRAMS, Play
from tests.services.valkey import ValkeyServer, run_valkey

STEPS = 5
PATIENCE = 180.0
KILLS, MOST_KILLS = 3, 20
"""How many kills have to hit a worker at work, and how many are tried: a busy machine may come too late to one."""


@pytest.fixture(scope="module")
def broker() -> Iterator[ValkeyServer]:
    """A broker of our own, that may be frozen and killed."""
    with run_valkey(from_wheel=True) as server:
        queue.use_broker(server.url)
        yield server
        queue.use_broker("memory://")


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Play]:
    play = Play(postgres_url)
    yield play
    play.engine.dispose()


@pytest.fixture
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The wake-ups that were asked for, instead of sending them."""
    asked: list[str] = []
    monkeypatch.setattr(queue, "_carrier", [lambda: asked.append("wake up")])
    return asked


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Look again and again until it is so, or time is up."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        Event().wait(0.02)
    return True


def send_on_errands(play: Play, count: int) -> None:
    """Start instances of five service steps each, all of them due now."""
    with transaction(play.factory) as session:
        package = {"errands.bpmn": (DIAGRAMS / "errands.bpmn").read_bytes()}
        definition = definitions.deploy(session, with_pictures(package), by=None, now=clock.now())
        for number in range(count):
            instances.start(session, definition, name=f"Errands {number}", by=None, now=clock.now())


def count_completed(play: Play) -> int:
    with play.factory() as session:
        return session.scalar(select(func.count()).select_from(Instance).where(Instance.state == "completed")) or 0


def assert_each_errand_was_run_once(play: Play, count: int) -> None:
    with play.factory() as session:
        assert [instance.variables["errands"] for instance in session.scalars(select(Instance))] == [STEPS] * count
        done = session.execute(
            select(HistoryEntry.instance_id, HistoryEntry.step).where(HistoryEntry.kind == "service_done")
        )
        times = Counter((instance_id, step) for instance_id, step in done)
        assert len(times) == count * STEPS
        assert set(times.values()) == {1}
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def a_job(**due: float) -> Job:
    return Job(kind="clock", payload={"stage": "overdue"}, due_at=clock.now() + timedelta(**due), attempts=0)


class TestWakeUps:
    def test_are_sent_after_a_commit_that_left_work_to_do_now(self, play: Play, wake_ups: list[str]) -> None:
        queue.wake_after_commit(play.factory)
        with play.factory() as session:
            session.add(a_job())
            session.flush()
            assert wake_ups == []
            session.commit()
        assert wake_ups == ["wake up"]

    def test_are_sent_once_for_many_rows(self, play: Play, wake_ups: list[str]) -> None:
        queue.wake_after_commit(play.factory)
        send_on_errands(play, 3)
        assert wake_ups == ["wake up"]

    def test_are_not_sent_for_work_of_later(self, play: Play, wake_ups: list[str]) -> None:
        queue.wake_after_commit(play.factory)
        with transaction(play.factory) as session:
            session.add(a_job(hours=1))
        assert wake_ups == []

    def test_are_not_sent_when_the_transaction_was_undone(self, play: Play, wake_ups: list[str]) -> None:
        queue.wake_after_commit(play.factory)
        with play.factory() as session:
            session.add(a_job())
            session.flush()
            session.rollback()
            session.commit()
        assert wake_ups == []

    def test_are_sent_when_a_failed_job_is_tried_again(self, play: Play, wake_ups: list[str]) -> None:
        send_on_errands(play, 1)
        with transaction(play.factory) as session:
            session.scalars(select(Job)).one().kind = "unheard of"
        for _ in range(len(BACK_OFF) + 1):
            play.travel(minutes=15)
        queue.wake_after_commit(play.factory)
        with transaction(play.factory) as session:
            [(incident, _)] = incidents.list_open(session)
            incidents.retry(session, incident.id, by="admin", now=clock.now())
        assert wake_ups == ["wake up"]

    def test_reach_the_broker(self, broker: ValkeyServer) -> None:
        broker.empty()
        queue.wake()
        with redis.Redis.from_url(broker.url) as client:
            assert wait_until(lambda: client.llen("celery") == 1)

    def test_cost_nobody_any_time_when_the_broker_hangs(self, broker: ValkeyServer) -> None:
        assert broker.process is not None
        broker.empty()
        broker.process.freeze()
        began = monotonic()
        for _ in range(1000):
            queue.wake()
        spent = monotonic() - began
        broker.process.thaw()
        assert spent < 5, f"1,000 wake-ups took {spent:.2f} s"
        with redis.Redis.from_url(broker.url) as client:

            def arrives() -> bool:
                queue.wake()
                return client.llen("celery") > 0

            assert wait_until(arrives), "after the broker came back, wake-ups did not reach it"


class TestTicker:
    def test_finds_what_becomes_due_by_itself(self, play: Play) -> None:
        send_on_errands(play, 2)
        with transaction(play.factory) as session:
            for job in session.scalars(select(Job)):
                job.due_at = clock.now() + timedelta(hours=1)
        ticker = queue.Ticker(play.factory)
        ticker.start()
        try:
            clock.travel(hours=2)
            assert wait_until(lambda: count_completed(play) == 2)
        finally:
            ticker.stop()
            ticker.join()

    def test_takes_no_write_lock_while_there_is_nothing_to_do(self, play: Play) -> None:
        with play.counting() as statements:
            queue.Ticker(play.factory)._drain_all()
        assert len(statements) == 1
        assert statements[0].startswith("SELECT min(job.due_at)")


class TestWorkers:
    def test_are_woken_and_do_what_is_due(self, postgres: Play, postgres_url: str, broker: ValkeyServer) -> None:
        broker.empty()
        queue.wake_after_commit(postgres.factory)
        with working(postgres_url, broker.url) as [worker]:
            send_on_errands(postgres, 20)
            assert wait_until(lambda: count_completed(postgres) == 20)
            with redis.Redis.from_url(broker.url) as client:
                assert wait_until(lambda: client.llen("celery") == 0), "the workers did not read the wake-ups"
            assert worker.stop() == 0
        assert_each_errand_was_run_once(postgres, 20)

    def test_lose_and_double_nothing_when_they_are_killed(
        self, postgres: Play, postgres_url: str, broker: ValkeyServer
    ) -> None:
        sent = hits = 0
        with working(postgres_url, broker.url, 2) as workers:
            for victim in islice(cycle(workers), MOST_KILLS):
                send_on_errands(postgres, 40)
                sent += 40
                assert wait_until(lambda goal=sent - 35: count_completed(postgres) >= goal)
                victim.kill()
                # Somewhere in the middle: there is progress, and there is work left.
                hits += count_completed(postgres) < sent
                victim.start()
                if hits == KILLS:
                    break
            assert hits == KILLS
            assert wait_until(lambda: count_completed(postgres) == sent)
        assert_each_errand_was_run_once(postgres, sent)

    def test_go_on_when_the_broker_is_killed(self, postgres: Play, postgres_url: str, broker: ValkeyServer) -> None:
        assert broker.process is not None
        queue.wake_after_commit(postgres.factory)
        with working(postgres_url, broker.url) as [worker]:
            send_on_errands(postgres, 3)
            assert wait_until(lambda: count_completed(postgres) == 3)
            broker.process.kill()
            try:
                send_on_errands(postgres, 5)
                assert wait_until(lambda: count_completed(postgres) == 8)
            finally:
                broker.process.start()
            assert worker.is_running

    def test_begin_without_a_broker(self, postgres: Play, postgres_url: str) -> None:
        send_on_errands(postgres, 5)
        with working(postgres_url, "redis://127.0.0.1:1/0"):
            assert wait_until(lambda: count_completed(postgres) == 5)

    def test_work_embedded_without_any_broker(self, sqlite_url: str) -> None:
        play = Play(sqlite_url)
        send_on_errands(play, 5)
        with working(sqlite_url, "memory://") as [worker]:
            assert wait_until(lambda: count_completed(play) == 5)
            assert worker.stop() == 0
        assert_each_errand_was_run_once(play, 5)
        play.engine.dispose()


def test_a_worker_without_a_database_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_factory", [])
    with pytest.raises(queue.ConfigurationError, match="reviewflow work"):
        queue.drain()
