"""The only place that knows Celery.

The database is the queue; Celery carries only the wake-up “there is work: drain”. It is sent after the commit, holds
no truth, and may be lost: a ticker in every worker finds what a crash or a silent broker swallowed.
"""

import logging
import os
import threading
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine import clock, jobs
from engine.database import SessionFactory, connect, create_session_factory
from engine.models import Job

log = logging.getLogger(__name__)

MEMORY = "memory://"
TICK_SECONDS = 1.0

app = Celery("reviewflow")
app.conf.update(
    broker_url=os.environ.get("REVIEWFLOW_BROKER_URL", MEMORY),
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=1,
    broker_transport_options={
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "max_retries": 1,
        "interval_start": 0,
        "interval_max": 0.1,
    },
    beat_schedule={"drain": {"task": "reviewflow.drain", "schedule": 10.0, "options": {"expires": 10}}},
    worker_hijack_root_logger=False,
)

_factory: list[SessionFactory] = []


def use_database(factory: SessionFactory) -> None:
    """Tell the workers of this process which database to drain."""
    _factory[:] = [factory]


def factory_in_use() -> SessionFactory:
    """The sessions of this process; opened from REVIEWFLOW_DATABASE_URL the first time."""
    if not _factory:
        use_database(create_session_factory(connect(os.environ["REVIEWFLOW_DATABASE_URL"], pool_size=2)))
    return _factory[0]


@app.task(name="reviewflow.drain")  # type: ignore[untyped-decorator] # Celery has no types
def drain() -> int:
    """Do what is due; when there is more than fits into one turn, ask for another."""
    count = jobs.drain(factory_in_use())
    if count and _has_due():
        wake()
    return count


def _has_due() -> bool:
    with factory_in_use()() as session:
        return jobs.count_due(session, clock.now()) > 0


def wake() -> None:
    """Send the wake-up. A broker that does not answer is no error: the ticker will find the work."""
    try:
        drain.apply_async(retry=False)
    except (BrokerError, OSError):
        log.warning("the broker does not answer; the ticker will find the work")


def wake_after_commit(factory: SessionFactory) -> None:
    """Send a wake-up whenever a transaction of `factory` has committed jobs that are due."""

    @event.listens_for(factory, "after_commit")
    def _send(session: Session) -> None:
        if session.info.pop("jobs_due", False):
            wake()

    @event.listens_for(factory, "do_orm_execute")
    def _notice(state: Any) -> None:
        if state.is_insert and state.bind_mapper is not None and state.bind_mapper.class_ is Job:
            state.session.info["jobs_due"] = True

    @event.listens_for(factory, "after_rollback")
    def _forget(session: Session) -> None:
        session.info.pop("jobs_due", None)


class Ticker(threading.Thread):
    """Looks for overdue work every second, so that no crash and no dead broker can lose it."""

    def __init__(self, factory: SessionFactory) -> None:
        super().__init__(name="ticker", daemon=True)
        self.factory = factory
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(TICK_SECONDS):
            try:
                jobs.drain(self.factory)
            except Exception:  # the ticker is the last resort: it must outlive every fault, such as a database restart
                log.exception("the ticker could not work; it tries again")

    def stop(self) -> None:
        """End after the turn at hand."""
        self.stopped.set()


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _forget_connections(**_details: Any) -> None:
    """After a fork no connection is shared with the parent."""
    if _factory:
        _factory[0].kw["bind"].dispose(close=False)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _start_ticker(**_details: Any) -> None:
    Ticker(factory_in_use()).start()
