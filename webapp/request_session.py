"""One database session per request, and the one commit at the edge.

The session opens when a request first asks for it. A page that is only read takes no write lock and never commits;
anything else commits once, after the view has returned well and before the answer goes out, so that nobody is told
of a success that the database has not kept. When the view raises, everything it did is undone.
"""

from typing import cast

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine import SessionFactory

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TransactionalFlask(Flask):
    """A Flask application whose views run inside one transaction."""

    session_factory: SessionFactory

    def dispatch_request(self) -> ResponseReturnValue:
        answer = super().dispatch_request()
        # A streamed body would be produced after the commit; views return finished ones.
        if (session := _opened()) is not None and request.method not in READING:
            session.commit()
        return answer


def install(app: TransactionalFlask, factory: SessionFactory) -> None:
    """Give every request of `app` a session from `factory`."""
    app.session_factory = factory
    app.teardown_request(_close)


def current_session() -> Session:
    """The session of this request, opened on first use."""
    session = _opened()
    if session is None:
        session = g.database_session = live_sessions()()
        if request.method in READING:
            session.connection(execution_options={"read_only": True})
    return session


def live_sessions() -> SessionFactory:
    """What opens further sessions, for work of a request that must not keep its own transaction open."""
    return cast("TransactionalFlask", current_app).session_factory


def discard_changes() -> None:
    """Undo what this request has done so far; what was loaded stays readable, for instance for an error page."""
    if (session := g.pop("database_session", None)) is not None:
        try:
            session.close()
        except DBAPIError:
            # The connection is lost, and what was not kept with it. What the request has to say stands all the same.
            session.invalidate()


def _opened() -> Session | None:
    return cast("Session | None", g.get("database_session"))


def _close(_error: BaseException | None) -> None:
    discard_changes()
