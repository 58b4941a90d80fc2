"""The only place that knows Celery.

The database is the queue; a Celery message says only “there is work: drain”. It is sent after the commit, holds no
truth, and may be lost: a ticker in every worker process finds what a crash or a silent broker swallowed, and what
becomes due by itself. How a wake-up reaches a worker depends on the broker:

* Redis, Valkey or RabbitMQ: any number of worker processes. A thread sends the message, so that nobody who completes
  a task waits for a broker that hangs. Wake-ups that pile up meanwhile go out as one.
* `memory://`, everything on one machine: the web process writes one byte into the standard input of its one worker
  process (`wake_through`), which passes it on to its own Celery. When that input ends, the web process is gone, and
  the worker ends too.
"""

import logging
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.signals import beat_init, setup_logging, worker_process_init
from celery.worker import state as worker_state
from kombu.pools import producers
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import clock, jobs
from engine.database import JOBS_DUE, SessionFactory, connect, create_session_factory
from engine.errors import ConfigurationError
from engine.models import Job
from engine.states import WAITING

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
WAKE_UP_EXPIRES = 60
"""Seconds after which a wake-up that nobody has read is dropped: by then the tickers have seen to it."""

# A broker that hangs is given up after a second, one that refuses is tried once more.
NETWORK_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.1,
}
MEMORY_OPTIONS = {"polling_interval": 0.05}

app = Celery("reviewflow")
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=1,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)


def use_broker(url: str) -> None:
    """Send and receive wake-ups through the broker behind `url`."""
    # Without a host kombu would warn that there is none, each time it connects to nothing.
    app.conf.broker_url = "memory://localhost" if is_embedded(url) else url
    app.conf.broker_transport_options = MEMORY_OPTIONS if is_embedded(url) else NETWORK_OPTIONS


def is_embedded(broker_url: str) -> bool:
    """Whether there is no broker outside of the processes themselves."""
    return broker_url.startswith("memory:")


use_broker("memory://")

# Sending


class Messenger:
    """Sends wake-ups to the broker from a thread of its own; at the end of the program it sends what is left."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wake-ups")
        self._waiting = False
        self._broker_is_silent = False

    def ask(self) -> None:
        """Have a wake-up sent soon. Never waits, never fails."""
        if self._waiting:
            return
        self._waiting = True
        try:
            self._thread.submit(self._send)
        except RuntimeError:
            # The interpreter is ending; the ticker of a worker will find the work.
            self._waiting = False

    def _send(self) -> None:
        # Before the message goes out, so that whoever commits from now on has another one sent.
        self._waiting = False
        try:
            # The pool belongs to the broker in use now; Celery's own would stay with the first one.
            with producers[app.connection_for_write()].acquire(block=True) as producer:
                drain.apply_async(producer=producer, retry=False, expires=WAKE_UP_EXPIRES)
        except Exception as error:  # noqa: BLE001 - whatever a broker does, nothing depends on this message
            if not self._broker_is_silent:
                log.warning("The broker does not take wake-ups (%s); tickers find the work.", error)
            self._broker_is_silent = True
        else:
            self._broker_is_silent = False


_messenger = Messenger()
_carrier: list[Callable[[], None]] = [_messenger.ask]


def wake_through(carrier: Callable[[], None]) -> None:
    """Give wake-ups to `carrier`, which must neither wait nor raise, instead of to the broker."""
    _carrier[:] = [carrier]


def wake() -> None:
    """Tell the workers that there is work. Costs the caller nothing, even when the broker hangs or is gone."""
    _carrier[0]()


def wake_after_commit(factory: SessionFactory) -> None:
    """Send a wake-up whenever a transaction of `factory` has committed jobs that are due now."""

    @event.listens_for(factory, "before_flush")
    def _notice_objects(session: Session, *_details: object) -> None:
        changed = [item for item in (*session.new, *session.dirty) if isinstance(item, Job)]
        _note_due(session, (job.due_at for job in changed if job.state in (None, WAITING)))

    @event.listens_for(factory, "after_commit")
    def _send(session: Session) -> None:
        if session.info.pop(JOBS_DUE, False):
            wake()

    @event.listens_for(factory, "after_rollback")
    def _forget(session: Session) -> None:
        session.info.pop(JOBS_DUE, None)


def _note_due(session: Session, moments: Iterable[datetime]) -> None:
    now = clock.now()
    if any(moment <= now for moment in moments):
        session.info[JOBS_DUE] = True


# Working

_factory: list[SessionFactory] = []
_turn = threading.Lock()
"""Held by whichever thread of this process is draining: two would only be in each other's way."""


