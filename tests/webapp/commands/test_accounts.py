"""reviewflow account."""

import io
import sys
from pathlib import Path

import pytest

from engine import clock
from engine.database import connect, create_session_factory
from tests.webapp.commands.conftest import Program
from workflows.people.accounts import verify_password
from workflows.people.models import Account

PASSWORD = "a quiet walk along the river"


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))


def somebody(company: Program) -> tuple[str, str, str]:
    """Id, name and e-mail address of somebody."""
    person, name, email = company("people", "export", "-").out.splitlines()[1].split(",")[:3]
    return person, name, email


def sign_in(data_dir: Path, email: str, password: str) -> Account | None:
    engine = connect(f"sqlite:///{data_dir / 'reviewflow.db'}")
    with create_session_factory(engine)() as session:
        account = verify_password(session, email, password, now=clock.now())
        session.commit()
    engine.dispose()
    return account


@pytest.mark.usefixtures("type_in")
def test_an_account_lets_somebody_sign_in_with_a_role(company: Program, data_dir: Path) -> None:
    _, name, email = somebody(company)
    made = company("account", "create", email, "--role", "hr", "--password-stdin")
    assert (made.code, made.out) == (0, f"{name} can sign in as {email}.\n")
    account = sign_in(data_dir, email, PASSWORD)
    assert account is not None
    assert account.roles == ["hr"]


@pytest.mark.usefixtures("type_in")
def test_a_second_account_is_refused(company: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    person, name, _ = somebody(company)
    company("account", "create", person, "--password-stdin")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    ended = company("account", "create", person, "--password-stdin")
    assert (ended.code, ended.err) == (1, f"{name} has an account already. Set a new password instead.\n")


def test_a_weak_password_is_refused(company: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    person, _, _ = somebody(company)
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    ended = company("account", "create", person, "--password-stdin")
    assert ended.code == 1
    assert "it needs at least 12" in ended.err


@pytest.mark.usefixtures("type_in")
def test_a_password_is_replaced(company: Program, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person, _, email = somebody(company)
    company("account", "create", person, "--password-stdin")
    monkeypatch.setattr(sys, "stdin", io.StringIO("another walk, along the sea\n"))
    assert company("account", "set-password", email.upper(), "--password-stdin").code == 0
    assert sign_in(data_dir, email, PASSWORD) is None
    assert sign_in(data_dir, email, "another walk, along the sea") is not None


@pytest.mark.usefixtures("type_in")
def test_roles_are_replaced(company: Program) -> None:
    person, name, _ = somebody(company)
    company("account", "create", person, "--role", "hr", "--password-stdin")
    changed = company("account", "set-roles", person, "--role", "admin")
    assert changed.out == f"{name} has these roles now: admin.\n"
    assert company("account", "set-roles", person, "--role", "king").code == 2


def test_somebody_without_an_account_has_no_password(company: Program) -> None:
    person, name, _ = somebody(company)
    ended = company("account", "set-password", person, "--password-stdin")
    assert ended.err == f"{name} has no account yet. Create it: reviewflow account create {person}\n"
