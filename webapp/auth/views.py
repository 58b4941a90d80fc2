"""Signing in and out, and a person's own account."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from webapp.access import public, safe_address
from webapp.auth import blueprint
from webapp.auth.forms import PasswordForm, SignInForm
from webapp.auth.reauthentication import NOT_CONFIRMED, confirm_actor
from webapp.auth.sessions import begin_session, end_session
from webapp.errors import invalid
from webapp.request_session import current_session
from workflows.people import accounts
from workflows.people.accounts import WeakPassword

__all__ = ["blueprint"]

REFUSED = (
    "The e-mail address and the password do not belong together. After ten wrong passwords an account is locked "
    "for a quarter of an hour."
)


@blueprint.get("/sign-in")
@public
def show_sign_in() -> ResponseReturnValue:
    """The form to sign in; whoever is signed in already goes on."""
    target = safe_address(request.args.get("next"))
    if g.actor:
        return redirect(target or url_for("home.show_home"))
    return render_template("auth/sign_in.html", form=SignInForm(), next=target, problem="")


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Begin a session and go to where the person wanted to be."""
    form = SignInForm()
    target = safe_address(request.form.get("next"))
    if not form.validate():
        return invalid(render_template("auth/sign_in.html", form=form, next=target, problem=""))
    account = accounts.verify_password(
        current_session(), form.email.data or "", form.password.data or "", now=clock.now()
    )
    if account is None:
        return invalid(render_template("auth/sign_in.html", form=form, next=target, problem=REFUSED))
    begin_session(account)
    return redirect(target or url_for("home.show_home"))


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session in this browser; harmless when it has ended already."""
    end_session()
    return redirect(url_for("auth.show_sign_in"))


@blueprint.get("/account")
def show_account() -> ResponseReturnValue:
    """What the person can see and do about their own account."""
    return render_template("auth/account.html")


@blueprint.get("/account/password")
def show_password() -> ResponseReturnValue:
    """The form to change the password."""
    return _password_page(PasswordForm())


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Change the password; every other sign-in of the person ends."""
    form = PasswordForm()
    if not form.validate():
        return invalid(_password_page(form))
    account = confirm_actor(form.current_password.data or "")
    if account is None:
        form.current_password.errors = [NOT_CONFIRMED]
        return invalid(_password_page(form))
    try:
        accounts.set_password(current_session(), account, form.new_password.data or "")
    except WeakPassword as weakness:
        form.new_password.errors = [str(weakness)]
        return invalid(_password_page(form))
    begin_session(account)
    flash("Your password is changed. You are signed out on every other device.", "success")
    return redirect(url_for("auth.show_account"))


@blueprint.post("/account/sessions/end")
def end_every_session() -> ResponseReturnValue:
    """End every sign-in of the person, this one included."""
    account = accounts.load_account(current_session(), g.actor.session_token, clock.now().date())
    if account:
        accounts.end_sessions(account)
    end_session()
    flash("You are signed out everywhere.", "success")
    return redirect(url_for("auth.show_sign_in"))


def _password_page(form: PasswordForm) -> str:
    rule = f"At least {accounts.SHORTEST_PASSWORD} characters. A few words in a row are easy to remember."
    return render_template("auth/password.html", form=form, password_rule=rule)
