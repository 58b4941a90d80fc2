"""Reading designs: what they hold now, what they held, and who changed it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import NotFound, Rejection
from workflows.designs.models import Design, DesignChange, DesignFile


class Archived(Rejection):
    """The design was put away."""


@dataclass(frozen=True)
class FileNow:
    """One file of a design, with the revision of its last change."""

    path: str
    content: bytes
    revision: int


def get_design(session: Session, design_id: int) -> Design:
    """The design. Raises NotFound."""
    design = session.get(Design, design_id)
    if design is None:
        raise NotFound("There is no such design.")
    return design


def lock_design(session: Session, design_id: int, *, archived: bool = False) -> Design:
    """The design, for this transaction alone to change. Raises NotFound, or Archived unless `archived` ones may be."""
    design = session.scalar(
        select(Design).where(Design.id == design_id).with_for_update().execution_options(populate_existing=True)
    )
    if design is None:
        raise NotFound("There is no such design.")
    if design.archived_at is not None and not archived:
        raise Archived(f"“{design.name}” is archived. Take it out of the archive first.")
    return design


def read_file(session: Session, design_id: int, path: str) -> FileNow:
    """One file of a design. Raises NotFound."""
    row = session.execute(
        select(DesignFile.path, DesignFile.content, DesignFile.revision).where(
            DesignFile.design_id == design_id, DesignFile.path == path, DesignFile.until.is_(None)
        )
    ).first()
    if row is None:
        raise NotFound(f"This design holds no {path[:80]}.")
    return FileNow(*row)


def files_of(session: Session, design_id: int) -> dict[str, bytes]:
    """Every file of a design as it is now: path → content."""
    return _files(session, design_id, None)


def files_at(session: Session, design_id: int, revision: int) -> dict[str, bytes]:
    """Every file of a design as it was at a revision that one of its changes ends with."""
    return _files(session, design_id, revision)


def revisions_of(session: Session, design_id: int) -> dict[str, int]:
    """The revision of the last change of every file of a design."""
    rows = session.execute(
        select(DesignFile.path, DesignFile.revision).where(
            DesignFile.design_id == design_id, DesignFile.until.is_(None)
        )
    )
    return dict(rows.all())


def changes_of(session: Session, design_id: int) -> Sequence[DesignChange]:
    """Every change of a design, the newest first."""
    return session.scalars(
        select(DesignChange).where(DesignChange.design_id == design_id).order_by(DesignChange.revision.desc())
    ).all()


def _files(session: Session, design_id: int, revision: int | None) -> dict[str, bytes]:
    rows = select(DesignFile.path, DesignFile.content).where(DesignFile.design_id == design_id)
    if revision is None:
        rows = rows.where(DesignFile.until.is_(None))
    else:
        was_there = DesignFile.until.is_(None) | (DesignFile.until > revision)
        rows = rows.where(DesignFile.since <= revision, was_there)
    return dict(session.execute(rows.order_by(DesignFile.path)).all())
