"""The one worker process of an embedded installation, kept running by the web process."""

import logging
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "webapp.commands", "work", "--supervised")
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY_AFTER = 60.0
"""Seconds after which a worker counts as running well, so that the next restart comes at once again."""
STOP_TIMEOUT = 8.0


class WorkerProcess:
    """Starts the worker, starts it again with growing pauses when it ends, and carries wake-ups to it.

    The worker reads wake-ups from its standard input, and ends with it: even a web process that is killed the hard
    way leaves no worker behind.
    """

    def __init__(self, log_path: Path | None = None) -> None:
        self._log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None
        self._spawning = Lock()
        self._piping = Lock()
        self._stopping = Event()

    def start(self) -> None:
        """Start the worker, and watch over it from now on."""
        if first := self._spawn():
            Thread(target=self._keep_running, args=(first,), name="supervisor", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process id of the worker that runs now."""
        return self._process.pid if self._process else None

    def wake(self) -> None:
        """Tell the worker that there is work. Never waits, never fails: its ticker finds what gets lost here."""
        with self._piping:
            if self._process is None or self._process.stdin is None or self._process.stdin.closed:
                return
            try:
                os.write(self._process.stdin.fileno(), b"\n")
            except OSError:
                # The pipe is full of wake-ups already, or the worker has just ended.
                return

    def stop(self) -> None:
        """Let the worker finish its turn and end; by force when it takes too long."""
        self._stopping.set()
        with self._spawning:
            process = self._process
        if process is None:
            return
        self._close_pipe(process)
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _close_pipe(self, process: subprocess.Popen[bytes]) -> None:
        # Never between finding out the number of the pipe and writing to it: another file might have got that number.
        with self._piping:
            if process.stdin is not None:
                process.stdin.close()

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        """Start a worker, unless this is the end."""
        with self._spawning:
            if self._stopping.is_set():
                return None
            self._process = self._open_process()
            return self._process

    def _open_process(self) -> subprocess.Popen[bytes]:
        with ExitStack() as stack:
            output = stack.enter_context(self._log_path.open("ab")) if self._log_path else None
            # In a process group of its own, so that Ctrl-C reaches the web process alone, which then ends the worker.
            process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=output, stderr=output, process_group=0, bufsize=0
            )
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
        return process

    def _keep_running(self, process: subprocess.Popen[bytes] | None) -> None:
        pause = FIRST_PAUSE
        while process is not None:
            began = monotonic()
            code = process.wait()
            self._close_pipe(process)
            if self._stopping.is_set():
                return
            if monotonic() - began > STEADY_AFTER:
                pause = FIRST_PAUSE
            log.warning("The worker has ended (exit code %s); it is started again in %.1f s.", code, pause)
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            process = self._spawn()
