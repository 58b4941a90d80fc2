"""An annual review on an installation whose parts are killed a thousand times: make chaos, or KILLS=50 make chaos."""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from time import monotonic

from sqlalchemy import select

from engine import clock
from engine.database import SessionFactory, connect, create_session_factory, transaction
from tests.chaos.checking import Check, check_the_end, check_what_was_told
from tests.chaos.installation import installed
from tests.chaos.killing import Killer
from tests.chaos.people import Crowd
from tests.stories.company import Company, executive_people, hr_people, launch_annual_review, move_in
from workflows.cycles.models import Cycle
from workflows.installing import install
from workflows.migrations import upgrade

KILLS = int(os.environ.get("KILLS", "1000"))
SEED = int(os.environ.get("SEED", "0")) or Random().randrange(1, 1_000_000)
PEOPLE_AT_ONCE = 6
LONGEST = 4 * 60 * 60
DAYS = 120


def main() -> int:
    """Kill, look, play to the end, look again. Returns how many promises were broken."""
    print(f"{KILLS:,} kills, SEED={SEED}", flush=True)
    install()
    with tempfile.TemporaryDirectory() as name, installed(Path(name), _prepare) as installation:
        engine = connect(installation.database_url)
        factory = create_session_factory(engine)
        crowd, killer, began = Crowd(installation.port, factory), Killer(KILLS, SEED), monotonic()
        with crowd.at_work(PEOPLE_AT_ONCE), killer.at_large(installation.parts, LONGEST):
            crowd.go_home()
            print(f"{KILLS:,} kills in {monotonic() - began:,.0f} s: {_words(killer.done)}")
            print(
                f"{len(crowd.ledger.handed_in):,} tasks handed in; people saw {_words(crowd.ledger.happened)}",
                flush=True,
            )
            installation.stop_programs()
            with factory() as session:
                checks = list(check_what_was_told(session, crowd.ledger))
            checks += _play_to_the_end(factory)
        engine.dispose()
    return sum(not _tell(check) for check in checks)


def _prepare(url: str) -> None:
    """A company whose annual review is just launched: the workers have everything to do."""
    engine = connect(url)
    upgrade(engine)
    with tempfile.TemporaryDirectory() as folder, transaction(create_session_factory(engine)) as session:
        hr = move_in(session, Path(folder), clock.now())
        launch_annual_review(session, hr[0], clock.now())
    engine.dispose()


def _play_to_the_end(factory: SessionFactory) -> list[Check]:
    with factory() as session:
        root_id = session.scalars(select(Cycle.instance_id)).one()
        company = Company(factory, hr_people(session), executive_people(session))
    company.play(root_id, DAYS)
    clock.come_home()
    with factory() as session:
        return list(check_the_end(session, root_id))


def _tell(check: Check) -> bool:
    print(f"{'BROKEN' if check.broken else 'holds':<8}{check.promise} ({check.looked_at:,} looked at)")
    for case in check.broken[:10]:
        print(f"        {case}")
    return not check.broken


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
