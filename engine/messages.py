"""Messages and signals from outside, for those that wait for them; messages find them by their correlation key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.changes import Changes
from engine.errors import NotFound
from engine.instances import lock
from engine.models import Instance, Subscription
from engine.spiff import Failure, Program, Run
from engine.starting import start_by_message
from engine.states import SUSPENDED
from engine.stepping import advance


def deliver(
    session: Session, message: str, *, correlation: str = "", payload: dict[str, Any] | None = None, now: datetime
) -> int:
    """Give a message to the instances that wait for it with this correlation key; returns how many.

    Where none does, it starts one of every process that waits for it at its start, unless one runs for this key
    already: then it is noted there, and none is counted. The payload's values become variables of the receiver. One
    that is suspended takes it when it is resumed. Raises NotFound when nobody waits for it.
    """
    waiting = session.scalars(
        select(Subscription)
        .where(Subscription.kind == "message", Subscription.message == message)
        .where(Subscription.correlation == correlation)
        .order_by(Subscription.instance_id, Subscription.id)
    ).all()
    received = [_deliver_one(session, subscription, payload=payload or {}, now=now) for subscription in waiting]
    if any(received):
        return sum(received)
    started = start_by_message(session, message, correlation=correlation, payload=payload or {}, now=now)
    if started is None:
        raise NotFound(f"Nobody waits for the message “{message}” with the key “{correlation}”.")
    return started


def broadcast(
    session: Session, signal: str, *, payload: dict[str, Any] | None = None, by: str | None = None, now: datetime
) -> None:
    """Give a signal to every instance that waits for it, each in a job of its own; nobody need wait.

    The payload's values become variables of the receivers. `by` is the person who sent it, for their history.
    """
    changes = Changes(now)
    changes.job("signal", None, None, now, signal=signal, payload=payload or {}, sender=None, by=by)
    changes.write(session)


@dataclass(frozen=True)
class Awaited:
    """Something that a case waits for: the `name` of a message with its correlation key, or of a signal (`kind`)."""

    kind: str
    name: str
    correlation: str


def list_awaited(session: Session) -> list[Awaited]:
    """Every message and signal that somebody waits for, once each; one statement."""
    rows = session.execute(
        select(Subscription.kind, Subscription.message, Subscription.correlation)
        .distinct()
        .order_by(Subscription.kind, Subscription.message, Subscription.correlation)
    )
    return [Awaited(*row) for row in rows]


def _deliver_one(session: Session, subscription: Subscription, *, payload: dict[str, Any], now: datetime) -> bool:
    message, token = subscription.message, subscription.token
    found = lock(session, subscription.instance_id)
    # Until the lock was ours, the instance may have moved on.
    if session.scalar(select(Subscription.id).where(Subscription.id == subscription.id)) is None:
        return False
    if found[0].state == SUSPENDED:
        changes = Changes(now)
        changes.job("message", found[0].id, token, now, message=message, payload=payload)
        changes.write(session)
    else:
        _receive(session, found, token, message=message, payload=payload, now=now)
    return True


def receive(
    session: Session, instance_id: int, token: str, *, message: str, payload: dict[str, Any], now: datetime
) -> None:
    """Give a message to the instance that waits for it at `token`. Raises NotWaiting when it waits no more."""
    _receive(session, lock(session, instance_id), token, message=message, payload=payload, now=now)


def _receive(
    session: Session,
    found: tuple[Instance, Program],
    token: str,
    *,
    message: str,
    payload: dict[str, Any],
    now: datetime,
) -> None:
    instance, program = found
    changes = Changes(now)
    changes.record(instance, "message_received", None, None, message=message)

    def act(run: Run) -> list[Failure]:
        run.variables.update(payload)
        return run.trigger(token)

    advance(session, changes, instance, program, act)
    changes.write(session)
