"""A whole production installation on this machine, every part of which may be killed at any moment."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic
from typing import Protocol
from urllib.request import urlopen

from tests.services.postgres import run_postgres
from tests.services.processes import ServerProcess, ServiceError, die_with_parent, find_free_port
from tests.services.valkey import run_valkey

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
RECOVERY = 60
"""How often a server is started before we give up: PostgreSQL refuses until what was left of it has ended."""


class Part(Protocol):
    """Something that runs, and is killed without a warning."""

    name: str

    def start(self) -> None:
        """Start it and wait until it answers."""

    def kill(self, chance: Random) -> None:
        """End it, or one of its processes, as a power cut would."""


@dataclass
class Server:
    """PostgreSQL or the broker."""

    name: str
    process: ServerProcess

    def start(self) -> None:
        """Start it, as often as it takes until it has recovered."""
        for _ in range(RECOVERY):
            with contextlib.suppress(ServiceError):
                self.process.start()
                return
            Event().wait(0.1)
        raise ServiceError(f"{self.name} does not come back")

    def kill(self, chance: Random) -> None:
        """End its first process."""
        self.process.kill()


@dataclass
class Program:
    """Web processes or workers: a first process, and those that it starts."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    answers: Callable[[], bool]
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it where it has ended, and wait until it answers."""
        if self._process is None or self._process.poll() is not None:
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", *self.command],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    process_group=0,
                    preexec_fn=die_with_parent,  # noqa: PLW1509 - one prctl call, and no thread holds a lock we need
                )
        deadline = monotonic() + PATIENCE
        while not self.answers() and self._process.poll() is None:
            if monotonic() > deadline:
                raise ServiceError(f"{self.name} does not answer; see {self.log}")
            Event().wait(0.1)

    def kill(self, chance: Random) -> None:
        """End all of it, or one of the processes that the first one started and has to replace."""
        if self._process is None or self._process.poll() is not None:
            return
        children = _children_of(self._process.pid)
        if children and chance.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(children), signal.SIGKILL)
        else:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """End it in good order, and by force when it takes too long."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@dataclass(frozen=True)
class Installation:
    """The parts, where the web processes answer, and the database behind them."""

    programs: tuple[Program, ...]
    servers: tuple[Server, ...]
    port: int
    database_url: str

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that can be killed."""
        return (*self.programs, *self.servers)

    def stop_programs(self) -> None:
        """End the web processes and the workers in good order; the servers stay."""
        for program in self.programs:
            program.stop()


@contextlib.contextmanager
def installed(folder: Path, prepare: Callable[[str], None]) -> Iterator[Installation]:
    """PostgreSQL that writes through to the disk, a broker, web processes and workers, for the length of the block.

    `prepare` gets the URL of the empty database before anything runs on it.
    """
    with run_postgres(durable=True, from_wheel=True) as postgres, run_valkey(from_wheel=True) as valkey:
        assert postgres.process is not None
        assert valkey.process is not None
        port, url = find_free_port(), postgres.create_database()
        prepare(url)
        environment = _environment(folder, url, valkey.url, port)

        def program(name: str, *command: str, answers: Callable[[], bool] = lambda: True) -> Program:
            return Program(name, command, environment, folder / f"{name.replace(' ', '_')}.log", answers)

        web = program(
            "web processes",
            "gunicorn",
            "--config",
            str(ROOT / "deploy" / "gunicorn.conf.py"),
            answers=lambda: _ok(port),
        )
        workers = program("workers", "webapp.commands", "work", "--processes", "2")
        servers = (Server("the broker", valkey.process), Server("the database", postgres.process))
        installation = Installation((web, workers), servers, port, url)
        try:
            for part in installation.programs:
                part.start()
            yield installation
        finally:
            installation.stop_programs()


def _environment(folder: Path, database_url: str, broker_url: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "REVIEWFLOW_ENVIRONMENT": "production",
        "REVIEWFLOW_SECRET_KEY": "not a secret at all, but long enough",
        "REVIEWFLOW_DATABASE_URL": database_url,
        "REVIEWFLOW_BROKER_URL": broker_url,
        "REVIEWFLOW_DATA_DIR": str(folder),
        "REVIEWFLOW_BIND": f"127.0.0.1:{port}",
    }


def _ok(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
