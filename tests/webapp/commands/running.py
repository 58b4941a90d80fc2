"""Runs the program as a process of its own, and asks what it serves."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

from tests.services.processes import find_free_port

ROOT = Path(__file__).parents[3]
PATIENCE = 180.0


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Look again and again until it is so, or time is up."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        Event().wait(0.05)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs (one that ended and waits to be noticed does not)."""
    stat = read_of_process(Path(f"/proc/{pid}/stat"))
    return stat != "" and stat.rpartition(")")[2].split()[0] != "Z"


def read_of_process(path: Path) -> str:
    """What Linux says of a process or thread; nothing of one that has ended, maybe just now."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@dataclass
class Running:
    """A command that serves, on a port of its own."""

    process: subprocess.Popen[str]
    port: int

    def answers(self) -> bool:
        """Whether the web application is well."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, TimeoutError, ConnectionError):
            return False

    @property
    def workers(self) -> list[int]:
        """The process ids of its worker: one, or none while it is being started again."""
        lists = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for children in lists for pid in read_of_process(children).split()]

    def end(self, how: signal.Signals) -> int:
        """Send a signal, and wait until the process has ended; returns the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def printed(self) -> str:
        """Everything it said until it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.read()


@contextmanager
def running(data_dir: Path, command: str, *arguments: str) -> Iterator[Running]:
    """The program with `serve` or `demo`, until the block ends."""
    port = find_free_port()
    environment = {**os.environ, "REVIEWFLOW_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.commands", command, "--port", str(port), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509 - one call, and no thread holds a lock we need
    )
    try:
        yield Running(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def _hear_interrupts() -> None:
    """As at a terminal, although the tests may run in the background of a script, where Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
