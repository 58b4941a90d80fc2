"""reviewflow incidents, case and cycle: what an operator does about what has stopped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import clock, definitions, incidents, instances, jobs
from engine.database import SessionFactory, connect, create_session_factory, transaction
from engine.models import Instance
from tests.engine.pictures import with_pictures
from tests.engine.playing import read_diagram
from tests.webapp.commands.conftest import Program
from tests.webapp.commands.test_cycles import LAUNCH, anybody

BECAUSE = ("--reason", "Agreed by telephone.")


@pytest.fixture
def factory(company: Program, data_dir: Path) -> Iterator[SessionFactory]:
    """The database of the installation, where three cases have stopped at the same timer."""
    engine = connect(f"sqlite:///{data_dir / 'reviewflow.db'}")
    factory = create_session_factory(engine)
    person = company("people", "export", "-").out.splitlines()[1].split(",")[0]
    package = {"wait.bpmn": read_diagram("timer_expression").replace(b'rf:actor="ann"', b'rf:actor="initiator"')}
    with transaction(factory) as session:
        definition = definitions.deploy(session, with_pictures(package), by=None, now=clock.now())
        for number in range(3):
            instances.start(session, definition, name=f"Case {number}", by=person, now=clock.now())
    yield factory
    engine.dispose()


def test_lists_what_has_stopped(company: Program, factory: SessionFactory) -> None:
    shown = company("incidents", "list")
    assert "Open incidents: 3." in shown.out
    listed: Any = company("incidents", "list", "--json").json
    assert (listed["total"], {row["step"] for row in listed["incidents"]}) == (3, {"wait"})
    assert company("status", "--json").json["open_incidents"] == 3  # type: ignore[index]


def test_resolves_one_and_then_all_alike(company: Program, factory: SessionFactory) -> None:
    by = ("--by", anybody(company))
    # Given a first try that does not help, and one without a reason
    assert "is resolved (retried)" in company("incidents", "retry", "1", *by).out
    assert company("incidents", "skip", "4", *by).err == "Say why: the reason stays on record.\n"
    # When the data are changed
    changed = company("incidents", "set", "4", "urgent=true", *by, *BECAUSE)
    assert "is resolved (changed)" in changed.out
    # Then the others are moved together, by the workers
    moved: Any = company("incidents", "move", "2", "--to", "end", "--alike", *by, *BECAUSE, "--json").json
    assert moved == {"batch": 1}
    while jobs.drain(factory):
        pass
    with factory() as session:
        assert incidents.count_open(session) == 0
        states = [session.get_one(Instance, number).state for number in (1, 2, 3)]
    assert states == ["running", "completed", "completed"]


def test_refuses_what_cannot_be_done_in_words(company: Program, factory: SessionFactory) -> None:
    by = ("--by", anybody(company))
    assert company("incidents", "retry", "99", *by).err == "There is no such incident.\n"
    assert "cannot go on there" in company("incidents", "move", "1", "--to", "nowhere", *by, *BECAUSE).err
    assert company("incidents", "set", "1", "urgent", *by, *BECAUSE).code == 2


def test_a_case_and_a_cycle_are_paused_resumed_and_cancelled(company: Program) -> None:
    who = anybody(company)
    launched: Any = company(*LAUNCH, "--by", who, "--wait", "--json").json
    cycle, by = str(launched["cycle"]), ("--by", who, "--reason", "The unit is closed.")
    people: Any = company(*LAUNCH, "--by", who, "--dry-run", "--json").json
    own = company("people", "export", "-").out.splitlines()[1].split(",")[0]
    person = next(found for found in people["participants"] if found != own)
    # One case
    assert "is paused." in company("case", "suspend", cycle, person, *by).out
    assert company("case", "suspend", cycle, person, *by).code == 1
    assert "is resumed." in company("case", "resume", cycle, person, *by, "--shift").out
    assert company("case", "cancel", cycle, person, *by, "--json").json == {
        "cycle": 1,
        "person": person,
        "state": "cancelled",
    }
    # The whole cycle
    assert company("cycle", "suspend", cycle, *by).out == "Annual review 2026 is paused.\n"
    assert company("cycle", "suspend", cycle, *by).err == "This case is paused already.\n"
    assert company("cycle", "resume", cycle, *by).code == 0
    assert company("cycle", "cancel", cycle, *by).code == 0
    assert company("status", "--json").json["cycles"][0]["state"] == "cancelled"  # type: ignore[index]
