"""What happened in an instance: the one shape of an entry, and writing a single one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.models import HistoryEntry, Instance


def entry_of(  # noqa: PLR0917 - an entry has these parts
    instance: Instance, kind: str, step: str | None, actor: str | None, at: datetime, detail: Mapping[str, Any]
) -> dict[str, Any]:
    """The row that says that something of this kind happened in an instance; `actor` is None for the machine."""
    return {
        "instance_id": instance.id,
        "root_id": instance.root_id,
        "at": at,
        "kind": kind,
        "step": step,
        "actor": actor,
        "detail": dict(detail),
    }


def note(  # noqa: PLR0917 - an entry has these parts
    session: Session,
    instance: Instance,
    kind: str,
    step: str | None,
    actor: str | None,
    at: datetime,
    detail: Mapping[str, Any],
) -> None:
    """Note one thing that happened, written with the next flush. What a step does is noted by `engine.changes`."""
    session.add(HistoryEntry(**entry_of(instance, kind, step, actor, at, detail)))