def use_database(factory: SessionFactory) -> None:
    """Tell the workers of this process which database to drain."""
    _factory[:] = [factory]


def _database() -> SessionFactory:
    if not _factory:
        raise ConfigurationError("This worker has no database to work for. Start workers with: reviewflow work")
    return _factory[0]


@app.task(name="reviewflow.drain")  # type: ignore[untyped-decorator] # Celery has no types
def drain() -> int:
    """Do what is due; when there is more than fits into one turn, ask for another."""
    if worker_state.should_stop is not None:
        return 0
    factory = _database()
    try:
        with _turn:
            count = jobs.drain(factory)
        if count and jobs.is_any_due(factory, clock.now()):
            wake()
    except OperationalError as error:
        log.warning("The database does not answer (%s); the ticker tries again.", error.orig)
        return 0
    return count


class Ticker(threading.Thread):
    """Looks for due work every second, so that no crash and no dead broker can lose it."""

    def __init__(self, factory: SessionFactory) -> None:
        super().__init__(name="ticker", daemon=True)
        self.factory = factory
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(TICK_SECONDS):
            try:
                self._drain_all()
            except OperationalError as error:
                log.warning("The database does not answer (%s); trying again.", error.orig)
            except Exception:  # the ticker is the last resort: it must outlive every fault
                log.exception("The ticker could not work; it tries again.")

    def _drain_all(self) -> None:
        while not self.stopped.is_set() and jobs.is_any_due(self.factory, clock.now()):
            if not _turn.acquire(blocking=False):
                return
            try:
                if not jobs.drain(self.factory):
                    return
            finally:
                _turn.release()

    def stop(self) -> None:
        """End after the turn at hand."""
        self.stopped.set()


def run_worker(factory: SessionFactory, *, processes: int = 2) -> int:
    """Work until told to stop (SIGTERM, SIGINT or `stop_worker`); returns the exit code.

    With a broker: `processes` worker processes. Embedded: one thread, because SQLite has one writer.
    """
    use_database(factory)
    embedded = is_embedded(app.conf.broker_url)
    if embedded:
        Ticker(factory).start()
    else:
        # Nothing open may cross the fork; each worker process connects for itself.
        factory.kw["bind"].dispose()
    # Celery warns of root because of pickle, which is switched off here, and of its own plans for a later version.
    for category in (SecurityWarning, CPendingDeprecationWarning):
        warnings.filterwarnings("ignore", category=category)
    worker = app.Worker(
        pool="threads" if embedded else "prefork",
        concurrency=1 if embedded else processes,
        optimization="fair",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def stop_worker() -> None:
    """Let the embedded worker of this process end after the turn at hand. Returns after a few seconds at most."""
    worker_state.should_stop = 0
    # Celery looks whether to stop after a message, twice, or else every two seconds.
    for _ in range(20):
        _messenger.ask()
        time.sleep(0.1)


def connect_again(parent: SessionFactory) -> SessionFactory:
    """Sessions on connections of their own to the same database, with the same things kept beside them."""
    url = parent.kw["bind"].url.render_as_string(hide_password=False)
    factory = create_session_factory(connect(url, pool_size=2))
    factory.configure(info=parent.kw.get("info") or {})
    return factory


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _begin_in_child(**_details: Any) -> None:
    """A new worker process gets connections and a ticker of its own, whether or not the broker answers."""
    factory = connect_again(_database())
    use_database(factory)
    Ticker(factory).start()


@setup_logging.connect  # type: ignore[untyped-decorator]
def _leave_logging_alone(**_details: Any) -> None:
    """Whoever starts the worker says where its log goes."""


@beat_init.connect  # type: ignore[untyped-decorator]
def _end_when_told(sender: Any, **_details: Any) -> None:
    """Celery ends its beat by an exception out of the signal; where some code swallows that, beat would go on."""

    def stop(*_signal: Any) -> None:
        sender.stop()
        raise SystemExit

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def run_beat(seconds: float) -> None:
    """Send a wake-up every so many `seconds`, until the process is stopped.

    The tickers of the workers make it unnecessary; it is a second net under them, from outside of their processes.
    """
    app.conf.beat_schedule = {
        "drain": {"task": drain.name, "schedule": seconds, "options": {"expires": WAKE_UP_EXPIRES}}
    }
    app.Beat(scheduler_cls="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()
