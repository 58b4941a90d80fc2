"""reviewflow demo: one command, and there is a company to look at."""

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from engine import clock
from engine.database import connect, create_session_factory
from tests.services.processes import find_free_port
from tests.webapp.commands.conftest import Program
from tests.webapp.commands.running import running, wait_until
from webapp.commands.demo_company import PASSWORD, choose_logins
from workflows.people.accounts import HR, roles_of, verify_password
from workflows.people.organisation import load_organisation


def play_demo(data_dir: Path, sample: Path, *arguments: str) -> str:
    """Start the demo, see it answer, stop it; returns what it printed."""
    with running(data_dir, "demo", "--data", str(sample), *arguments) as demo:
        assert wait_until(demo.answers), demo.end(signal.SIGTERM) and demo.printed()
        code, seconds = demo.end(signal.SIGINT)
        assert (code, seconds < 8) == (0, True)
        return demo.printed()


def test_it_brings_a_company_in_the_middle_of_a_review(reviewflow: Program, data_dir: Path, sample: Path) -> None:
    printed = play_demo(data_dir, sample)
    found: Any = reviewflow("status", "--json").json
    [cycle] = found["cycles"]
    assert cycle["name"] == f"Annual review {clock.now().year}"
    assert cycle["open_tasks"] == cycle["cases"] > 50
    assert found["incidents"] == []
    assert found["jobs"]["due"] == 0
    assert re.search(r"Reviewflow runs at http://localhost:\d+", printed)
    assert printed.endswith("Reviewflow has stopped. The next reviewflow demo goes on from here.\n")

    engine = connect(f"sqlite:///{data_dir / 'reviewflow.db'}")
    with create_session_factory(engine)() as session:
        organisation = load_organisation(session, clock.now().date())
        hr, manager, employee, executive = choose_logins(organisation)
        for login in (hr, manager, employee, executive):
            assert re.search(rf"{login.role} +{re.escape(login.email)} +{PASSWORD}", printed)
            assert verify_password(session, login.email, PASSWORD, now=clock.now()) is not None
        people = {person.email: person for person in organisation.everybody()}
        account = verify_password(session, hr.email, PASSWORD, now=clock.now())
        assert account is not None
        assert HR in roles_of(account, people[hr.email])
        assert people[employee.email].manager_id == people[manager.email].id
        assert people[executive.email].is_executive
        assert organisation.is_above(people[executive.email].id, people[manager.email].id)
    engine.dispose()


def test_the_next_start_goes_on_with_the_same_data(reviewflow: Program, data_dir: Path, sample: Path) -> None:
    play_demo(data_dir, sample)
    before: Any = reviewflow("status", "--json").json
    printed = play_demo(data_dir, sample)
    after: Any = reviewflow("status", "--json").json
    assert "Importing" not in printed
    assert after["cycles"] == before["cycles"]


def test_beginning_again_puts_the_old_data_aside(reviewflow: Program, data_dir: Path, sample: Path) -> None:
    play_demo(data_dir, sample)
    printed = play_demo(data_dir, sample, "--fresh")
    [kept] = data_dir.glob("reviewflow-until-*.db")
    assert f"The data of before are kept in {kept}." in printed
    assert kept.stat().st_size > 100_000
    assert len(reviewflow("status", "--json").json["cycles"]) == 1  # type: ignore[index]


def test_it_keeps_off_an_organisation_s_own_data(company: Program, data_dir: Path) -> None:
    for arguments in (("demo",), ("demo", "--fresh")):
        ended = company(*arguments, "--port", str(find_free_port()))
        assert ended.code == 1
        assert ended.err.startswith(f"{data_dir / 'reviewflow.db'} is no demo: ")
    assert company("status").code == 0


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("REVIEWFLOW_ENVIRONMENT", "production", "This is a production installation"),
        ("REVIEWFLOW_DATABASE_URL", "postgresql://nobody@127.0.0.1/nowhere", "brings its own database"),
        ("REVIEWFLOW_BROKER_URL", "redis://127.0.0.1/0", "needs no broker"),
    ],
)
def test_it_keeps_off_a_production_set_up(
    reviewflow: Program, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv("REVIEWFLOW_SECRET_KEY", "not a secret at all, but long enough")
    monkeypatch.setenv(variable, value)
    ended = reviewflow("demo", "--port", str(find_free_port()))
    assert ended.code == 1
    assert told in ended.err
