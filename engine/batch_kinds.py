"""What a batch of each kind does with one of its targets: an incident that is resolved, or an instance."""

from sqlalchemy.orm import Session

from engine import batches, incidents, instances, suspending
from engine.batches import Asked
from engine.incidents import CHANGE, RETRY, Resolution


@batches.act("resolve")
def resolve(session: Session, asked: Asked) -> str:
    """Resolve an incident; the details are the fields of the `Resolution`."""
    resolution = Resolution(**asked.details)
    incidents.resolve(session, asked.target_id, resolution, by=asked.by, reason=asked.reason, now=asked.now)
    return "It is being tried again." if resolution.way in (RETRY, CHANGE) else "The process has gone on."


@batches.act("suspend")
def suspend(session: Session, asked: Asked) -> None:
    """Suspend an instance with its members."""
    suspending.suspend(session, asked.target_id, by=asked.by, reason=asked.reason, now=asked.now)


@batches.act("resume")
def resume(session: Session, asked: Asked) -> None:
    """Let an instance go on, with what was suspended with it; `shift` moves its deadlines by the pause."""
    shift = bool(asked.details.get("shift"))
    suspending.resume(session, asked.target_id, by=asked.by, reason=asked.reason, now=asked.now, shift=shift)


@batches.act("cancel")
def cancel(session: Session, asked: Asked) -> None:
    """Cancel an instance."""
    instances.cancel(session, asked.target_id, by=asked.by, reason=asked.reason, now=asked.now)
