"""reviewflow demo: one command, and there is a company to look at."""

import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock
from engine.database import connect, create_session_factory
from engine.models import Task
from tests.services.processes import find_free_port
from tests.stories.company import ROOT
from tests.webapp.commands.conftest import Program
from tests.webapp.commands.running import running, wait_until
from webapp.commands.demo_company import PASSWORD, choose_logins
from workflows.people.accounts import HR, verify_password
from workflows.people.organisation import load_organisation


def play_demo(data_dir: Path, sample: Path, *arguments: str) -> str:
    """Start the demo, see it answer, stop it; returns what it printed."""
    with running(data_dir, "demo", "--data", str(sample), *arguments) as demo:
        assert wait_until(demo.answers), (demo.end(signal.SIGTERM), demo.printed())
        assert demo.end(signal.SIGINT) == 0
        return demo.printed()


def test_it_brings_a_company_in_the_middle_of_a_review(reviewflow: Program, data_dir: Path, sample: Path) -> None:
    printed = play_demo(data_dir, sample)
    found: Any = reviewflow("status", "--json").json
    begun, nearly_over = found["cycles"]
    assert begun["name"] == f"Annual review {clock.now().year}"
    assert 50 < begun["open_tasks"] < begun["cases"]
    assert waiting_at(begun, "manager_review") >= 2
    assert 0 < nearly_over["closed"] < nearly_over["cases"]
    assert waiting_at(nearly_over, "acknowledge") == 1
    assert waiting_at(nearly_over, "executive_signoff") == 1
    assert found["incidents"] == []
    assert found["jobs"]["due"] == 0
    assert re.search(r"Reviewflow runs at http://localhost:\d+", printed)
    assert f"The password of everybody is: {PASSWORD}" in printed
    assert printed.endswith("Reviewflow has stopped. The next reviewflow demo goes on from here.\n")


def waiting_at(cycle: Any, step: str) -> int:
    """How many tasks are open at a step."""
    return next(found["open"] for found in cycle["steps"] if found["id"] == step)


def test_everybody_in_the_table_can_sign_in_and_finds_work(data_dir: Path, sample: Path) -> None:
    printed = play_demo(data_dir, sample)
    engine = connect(f"sqlite:///{data_dir / 'reviewflow.db'}")
    with create_session_factory(engine)() as session:
        organisation = load_organisation(session, clock.now().date())
        logins = choose_logins(organisation)
        people = {person.email: person for person in organisation.everybody()}
        hr, employee, manager, approver, executive = (people[login.email] for login in logins)
        for login in logins:
            assert re.search(rf"{login.name} +{login.role} +{re.escape(login.email)}", printed)
            account = verify_password(session, login.email, PASSWORD, now=clock.now())
            assert account is not None
            assert (HR in account.roles) == (login.email == hr.email)
        waiting = {(task.assignee, task.step) for task in session.scalars(select(Task).where(Task.state == "open"))}
    engine.dispose()
    assert (employee.manager_id, manager.manager_id) == (manager.id, approver.id)
    assert executive.is_executive
    assert {(employee.id, "acknowledge"), (employee.id, "self_assessment"), (manager.id, "manager_review")} <= waiting
    assert {(manager.id, "propose_reward"), (executive.id, "executive_signoff")} <= waiting


def test_the_next_start_goes_on_with_the_same_data(reviewflow: Program, data_dir: Path, sample: Path) -> None:
    play_demo(data_dir, sample)
    changed = shutil.copytree(ROOT / "bpmn" / "annual_review", data_dir / "changed")
    form = changed / "forms" / "reward-approval.json"
    form.write_text(form.read_text().replace("Decision on the proposal", "What do you decide?"))
    assert "version 2 is deployed" in reviewflow("deploy", str(changed)).out
    before: Any = reviewflow("status", "--json").json
    printed = play_demo(data_dir, sample)
    after: Any = reviewflow("status", "--json").json
    assert "Importing" not in printed
    assert after == before
    assert "version 2 was deployed before" in reviewflow("deploy", str(changed)).out


def test_beginning_again_puts_the_old_data_aside(reviewflow: Program, data_dir: Path, sample: Path) -> None:
    play_demo(data_dir, sample)
    printed = play_demo(data_dir, sample, "--fresh")
    [kept] = data_dir.glob("reviewflow-until-*.db")
    assert f"The data of before are kept in {kept}." in printed
    assert kept.stat().st_size > 100_000
    assert len(reviewflow("status", "--json").json["cycles"]) == 2  # type: ignore[index]


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
