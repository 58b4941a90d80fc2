"""Starting real servers for a test session and ending every one of them, and nothing else.

A server is a child of this process: it listens on a free loopback port, keeps its files in a folder of its own and
is stopped at the end. If the test session itself is killed, the kernel ends the server too. As root the servers run
as the unprivileged user `nobody`, because PostgreSQL refuses to run as root.
"""

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

PORTS = range(20_000, 32_000)
PR_SET_PDEATHSIG = 1
START_TIMEOUT = 180.0
STOP_TIMEOUT = 60.0
POLL_INTERVAL = 0.02


class ServiceError(Exception):
    """A server that tests need can not be provided. The message says why and what to do."""


def find_free_port() -> int:
    """A loopback port that nobody listens on now; none of those that connections are given, so that it stays free."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def find_unprivileged_user() -> pwd.struct_passwd | None:
    """The user that servers run as when we are root; None when we are somebody already."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@contextlib.contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A temporary folder that the server may write in, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"reviewflow-{name}-"))
    if user := find_unprivileged_user():
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_unprivileged(command: Sequence[str], *, cwd: Path) -> None:
    """Run `command` to its end as the servers' user. Raises ServiceError with its output when it fails."""
    done = subprocess.run(
        command, cwd=cwd, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, **_credentials()
    )
    if done.returncode:
        raise ServiceError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


@dataclass
class ServerProcess:
    """One server process and the log it writes. `is_ready` is asked until it answers True."""

    name: str
    command: Sequence[str]
    folder: Path
    is_ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ServiceError with the end of its log otherwise."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one prctl call, and no thread holds a lock we need
                **_credentials(),
            )
        deadline = monotonic() + START_TIMEOUT
        while not self.is_ready():
            if self._process.poll() is not None or monotonic() > deadline:
                log_end = (self.folder / "log").read_text(errors="replace")[-2000:]
                self.stop()
                raise ServiceError(f"{self.name} did not start. The end of its log:\n{log_end}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL_INTERVAL)

    def stop(self) -> None:
        """End the server politely, then by force."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the server the hard way, as a power cut would: this is what fault tests use."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """Let the server hang: it keeps its connections and answers nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)


def _credentials() -> dict[str, Any]:
    user = find_unprivileged_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def die_with_parent() -> None:
    """Called in a child before it becomes a program: the kernel ends it when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
