"""Who a session cookie belongs to.

The cookie carries the session token of the account, not the person's id: when the token changes (a new password,
"sign out everywhere") every sign-in that was made with the old one has ended.
"""

from flask import Flask, Response, request
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, login_user, logout_user

from engine import clock
from webapp.access import FILES
from webapp.actor import Actor
from webapp.errors import wants_json
from webapp.request_session import current_session
from workflows.people.accounts import load_signed_in, roles_of
from workflows.people.facts import PersonOnDay
from workflows.people.models import Account
from workflows.people.organisation import Organisation

login_manager = LoginManager()


class SessionCookies(SecureCookieSessionInterface):
    """The cookie of a sign-in: pages that somebody opens prolong it, files never carry it.

    A file is kept by browsers and proxies, for everybody. What a page asks for by itself, such as saving a draft, may
    be still under way when somebody signs out: its answer would bring their cookie back.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint not in FILES:
            super().save_session(app, session, response)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        return session.modified or (_is_opened() and super().should_set_cookie(app, session))


def _is_opened() -> bool:
    """Whether somebody goes to a page. Browsers tell, but not of sites without https: there the rest is guessed."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and not wants_json()


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_actor(session_token: str) -> Actor | None:
    """The person behind a session token, or None when that sign-in has ended or the person has left."""
    found = load_signed_in(current_session(), session_token, clock.now().date())
    return _to_actor(*found) if found else None


def begin_session(account: Account) -> None:
    """Sign the person in, in a cookie that has nothing in common with the one before."""
    person = Organisation(current_session(), clock.now().date()).person(account.person_id)
    if person is not None:
        cookie.clear()
        cookie.permanent = True
        login_user(_to_actor(account, person))


def end_session() -> None:
    """Sign out in this browser."""
    logout_user()
    cookie.clear()


def _to_actor(account: Account, person: PersonOnDay) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        job_title=person.job_title,
        roles=roles_of(account, person),
        time_zone=person.time_zone,
        session_token=account.session_token,
    )
