"""How long a dry run of the whole company takes, in one process."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

from engine import clock
from engine.database import connect, create_session_factory, transaction
from engine.packages import read_package
from tests.stories.company import ROOT, move_in
from workflows.installing import install
from workflows.migrations import upgrade
from workflows.simulation.assuming import usual_assumptions
from workflows.simulation.dry_run import Plan, play_dry_run

Row = tuple[str, float, str]
FILES = read_package(ROOT / "bpmn" / "annual_review")


def run() -> Iterator[Row]:
    """Play the annual review for everybody, with what is usually assumed of it."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'bench.db'}")
        upgrade(engine)
        factory, now = create_session_factory(engine), clock.now()
        with transaction(factory) as session:
            hr = move_in(session, Path(folder), now)
        period = (now.date().replace(month=1, day=1), now.date().replace(month=12, day=31))
        plan = Plan("Bench", period, hr[0], files=FILES, assumptions=usual_assumptions("annual_review"))
        began, worked = perf_counter(), process_time()
        report = play_dry_run(factory, plan, now)
        seconds, processor = perf_counter() - began, process_time() - worked
        engine.dispose()
    yield "dry run: people played", report.participants / seconds, "/s"
    yield "dry run: tasks done", report.done / seconds, "/s"
    yield f"dry run of {report.participants:,} people, processor time", processor, "s"
