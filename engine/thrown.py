"""Where events go that a run has thrown: into the history, to other instances, to the parent.

Nothing here reaches into another instance at once. What leaves an instance leaves it as a job, after its commit, so
that a step locks no case but its own.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.changes import Changes
from engine.errors import NotFound, NotWaiting
from engine.instances import lock
from engine.messages import deliver
from engine.models import Instance, Job, Subscription
from engine.spiff import Failure, Run
from engine.spiff.throwing import uncaught
from engine.starting import ask_to_start
from engine.states import RUNNING
from engine.stepping import advance

INSTANCES_PER_JOB = 50


def spread_signal(session: Session, job: Job, now: datetime) -> None:
    """Ask for a signal to reach the next instances that wait for it, and to start those that start by it.

    Its sender has had it already.
    """
    signal, after = job.payload["signal"], job.payload.get("after", 0)
    waiting = (
        select(Subscription.instance_id)
        .where(Subscription.kind == "signal", Subscription.message == signal, Subscription.instance_id > after)
        .where(Subscription.instance_id != (job.payload["sender"] or 0))
        .distinct()
        .order_by(Subscription.instance_id)
        .limit(INSTANCES_PER_JOB)
    )
    receivers = list(session.scalars(waiting))
    changes = Changes(now)
    if not after:
        ask_to_start(session, changes, signal, job.payload["payload"])
    for receiver in receivers:
        changes.job("receive_signal", receiver, None, now, **{**job.payload, "after": 0})
    if len(receivers) == INSTANCES_PER_JOB:
        changes.job("signal", None, None, now, **{**job.payload, "after": receivers[-1]})
    changes.write(session)


def receive_signal(session: Session, job: Job, now: datetime) -> None:
    """Give a signal to everything in one instance that waits for it."""
    instance, program = lock(session, job.instance_id or 0)
    if instance.state != RUNNING:
        raise NotWaiting("This case has ended.")
    signal, payload = job.payload["signal"], job.payload["payload"]
    changes = Changes(now)
    changes.record(instance, "signal_received", None, job.payload["by"], signal=signal)
    advance(session, changes, instance, program, lambda run: run.signal(signal, payload))
    changes.write(session)


def send_message(session: Session, job: Job, now: datetime) -> None:
    """Deliver a message that an instance has thrown. That nobody waits for it is noted, and stops nothing."""
    sent = job.payload
    try:
        deliver(session, sent["message"], correlation=sent["correlation"], payload=sent["payload"], now=now)
    except NotFound:
        sender = session.get_one(Instance, sent["sender"])
        changes = Changes(now)
        changes.record(
            sender, "message_unheard", sent["step"], None, message=sent["message"], correlation=sent["correlation"]
        )
        changes.write(session)


def throw_at(session: Session, job: Job, now: datetime) -> None:
    """Let a step throw an error that its handler reported, or what one of its members did not catch itself."""
    instance, program = lock(session, job.instance_id or 0)
    if instance.state != RUNNING:
        raise NotWaiting("This case has ended.")
    token, thrown = job.token or "", job.payload
    kind, code, message = thrown["thrown"], thrown["code"], thrown["message"]
    changes = Changes(now)

    def act(run: Run) -> list[Failure]:
        if thrown["member"] is not None and not run.catches(token, kind, code):
            raise _NotCaughtError
        return run.throw(token, kind, code, message, thrown["payload"])

    try:
        advance(session, changes, instance, program, act)
    except _NotCaughtError:
        _hand_on(session, changes, instance, thrown)
    changes.write(session)


class _NotCaughtError(Exception):
    """Nothing in the parent catches what a member has thrown; nothing has changed."""


def _hand_on(session: Session, changes: Changes, instance: Instance, thrown: dict[str, Any]) -> None:
    """What nothing here catches goes on to the parent; at the last one it ends as a note, or the member's incident."""
    if instance.parent_id is not None:
        changes.job("throw", instance.parent_id, instance.parent_token, changes.now, **thrown)
        return
    member = session.get_one(Instance, thrown["member"])
    if thrown["thrown"] == "error":
        changes.incident(member, thrown["thrown_at"], thrown["step"], uncaught(thrown["code"], thrown["message"]))
    else:
        changes.record(member, "escalation_uncaught", thrown["step"], None, name=thrown["code"])
