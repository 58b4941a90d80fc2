"""Who may open a page: nobody, unless the view says so.

Every view is closed to people who are not signed in, except those marked `public`; `only_for` narrows a view to
roles. What a signed-in person may see of a thing is not decided here but by the query that loads it.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized

from engine import NotAllowed
from webapp.actor import Actor, current_actor
from webapp.errors import wants_json

# Style, scripts and pictures: the same for everybody, and nobody's secret.
FILES = frozenset({"static", "assets.send"})

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def public(view: View) -> View:
    """Let everybody open this view, signed in or not."""
    view.__dict__["is_public"] = True
    return view


def only_for(*roles: str) -> Callable[[View], View]:
    """Let only people with one of these roles open the view."""

    def narrow(view: View) -> View:
        view.__dict__["roles"] = frozenset(roles)
        return view

    return narrow


def is_public(endpoint: str) -> bool:
    """Whether everybody may open the view behind `endpoint`."""
    return endpoint in FILES or "is_public" in current_app.view_functions[endpoint].__dict__


def roles_of(endpoint: str) -> frozenset[str]:
    """The roles that the view behind `endpoint` is narrowed to; empty when every signed-in person may open it."""
    roles: frozenset[str] = current_app.view_functions[endpoint].__dict__.get("roles", frozenset())
    return roles


def may_open(actor: Actor, endpoint: str) -> bool:
    """Whether this person may open the view behind `endpoint`."""
    roles = roles_of(endpoint)
    return not roles or not roles.isdisjoint(actor.roles)


def install(app: Flask) -> None:
    """Guard every view of `app`."""
    app.before_request(_guard)


def _guard() -> ResponseReturnValue | None:
    g.actor = None if request.endpoint in FILES else current_actor()
    if request.endpoint is None or is_public(request.endpoint):
        return None
    if g.actor is None:
        return _ask_to_sign_in()
    if not may_open(g.actor, request.endpoint):
        raise NotAllowed("This page is for colleagues with another role than yours.")
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    # A form that was sent cannot be repeated after a redirect: the error page gives its text back instead.
    if wants_json() or request.method != "GET":
        raise Unauthorized
    return redirect(url_for("auth.show_sign_in", next=request.full_path.rstrip("?")))


def safe_address(address: str | None) -> str | None:
    """`address` when it stays on this site, else None: nobody is sent elsewhere by a crafted link."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    if "\\" in address or any(ord(letter) < 33 for letter in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address
