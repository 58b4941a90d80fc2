"""What somebody has done, and what they started that now waits for others."""

from dataclasses import replace

from sqlalchemy.orm import Session

from workflows.inbox.listing import Page, list_waiting
from workflows.inbox.ordering import CLOSED, Cursor, Order
from workflows.inbox.reach import Reach
from workflows.inbox.waiting import DELEGATED, DONE, FOLLOWED, Inbox, Narrowing


def list_done(session: Session, inbox: Inbox, cursor: Cursor | None) -> Page:
    """What the holder has completed, the newest first; one statement."""
    return _list(session, inbox, DONE, Order(CLOSED), cursor)


def list_delegated(session: Session, inbox: Inbox, cursor: Cursor | None) -> Page:
    """What is the holder's task and is done by somebody else for them; one statement."""
    return _list(session, inbox, DELEGATED, Order(), cursor)


def list_followed(session: Session, inbox: Inbox, cursor: Cursor | None) -> Page:
    """What others have to do in the cases in which the holder has done something; one statement."""
    return _list(session, inbox, FOLLOWED, Order(), cursor)


def _list(session: Session, inbox: Inbox, view: str, order: Order, cursor: Cursor | None) -> Page:
    return list_waiting(session, inbox, Reach(replace(inbox.parts, view=view), Narrowing()), order, cursor)
