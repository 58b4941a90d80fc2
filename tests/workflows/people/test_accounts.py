"""Who may sign in, and how little a stranger learns from trying."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import SessionFactory, transaction
from engine.errors import Conflict, NotFound, Rejection
from tests.workflows.people.cast import NOW, TODAY, bring_moves, bring_people, cast, changed, counted
from workflows.people import accounts
from workflows.people.accounts import (
    ADMIN,
    HR,
    WeakPassword,
    confirm_password,
    create_account,
    create_accounts,
    end_sessions,
    load_account,
    roles_of,
    set_password,
    set_roles,
    verify_password,
)
from workflows.people.models import Account
from workflows.people.organisation import Organisation

PASSWORD = "four small blue boats"


@pytest.fixture
def ann(company: Session) -> Account:
    return create_account(company, "ann", password=PASSWORD, now=NOW, roles=[HR])


def test_somebody_signs_in_with_the_address_in_any_case(company: Session, ann: Account) -> None:
    assert verify_password(company, " Ann@Company.EXAMPLE ", PASSWORD, now=NOW) is ann
    assert ann.last_login == NOW


def test_the_password_is_stored_as_an_argon2_hash(ann: Account) -> None:
    assert ann.password_hash.startswith("$argon2id$")
    assert PASSWORD not in ann.password_hash


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@company.example", "four small blue boat"),
        ("nobody@company.example", PASSWORD),
        ("", ""),
        ("ann", PASSWORD),
    ],
)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    company: Session, ann: Account, email: str, password: str
) -> None:
    assert verify_password(company, email, password, now=NOW) is None


def test_an_unknown_address_is_checked_against_a_hash_too(
    company: Session, ann: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the name is argon2's
            checked.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(accounts, "_hasher", Watched(time_cost=1, memory_cost=64, parallelism=1))
    verify_password(company, "ann@company.example", "wrong wrong wrong", now=NOW)
    verify_password(company, "nobody@company.example", "wrong wrong wrong", now=NOW)
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]


def test_ten_failures_lock_the_account_for_a_quarter_of_an_hour(company: Session, ann: Account) -> None:
    for _ in range(9):
        verify_password(company, "ann@company.example", "wrong", now=NOW)
    assert ann.locked_until is None
    verify_password(company, "ann@company.example", "wrong", now=NOW)
    assert verify_password(company, "ann@company.example", PASSWORD, now=NOW + timedelta(minutes=14)) is None
    assert verify_password(company, "ann@company.example", PASSWORD, now=NOW + timedelta(minutes=15)) is ann
    assert ann.locked_until is None


def test_guesses_made_at_the_same_time_are_counted_one_by_one(factory: SessionFactory) -> None:
    with transaction(factory) as session:
        bring_people(session, cast())
        create_account(session, "ann", password=PASSWORD, now=NOW)

    def guess(_: int) -> None:
        with transaction(factory) as session:
            verify_password(session, "ann@company.example", "wrong", now=NOW)

    with ThreadPoolExecutor(5) as crowd:
        list(crowd.map(guess, range(10)))
    with transaction(factory) as session:
        assert verify_password(session, "ann@company.example", PASSWORD, now=NOW) is None


def test_a_success_forgets_earlier_failures(company: Session, ann: Account) -> None:
    for _ in range(3):
        for _ in range(9):
            verify_password(company, "ann@company.example", "wrong", now=NOW)
        assert verify_password(company, "ann@company.example", PASSWORD, now=NOW) is ann


def test_confirming_a_signature_counts_failures_too(company: Session, ann: Account) -> None:
    assert confirm_password(company, ann, PASSWORD, now=NOW)
    for _ in range(10):
        assert not confirm_password(company, ann, "wrong", now=NOW)
    assert not confirm_password(company, ann, PASSWORD, now=NOW)


def test_the_login_follows_the_address_of_the_person(company: Session, ann: Account) -> None:
    bring_people(company, changed(cast(), "ann", email="ann.lee@company.example"))
    assert verify_password(company, "ann@company.example", PASSWORD, now=NOW) is None
    assert verify_password(company, "ann.lee@company.example", PASSWORD, now=NOW) is ann


def test_somebody_who_has_left_is_out_at_once(company: Session, ann: Account) -> None:
    bring_moves(company, ("2026-12-01", "ann", "terminated", ""))
    after = NOW + timedelta(days=9)
    assert verify_password(company, "ann@company.example", PASSWORD, now=NOW) is ann
    assert load_account(company, ann.session_token, TODAY) is ann
    assert verify_password(company, "ann@company.example", PASSWORD, now=after) is None
    assert load_account(company, ann.session_token, date(2026, 12, 1)) is None


def test_a_session_is_found_by_its_token_with_one_statement(company: Session, ann: Account) -> None:
    with counted(company) as statements:
        assert load_account(company, ann.session_token, TODAY) is ann
        assert len(statements) == 1
    assert load_account(company, "ann", TODAY) is None


def test_a_new_password_ends_every_session_and_lifts_the_lock(company: Session, ann: Account) -> None:
    before = ann.session_token
    for _ in range(10):
        verify_password(company, "ann@company.example", "wrong", now=NOW)
    set_password(company, ann, "another long password")
    company.flush()
    assert load_account(company, before, TODAY) is None
    assert verify_password(company, "ann@company.example", "another long password", now=NOW) is ann


def test_sessions_can_be_ended(company: Session, ann: Account) -> None:
    before = ann.session_token
    end_sessions(ann)
    company.flush()
    assert load_account(company, before, TODAY) is None


def test_a_hash_of_outdated_strength_is_renewed(
    company: Session, ann: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ann.password_hash
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert verify_password(company, "ann@company.example", PASSWORD, now=NOW) is ann
    assert ann.password_hash != before
    assert "t=2" in ann.password_hash


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "has 5 characters; it needs at least 12"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        ("x" * 257, "longer than 256"),
        ("ann@company.example", "is the e-mail address"),
    ],
)
def test_a_weak_password_is_refused_with_the_rule(company: Session, password: str, says: str) -> None:
    with pytest.raises(WeakPassword, match=says):
        create_account(company, "ann", password=password, now=NOW)
    assert company.get(Account, "ann") is None


def test_the_same_letters_typed_otherwise_are_the_same_password(company: Session) -> None:
    account = create_account(company, "carl", password="zwölf Boxkämpfer", now=NOW)
    assert verify_password(company, "carl@company.example", "zwo\u0308lf Boxka\u0308mpfer", now=NOW) is account


def test_one_account_for_each_known_person(company: Session, ann: Account) -> None:
    with pytest.raises(Conflict, match="Ann has an account already"):
        create_account(company, "ann", password=PASSWORD, now=NOW)
    with pytest.raises(NotFound, match="no person nobody"):
        create_account(company, "nobody", password=PASSWORD, now=NOW)


def test_roles_are_hr_and_admin_and_executives_are_so_by_grade(company: Session, ann: Account) -> None:
    organisation = Organisation(company, TODAY)
    olga = create_account(company, "olga", password=PASSWORD, now=NOW)
    for account, roles in ((ann, {"hr"}), (olga, {"executive"})):
        person = organisation.person(account.person_id)
        assert person is not None
        assert roles_of(account, person) == roles
    set_roles(olga, {ADMIN, HR})
    assert olga.roles == ["admin", "hr"]
    with pytest.raises(Rejection, match="no role executive"):
        set_roles(ann, {"executive"})


def test_a_demonstration_gives_everybody_who_is_there_an_account_with_one_hash(company: Session, ann: Account) -> None:
    bring_moves(company, ("2026-11-01", "carl", "terminated", ""))
    with counted(company) as statements:
        assert create_accounts(company, password=PASSWORD, now=NOW, roles={"hugo": [HR, ADMIN]}) == 4
    assert len(statements) <= 3
    others = select(Account.password_hash).where(Account.person_id != "ann").distinct()
    assert len(company.scalars(others).all()) == 1
    assert company.scalar(select(func.count(func.distinct(Account.session_token)))) == 5
    hugo = verify_password(company, "hugo@company.example", PASSWORD, now=NOW)
    assert hugo is not None
    assert hugo.roles == ["admin", "hr"]
    assert company.get(Account, "carl") is None
    assert create_accounts(company, password=PASSWORD, now=NOW) == 0
