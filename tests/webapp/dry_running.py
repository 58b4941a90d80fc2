"""Playing the dry runs that were asked for on a page, as the worker does."""

from engine import jobs
from engine.database import SessionFactory
from webapp.commands import dry_runs


def play(factory: SessionFactory, started: list[int]) -> None:
    """What the worker does: start a process for every dry run that waits, which plays it."""
    while jobs.drain(factory):
        pass
    for number in started:
        dry_runs.play_kept(factory, number)
    started.clear()
