"""reviewflow work and beat: a worker, which does what machines have to do, and what wakes it now and then."""

import os
import sys
from threading import Thread, Timer

import click

from engine import ConfigurationError, queue
from webapp.commands import dry_runs
from webapp.commands.installation import open_installation
from webapp.commands.printing import log_to_terminal
from webapp.settings import load_settings

__all__ = ["beat", "dry_runs", "work"]
"""That dry runs are imported lets a worker know their kind of job."""

LONGEST_FAREWELL = 10.0
"""Seconds that a worker whose web process has gone may take to finish its turn."""


@click.command()
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="With a broker only.")
@click.option("--supervised", is_flag=True, hidden=True)
def work(processes: int, *, supervised: bool) -> None:
    """Run a worker: it hands out tasks, fires timers, sends reminders, calls services.

    With a broker (REVIEWFLOW_BROKER_URL) start as many as you like, under a supervisor that starts them again.
    Embedded, reviewflow serve starts its own.
    """
    log_to_terminal()
    installation = open_installation(pool_size=2)
    if supervised:
        Thread(target=_follow_web_process, name="wake-ups from the web process", daemon=True).start()
    else:
        click.echo("The worker is running. Stop it with Ctrl-C.", err=True)
    raise click.exceptions.Exit(queue.run_worker(installation.factory, processes=processes))


@click.command()
@click.option("--every", default=10.0, show_default=True, type=click.FloatRange(0.1, 3600), help="Seconds.")
def beat(every: float) -> None:
    """Wake the workers now and then, from a process of its own; needs a broker.

    Workers find due work by themselves. One beat beside them is a second net, for instance when a worker hangs.
    """
    log_to_terminal()
    settings = load_settings()
    if queue.is_embedded(settings.broker_url):
        raise ConfigurationError(
            "Beat needs a broker, and REVIEWFLOW_BROKER_URL names none. Embedded, reviewflow serve is enough."
        )
    queue.use_broker(settings.broker_url)
    click.echo("Beat is running. Stop it with Ctrl-C.", err=True)
    queue.run_beat(every)


def _follow_web_process() -> None:
    """Every byte on standard input is a wake-up; its end is the end of the web process, however that came."""
    while os.read(sys.stdin.fileno(), 4096):
        queue.wake()
    last_resort = Timer(LONGEST_FAREWELL, os._exit, [1])
    last_resort.daemon = True
    last_resort.start()
    queue.stop_worker()
