"""How the signed-in person stands: read once per request, shown by the navigation of every page."""

from typing import cast

from flask import g

from engine import clock
from webapp.actor import Actor
from webapp.request_session import current_session
from workflows.inbox.standing import Standing, standing_of
from workflows.inbox.waiting import Holder


def holder_of(actor: Actor) -> Holder:
    """The actor as the holder of tasks."""
    return Holder.of(actor.person_id, actor.roles)


def standing(actor: Actor) -> Standing:
    """How much waits for the actor, what they have not read, whether they lead people; one statement a request."""
    if "standing" not in g:
        g.standing = standing_of(current_session(), holder_of(actor), clock.now())
    return cast("Standing", g.standing)


def forget_standing() -> None:
    """Have it read again: something has changed in this request."""
    g.pop("standing", None)


def count_waiting(actor: Actor) -> int:
    """How many tasks wait for the actor, and questions of others."""
    return standing(actor).waiting


def count_asked(actor: Actor) -> int:
    """How many questions of others wait for the actor's answer."""
    return standing(actor).asked


def count_unread(actor: Actor) -> int:
    """How many notifications the actor has not read."""
    return standing(actor).unread


def leads_people(actor: Actor) -> bool:
    """Whether somebody reports to the actor."""
    return standing(actor).leads_people
