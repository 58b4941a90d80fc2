"""What a run has thrown: noted in the history of its instance, and asked to reach others by jobs.

A step locks no case but its own: what leaves an instance leaves it after the commit.
"""

from engine.changes import Changes
from engine.models import Instance
from engine.spiff import Run
from engine.spiff.throwing import OUTWARDS, Thrown


def send_out(changes: Changes, instance: Instance, run: Run) -> None:
    """Note everything that `run` has thrown, and ask for what leaves `instance` to reach others."""
    for thrown in run.thrown:
        kind = f"{thrown.kind}_sent" if thrown.kind in ("message", "signal") else f"{thrown.kind}_thrown"
        changes.record(instance, kind, thrown.step, None, name=thrown.name, caught_by=list(thrown.caught_by))
        if thrown.kind == "message":
            ask_to_deliver(changes, instance, thrown)
        elif thrown.kind == "signal":
            details = {"signal": thrown.name, "payload": thrown.payload, "sender": instance.id, "by": None}
            changes.job("signal", None, None, changes.now, **details)
        elif thrown.kind in OUTWARDS and not thrown.caught_by:
            _ask_parent(changes, instance, thrown)


def ask_to_deliver(changes: Changes, instance: Instance, thrown: Thrown) -> None:
    """Ask for a message of `instance` to be delivered, after its commit."""
    details = {"message": thrown.name, "correlation": thrown.key, "payload": thrown.payload}
    changes.job("send_message", None, None, changes.now, **details, sender=instance.id, step=thrown.step)


def _ask_parent(changes: Changes, instance: Instance, thrown: Thrown) -> None:
    """Let the parent's diagram catch what nothing in this one does; without a parent it is only noted."""
    if instance.parent_id is None:
        changes.record(instance, f"{thrown.kind}_uncaught", thrown.step, None, name=thrown.name)
        return
    details = {"thrown": thrown.kind, "code": thrown.name, "message": thrown.message, "payload": thrown.payload}
    member = {"member": instance.id, "thrown_at": thrown.token, "step": thrown.step}
    changes.job("throw", instance.parent_id, instance.parent_token, changes.now, **details, **member)
