"""Accounts: who may sign in, with which password, and what they are besides an employee.

Signing in gives nothing away: an unknown address, a wrong password, a locked account and somebody who has left get the
same answer after the same work. The rules for passwords follow NIST SP 800-63B: length counts, composition does not.
"""

import secrets
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Date, Select, bindparam, func, insert, select
from sqlalchemy.orm import Session

from engine import Conflict, NotFound, Rejection
from workflows.people.facts import PersonOnDay, select_people_on, valid_on
from workflows.people.models import TERMINATED, Account, Person, PersonVersion
from workflows.people.outside import is_outside

HR = "hr"
ADMIN = "admin"
BOARD = "board"
EXECUTIVE = "executive"
ROLES = frozenset({HR, ADMIN, BOARD})

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FAILURES_BEFORE_LOCK = 10
LOCK = timedelta(minutes=15)

_hasher = PasswordHasher()


class WeakPassword(Rejection):
    """The password does not meet the rules; the message says which."""


def create_account(
    session: Session, person_id: str, *, password: str, now: datetime, roles: Collection[str] = ()
) -> Account:
    """Let a person sign in with their e-mail address.

    Raises NotFound for an unknown person, Conflict when there is an account already, WeakPassword, and Rejection for a
    role that is none of ROLES.
    """
    person = session.get(Person, person_id)
    if person is None or is_outside(person_id):
        raise NotFound(f"There is no person {person_id}. Import the people first.")
    if session.get(Account, person_id) is not None:
        raise Conflict(f"{person.name} has an account already. Set a new password instead.")
    account = Account(
        person_id=person_id,
        password_hash=_hash(password, person.email),
        roles=_checked(roles),
        session_token=_new_token(),
        failed_logins=0,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def create_accounts(
    session: Session, *, password: str, now: datetime, roles: Mapping[str, Collection[str]] | None = None
) -> int:
    """Give everybody who has no account and has not left one with the same password: for demonstrations.

    The password is hashed once. `roles` are the roles by person id. Returns how many accounts were created.
    """
    password_hash = _hash(password, "")
    with_account = select(Account.person_id)
    people = session.scalars(_select_present(now.date()).where(Person.id.not_in(with_account)))
    rows = [
        {
            "person_id": person_id,
            "password_hash": password_hash,
            "roles": _checked((roles or {}).get(person_id, ())),
            "session_token": _new_token(),
            "failed_logins": 0,
            "created_at": now,
        }
        for person_id in people
    ]
    if rows:
        session.execute(insert(Account), rows)
    return len(rows)


def set_password(session: Session, account: Account, password: str) -> None:
    """Replace the password, lift a lock, and end every session of the account. Raises WeakPassword."""
    person = session.get_one(Person, account.person_id)
    account.password_hash = _hash(password, person.email)
    account.failed_logins = 0
    account.locked_until = None
    end_sessions(account)


def set_roles(account: Account, roles: Collection[str]) -> None:
    """Replace the roles. Raises Rejection for a role that is none of ROLES."""
    account.roles = _checked(roles)


def end_sessions(account: Account) -> None:
    """Make every browser that is signed in sign in again."""
    account.session_token = _new_token()


def verify_password(session: Session, email: str, password: str, *, now: datetime) -> Account | None:
    """The account that may sign in with this address (in any case) and password, or None without a reason.

    Commit the transaction whatever the answer: failures are counted, and ten in a row lock the account for a quarter
    of an hour. A hash of outdated strength is renewed.
    """
    session.flush()
    account = session.scalar(_select_by_email(email, now.date()))
    if not _is_right(account.password_hash if account else _decoy(), password):
        if account is not None:
            _count_failure(account, now)
        return None
    if account is None or _is_locked(account, now):
        return None
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(_normalised(password))
    account.failed_logins = 0
    account.locked_until = None
    account.last_login = now
    return account


def confirm_password(session: Session, account: Account, password: str, *, now: datetime) -> bool:
    """Whether somebody who is signed in is still the one who knows the password: asked again before a signature.

    Failures count towards the lock as those of signing in do: commit the transaction whatever the answer.
    """
    session.flush()
    session.refresh(account, with_for_update=True)
    right = _is_right(account.password_hash, password)
    if not right:
        _count_failure(account, now)
    return right and not _is_locked(account, now)


# Built once: every page begins with it.
_SIGNED_IN = (
    select_people_on(bindparam("day", type_=Date))
    .join(Account, Account.person_id == Person.id)
    .where(Account.session_token == bindparam("token"), PersonVersion.status != TERMINATED)
    .add_columns(Account)
)


def load_signed_in(session: Session, session_token: str, today: date) -> tuple[Account, PersonOnDay] | None:
    """The account of a browser session and its person, or None when the session was ended or the person has left.

    One statement.
    """
    row = session.execute(_SIGNED_IN, {"token": session_token, "day": today}).one_or_none()
    return None if row is None else (row[-1], PersonOnDay(*row[:-1]))


def load_account(session: Session, session_token: str, today: date) -> Account | None:
    """The account of a browser session, as `load_signed_in` finds it."""
    found = load_signed_in(session, session_token, today)
    return found[0] if found else None


def roles_of(account: Account, person: PersonOnDay) -> frozenset[str]:
    """Everything the person is on that day: the roles of the account, and `executive` by grade."""
    return frozenset(account.roles) | ({EXECUTIVE} if person.is_executive else frozenset())


def check_password_rules(password: str, email: str) -> None:
    """Raise WeakPassword, with what to do, for a password that is too short, too long, or the e-mail address."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(
            f"The password has {len(password)} characters; it needs at least {SHORTEST_PASSWORD}. "
            "A few words in a row are easy to remember."
        )
    if len(password) > LONGEST_PASSWORD:
        raise WeakPassword(f"The password is longer than {LONGEST_PASSWORD} characters. Choose a shorter one.")
    if len(set(password)) < 4:
        raise WeakPassword("The password repeats the same few characters. Choose a few words in a row.")
    if email and password.lower() in (email.lower(), email.partition("@")[0].lower()):
        raise WeakPassword("The password is the e-mail address. Choose something nobody can guess from your name.")


def _select_present(today: date) -> Select[str]:
    """The ids of everybody who has not left by `today`; people without any version of that day are not there."""
    return (
        select(Person.id)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(valid_on(PersonVersion, today), PersonVersion.status != TERMINATED)
    )


def _select_by_email(email: str, today: date) -> Select[Account]:
    # The row is locked so that guesses made at the same time are counted one by one.
    return (
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(func.lower(Person.email) == email.strip().lower(), Account.person_id.in_(_select_present(today)))
        .with_for_update(of=Account)
        .execution_options(populate_existing=True)
    )


def _count_failure(account: Account, now: datetime) -> None:
    if _is_locked(account, now):
        return
    account.failed_logins += 1
    if account.failed_logins >= FAILURES_BEFORE_LOCK:
        account.failed_logins = 0
        account.locked_until = now + LOCK


def _is_locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and account.locked_until > now


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, _normalised(password[: LONGEST_PASSWORD + 1]))
    except (VerificationError, InvalidHashError):
        return False


def _hash(password: str, email: str) -> str:
    check_password_rules(_normalised(password), email)
    return _hasher.hash(_normalised(password))


def _normalised(password: str) -> str:
    # The same letters may arrive as different code points from different keyboards.
    return unicodedata.normalize("NFKC", password)


@cache
def _decoy() -> str:
    """A hash that no password has, so that an unknown address costs the same time as a known one."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _checked(roles: Collection[str]) -> list[str]:
    unknown = set(roles) - ROLES
    if unknown:
        raise Rejection(f"There is no role {', '.join(sorted(unknown))}. Choose from {', '.join(sorted(ROLES))}.")
    return sorted(set(roles))
