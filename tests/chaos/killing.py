"""What kills the parts of an installation, one thread for each of them, and starts them again."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Semaphore, Thread
from time import monotonic

from tests.chaos.installation import Part
from tests.services.processes import ServiceError

LEFT_ALONE = 8.0
"""Seconds until a part that answers is killed again, on average: some never get to work, some get far."""


@dataclass
class Killer:
    """Kills parts at random moments until there were `kills` of them in all."""

    kills: int
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _resting: Semaphore = field(default_factory=lambda: Semaphore(0))
    _over: Event = field(default_factory=Event)
    _faults: list[Exception] = field(default_factory=list)

    @contextlib.contextmanager
    def at_large(self, parts: tuple[Part, ...], seconds: float) -> Iterator[None]:
        """Kill until it is enough; the block then finds all parts running, for as long as it lasts.

        Raises what did not come back, and ServiceError when it takes longer than `seconds`.
        """
        threads = [Thread(target=self._haunt, args=(part, Random(f"{self.seed} {part.name}"))) for part in parts]
        for thread in threads:
            thread.start()
        try:
            deadline = monotonic() + seconds
            rested = [self._resting.acquire(timeout=max(deadline - monotonic(), 0)) for _ in threads]
            if self._faults:
                raise self._faults[0]
            if not all(rested):
                raise ServiceError(f"only {self.done.total():,} of {self.kills:,} kills in {seconds:,.0f} s")
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _haunt(self, part: Part, chance: Random) -> None:
        try:
            while not self._over.wait(chance.expovariate(1 / LEFT_ALONE)) and self._may_kill(part):
                part.kill(chance)
                part.start()
        except Exception as fault:  # noqa: BLE001 - a thread hands its faults over to the one that began it
            self._faults.append(fault)
        self._resting.release()
        # A server ends with the thread that has started it: this one stays as long as it is needed.
        self._over.wait()

    def _may_kill(self, part: Part) -> bool:
        with self._lock:
            if self._faults or self.done.total() >= self.kills:
                return False
            self.done[part.name] += 1
            return True
