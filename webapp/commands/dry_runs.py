"""The process behind a dry run that somebody asked for on a page."""

import logging
import os
import subprocess
import sys
from datetime import datetime
from threading import Thread
from time import monotonic

import click
from sqlalchemy.orm import Session

from engine import EngineError, Job, SessionFactory, clock, registry, transaction
from webapp.commands.installation import open_installation
from webapp.commands.printing import log_to_terminal
from workflows.simulation import keeping
from workflows.simulation.dry_run import Moment, play_dry_run

log = logging.getLogger(__name__)

COMMAND = "play-dry-run"
EVERY = 1.0
"""Seconds between two looks whether the dry run is still wanted."""
NICENESS = 10
"""People at their pages go before."""
UNFORESEEN = "Something unexpected went wrong. The log of the worker has the details."


class NotWanted(Exception):
    """Somebody has stopped the dry run."""


@registry.job_kind(keeping.JOB)
def start_process(session: Session, job: Job, now: datetime) -> None:
    """Start the process that plays a dry run. Started twice, the second one finds that it is taken, and ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.commands", play.name or "", str(job.payload["dry_run"])],
        stdin=subprocess.DEVNULL,
    )
    # Somebody has to take note of its end, or it would stay in the list of processes.
    Thread(target=process.wait, name="dry run", daemon=True).start()


@click.command(COMMAND, hidden=True)
@click.argument("dry_run_id", type=int)
def play(dry_run_id: int) -> None:
    """Play a dry run that waits, and keep its report."""
    log_to_terminal()
    os.nice(NICENESS)
    play_kept(open_installation(pool_size=1).factory, dry_run_id)


def play_kept(factory: SessionFactory, dry_run_id: int) -> None:
    """Play a dry run that was asked for; whatever happens is kept with it."""
    with transaction(factory) as session:
        begun = keeping.begin(session, dry_run_id, now=clock.now())
    if begun is None:
        return
    plan, launched_at = begun
    heard = [monotonic()]

    def follow(moment: Moment) -> None:
        if monotonic() - heard[0] < EVERY:
            return
        heard[0] = monotonic()
        with transaction(factory) as session:
            if not keeping.note_progress(session, dry_run_id, moment, now=clock.now()):
                raise NotWanted

    try:
        report = play_dry_run(factory, plan, launched_at, follow)
    except NotWanted:
        return
    except EngineError as refusal:
        _fail(factory, dry_run_id, str(refusal))
        return
    except Exception:
        log.exception("dry run %s failed", dry_run_id)
        _fail(factory, dry_run_id, UNFORESEEN)
        return
    with transaction(factory) as session:
        keeping.keep(session, dry_run_id, report, now=clock.now())


def _fail(factory: SessionFactory, dry_run_id: int, problem: str) -> None:
    with transaction(factory) as session:
        keeping.fail(session, dry_run_id, problem, now=clock.now())
