"""How much processor time a stretch of code costs: that of this process and that of the database server."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Seconds of a stretch of code: on the clock, of our own processor time, and of the database server's."""

    wall: float = 0.0
    own: float = 0.0
    database: float = 0.0

    @property
    def processor(self) -> float:
        """Processor time in all."""
        return self.own + self.database


@contextmanager
def measured(server_pid: int | None) -> Iterator[Cost]:
    """The cost of the block, filled in at its end. `server_pid` is PostgreSQL's first process; None without one."""
    cost = Cost()
    wall, own, database = time.perf_counter(), time.process_time(), _of_server(server_pid)
    yield cost
    cost.wall = time.perf_counter() - wall
    cost.own = time.process_time() - own
    cost.database = _of_server(server_pid) - database


def _of_server(pid: int | None) -> float:
    """The processor time of a server and its children so far, in seconds."""
    if pid is None:
        return 0.0
    return sum(_of_process(child) for child in [pid, *_children(pid)])


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _of_process(pid: int) -> float:
    """The time of a process and of the children it has waited for; 0 for one that has just ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS
