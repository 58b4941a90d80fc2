"""A worker of its own process that runs errands: started by the tests of the queue, stopped or killed by them."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine import queue, registry
from engine.database import connect, create_session_factory
from engine.registry import ServiceCall

ROOT = Path(__file__).parents[2]


@registry.handler("tests.errand")
def run_errand(session: Session, call: ServiceCall) -> dict[str, Any]:
    """Count, in the variables of the instance, how many errands were run."""
    return {"errands": call.variables.get("errands", 0) + 1}


class Worker:
    """A worker process on a database and a broker."""

    def __init__(self, database_url: str, broker_url: str) -> None:
        self._command = [sys.executable, "-m", "tests.engine.errands", database_url, broker_url]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the worker; it does not wait until it is ready."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=environment, process_group=0)

    def kill(self) -> None:
        """End the worker and its processes as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> int:
        """Ask the worker to end; returns its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(120)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None


@contextmanager
def working(database_url: str, broker_url: str, count: int = 1) -> Iterator[list[Worker]]:
    """Workers for the length of the block."""
    workers = [Worker(database_url, broker_url) for _ in range(count)]
    for worker in workers:
        worker.start()
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.is_running:
                worker.kill()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    queue.use_broker(sys.argv[2])
    sys.exit(queue.run_worker(create_session_factory(connect(sys.argv[1])), processes=2))
