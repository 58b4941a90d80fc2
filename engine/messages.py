"""Messages from outside or from other instances, correlated to those that wait for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.changes import Changes
from engine.errors import NotFound
from engine.instances import lock
from engine.models import Subscription
from engine.stepping import advance


def deliver(
    session: Session, message: str, *, correlation: str = "", payload: dict[str, Any] | None = None, now: datetime
) -> int:
    """Give a message to the instances that wait for it with this correlation key; returns how many.

    The payload's values become variables of the receiver. Raises NotFound when nobody waits for it.
    """
    waiting = session.execute(
        select(Subscription.instance_id, Subscription.token)
        .where(Subscription.message == message, Subscription.correlation == correlation)
        .order_by(Subscription.instance_id)
    ).all()
    if not waiting:
        raise NotFound(f"Nobody waits for the message “{message}” with the key “{correlation}”.")
    for instance_id, token in waiting:
        _deliver_one(session, instance_id, token, message=message, payload=payload or {}, now=now)
    return len(waiting)


def _deliver_one(
    session: Session, instance_id: int, token: str, *, message: str, payload: dict[str, Any], now: datetime
) -> None:
    instance, program = lock(session, instance_id)
    instance.variables = {**instance.variables, **payload}
    changes = Changes(now)
    changes.record(instance, "message_received", None, None, message=message)
    advance(session, changes, instance, program, lambda run: run.trigger(token))
    changes.write(session)
