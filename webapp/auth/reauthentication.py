"""Asking for the password again: before it is changed, and before a signature."""

from engine import clock
from webapp.actor import signed_in
from webapp.request_session import current_session
from workflows.people.accounts import confirm_password, load_account
from workflows.people.models import Account

NOT_CONFIRMED = (
    "This is not your current password. After ten wrong ones your account is locked for a quarter of an hour."
)


def confirm_actor(password: str) -> Account | None:
    """The actor's account when the password is theirs, else None.

    A view that gets None returns its form with `NOT_CONFIRMED` instead of raising, so that the failure is kept.
    """
    session, now = current_session(), clock.now()
    account = load_account(session, signed_in().session_token, now.date())
    return account if account and confirm_password(session, account, password, now=now) else None
