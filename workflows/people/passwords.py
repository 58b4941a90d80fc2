"""One-time passwords: what somebody who has none, or has lost it, gets from HR or an administrator."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from engine import NotAllowed, NotFound
from workflows.people.accounts import ADMIN, create_account, set_password
from workflows.people.grades import is_executive
from workflows.people.models import Account
from workflows.people.organisation import Organisation

# Letters and digits that nobody takes for one another when they are read out.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 5


def issue_password(session: Session, person_id: str, *, by: str, by_roles: Collection[str], now: datetime) -> str:
    """Give a person a new password, and an account if there was none; their sign-ins end. Returns the password.

    It is kept nowhere and cannot be shown again. Raises NotFound for somebody who is not there, NotAllowed for one's
    own account, and for accounts that hold power over others (a role, or an executive grade) unless an administrator
    asks: whoever could set such a password could sign decisions with it.
    """
    person = Organisation(session, now.date()).person(person_id)
    if person is None or person.has_left:
        raise NotFound("This person is not in the organisation today, so there is nobody to sign in.")
    if person_id == by:
        raise NotAllowed("You change your own password under “Your account”.")
    account = session.get(Account, person_id)
    if ADMIN not in by_roles and (is_executive(person.grade) or (account is not None and account.roles)):
        raise NotAllowed(
            f"{person.name} decides on others, so only an administrator sets this password. "
            "Nobody else should be able to sign in their name."
        )
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    if account is None:
        create_account(session, person_id, password=password, now=now)
    else:
        set_password(session, account, password)
    session.flush()
    return password
