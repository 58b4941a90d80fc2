"""The person who is signed in."""

from dataclasses import dataclass
from typing import cast

from flask import g
from flask_login import current_user


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts in this request. A copy without ties to the session, readable after a rollback.

    `roles` are those of `workflows.people.accounts.roles_of`: hr, admin, executive.
    """

    person_id: str
    name: str
    email: str
    job_title: str
    roles: frozenset[str]
    time_zone: str
    session_token: str

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: a token that ends with the sign-in, not the person's id."""
        return self.session_token


def current_actor() -> Actor | None:
    """Whoever is signed in according to the cookie, or None."""
    if not current_user.is_authenticated:
        return None
    return cast("Actor", current_user._get_current_object())  # noqa: SLF001 - Werkzeug's documented way to unwrap it


def signed_in() -> Actor:
    """Whoever acts; only for views that are not public."""
    return cast("Actor", g.actor)
