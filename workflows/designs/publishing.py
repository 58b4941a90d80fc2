"""Publishing a design: it becomes the next version of its process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, Definition, Program, definitions, program_for
from engine import files_of as published_files
from engine.difference import Change
from workflows.designs.changing import Saving, record_publication
from workflows.designs.difference import describe_change
from workflows.designs.models import Design
from workflows.designs.reading import files_of, lock_design


@dataclass(frozen=True)
class Outlook:
    """What publishing a design would do: the version it makes, after which one, and what changes, in words.

    `overtaken` is a version that was published since the design was begun, and that the design knows nothing of.
    """

    version: int
    latest: Definition | None
    overtaken: Definition | None
    unchanged: bool
    changes: Sequence[Change]


def foresee_publication(session: Session, design: Design, files: dict[str, bytes], program: Program | None) -> Outlook:
    """What publishing the design with these files would do; `program` is theirs, None where the checks do not pass."""
    latest = session.scalar(
        select(Definition).where(Definition.key == design.key).order_by(Definition.version.desc()).limit(1)
    )
    before = {} if latest is None else published_files(session, latest.id)
    return Outlook(
        version=1 if latest is None else latest.version + 1,
        latest=latest,
        overtaken=latest if latest is not None and latest.id != design.base_id else None,
        unchanged=before == files,
        changes=describe_change(program_for(session, latest.id), program) if latest and program else (),
    )


def publish(session: Session, design_id: int, *, revision: int, by: str, now: datetime) -> Definition:
    """Publish a design as it was looked at, at `revision`.

    Raises Conflict when it has changed since, InvalidDiagram with every finding when its checks do not pass.
    """
    design = lock_design(session, design_id)
    if design.revision != revision:
        raise Conflict(f"“{design.name}” has changed since you looked at what would be published. Look again.")
    definition = definitions.deploy(session, files_of(session, design_id), by=by, now=now)
    design.base_id = definition.id
    record_publication(Saving(session, design, "published", f"Version {definition.version}", by, now))
    return definition
