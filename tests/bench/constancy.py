"""A completion costs the same in short and long diagrams, and in a fresh case and one that was sent back often."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

from tests.engine.chains import draw_chain
from tests.engine.playing import Play

Row = tuple[str, float, str]

CASES, STEPS = 40, 4
SENT_BACK = (1, 50)


def run() -> Iterator[Row]:
    """Milliseconds of processor time a completion, on SQLite in one process, and the ratio of the two of a pair."""
    with tempfile.TemporaryDirectory() as folder:
        play = Play(f"sqlite:///{Path(folder) / 'constancy.db'}")
        chains = {length: play.publish(draw_chain(length)).id for length in (5, 100)}
        yield from _pair("a completion in a diagram of {} steps", (5, 100), lambda length: _chain(play, chains[length]))
        back = play.deploy("send_back")
        yield from _pair("a completion after {} send-backs", SENT_BACK, lambda times: _sent_back(play, back, times))


def _pair(label: str, kinds: tuple[int, int], measure: Callable[[int], list[float]]) -> Iterator[Row]:
    took: dict[int, list[float]] = {kind: [] for kind in kinds}
    measure(kinds[0])  # warms up
    for _case in range(CASES):
        for kind in kinds:
            took[kind] += measure(kind)
    for kind in kinds:
        yield label.format(kind), median(took[kind]) * 1000, "ms"
    yield label.format(f"{kinds[1]} against {kinds[0]}"), median(took[kinds[1]]) / median(took[kinds[0]]), "×"


def _chain(play: Play, definition: int) -> list[float]:
    """The first completions of a new case."""
    instance = play.launch(definition)
    return [_finish(play, instance) for _ in range(STEPS)]


def _sent_back(play: Play, definition: int, times: int) -> list[float]:
    """A few completions of a case that was sent back so many times."""
    instance = play.launch(definition)
    for _ in range(times):
        _finish(play, instance)
        _finish(play, instance, outcome="back")
    return [_finish(play, instance, outcome="back") for _ in range(2 * STEPS)]


def _finish(play: Play, instance_id: int, **answers: object) -> float:
    [task] = [task for task in play.open_tasks() if task.instance_id == instance_id]
    began = process_time()
    play.finish(task, **answers)
    return process_time() - began
