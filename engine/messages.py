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
    waiting = session.scalars(
        select(Subscription)
        .where(Subscription.message == message, Subscription.correlation == correlation)
        .order_by(Subscription.instance_id, Subscription.id)
    ).all()
    received = [_deliver_one(session, subscription, payload=payload or {}, now=now) for subscription in waiting]
    if not any(received):
        raise NotFound(f"Nobody waits for the message “{message}” with the key “{correlation}”.")
    return sum(received)


def _deliver_one(session: Session, subscription: Subscription, *, payload: dict[str, Any], now: datetime) -> bool:
    message, token = subscription.message, subscription.token
    instance, program = lock(session, subscription.instance_id)
    # Until the lock was ours, the instance may have moved on.
    if session.scalar(select(Subscription.id).where(Subscription.id == subscription.id)) is None:
        return False
    instance.variables = {**instance.variables, **payload}
    changes = Changes(now)
    changes.record(instance, "message_received", None, None, message=message)
    advance(session, changes, instance, program, lambda run: run.trigger(token))
    changes.write(session)
    return True
