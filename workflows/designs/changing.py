"""Changing a design: every verb checks that nobody else was faster, and keeps what was there before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import Conflict, NotFound, Rejection
from workflows.designs.files import check_file, check_package, diagram_path, identify, in_utf8, with_identity, word_for
from workflows.designs.models import Design, DesignChange, DesignFile
from workflows.designs.reading import changes_of, files_at, files_of, lock_design
from workflows.people.search import name_people

ONE_CHANGE = timedelta(minutes=10)
"""What the same person saves within this time is one change: one state to go back to."""

LONGEST_NAME = 120


class ChangedMeanwhile(Conflict):
    """Somebody has saved the file since it was read. `by` is their name, `revision` that of the file now."""

    def __init__(self, path: str, by: str, revision: int) -> None:
        self.by, self.revision = by, revision
        super().__init__(f"{by} has saved the {word_for(path)} since you opened it.")


class UnfitName(Rejection):
    """A process cannot be called this."""


@dataclass(frozen=True)
class Saving:
    """One change that is being written: of which design, what for, by whom, when."""

    session: Session
    design: Design
    kind: str
    detail: str
    by: str
    now: datetime


def save_file(
    session: Session, design_id: int, path: str, content: bytes, *, based_on: int, by: str, now: datetime
) -> Design:
    """Write a file of a design; `based_on` is the revision at which its writer had read it, 0 for a new file.

    Raises ChangedMeanwhile when the file has changed after that, NotFound, or a Rejection for content that no package
    can hold. Saving what is there already changes nothing. At most nine statements.
    """
    check_file(path, content)
    content = in_utf8(path, content)
    design = lock_design(session, design_id)
    row = _current(session, design_id, path)
    if row is not None and row.content == content:
        return design
    if path.endswith(".bpmn") and row is None:
        raise Rejection("A design has one diagram, which is there already. Import this one as a design of its own.")
    _check_not_changed(session, design, path, row, based_on)
    _write(Saving(session, design, "saved", path, by, now), {path: content})
    return design


def remove_file(session: Session, design_id: int, path: str, *, based_on: int, by: str, now: datetime) -> Design:
    """Take a form or a decision table out of a design; earlier states keep it. Raises as `save_file` does."""
    design = lock_design(session, design_id)
    row = _current(session, design_id, path)
    if row is None:
        raise NotFound(f"This design holds no {path}.")
    if path.endswith(".bpmn"):
        raise Rejection("A design cannot be without its diagram.")
    _check_not_changed(session, design, path, row, based_on)
    _write(Saving(session, design, "removed", path, by, now), {path: None})
    return design


def rename(session: Session, design_id: int, name: str, *, by: str, now: datetime) -> Design:
    """Give the process of a design another name. Raises UnfitName for an empty or endless one."""
    name = check_name(name)
    design = lock_design(session, design_id)
    files = files_of(session, design_id)
    path = diagram_path(files)
    if name != design.name:
        detail = f"“{design.name}” is now called “{name}”"
        _write(Saving(session, design, "renamed", detail, by, now), {path: with_identity(files[path], name=name)})
    return design


def restore(session: Session, design_id: int, revision: int, *, by: str, now: datetime) -> Design:
    """Make every file what it was at an earlier revision; what is there now becomes an earlier state itself."""
    design = lock_design(session, design_id)
    chosen = next((change for change in changes_of(session, design_id) if change.revision == revision), None)
    if chosen is None:
        raise NotFound("There is no such earlier state. Reload the page to see which there are.")
    changed = what_differs(files_of(session, design_id), files_at(session, design_id, revision))
    if changed:
        _write(Saving(session, design, "restored", chosen.at.isoformat(), by, now), changed)
    return design


def what_differs(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes | None]:
    """What has to be written to make the files `before` those of `after`; None for one that goes."""
    changed: dict[str, bytes | None] = {path: content for path, content in after.items() if before.get(path) != content}
    return changed | dict.fromkeys(before.keys() - after.keys())


def archive(session: Session, design_id: int, *, by: str, now: datetime) -> Design:
    """Put a design away: it is found among the archived ones, and nothing of it is lost."""
    design = lock_design(session, design_id)
    if design.archived_at is None:
        design.archived_at = now
        _record(Saving(session, design, "archived", "", by, now))
    return design


def unarchive(session: Session, design_id: int, *, by: str, now: datetime) -> Design:
    """Take a design out of the archive again."""
    design = lock_design(session, design_id, archived=True)
    if design.archived_at is not None:
        design.archived_at = None
        _record(Saving(session, design, "unarchived", "", by, now))
    return design


def write_files(saving: Saving, changed: Mapping[str, bytes | None]) -> None:
    """Write files (None: it goes) as one change, of a kind that never goes on: every time is a state to go back to."""
    for path, content in changed.items():
        if content is not None:
            check_file(path, content)
    _write(saving, changed)


def begin(saving: Saving, files: Mapping[str, bytes]) -> None:
    """Write the first state of a new design."""
    check_package(files)
    saving.design.revision = 0
    _write(saving, dict(files))


def record_publication(saving: Saving) -> None:
    """Note that the design was published as it is."""
    _record(saving)
    saving.design.published_revision = saving.design.revision
    saving.session.flush()


def check_name(name: str) -> str:
    """The name without blanks around it. Raises UnfitName for an empty or endless one."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UnfitName(f"Give the process a name of up to {LONGEST_NAME} letters, for instance “Quarterly check-in”.")
    return name


def _check_not_changed(session: Session, design: Design, path: str, row: DesignFile | None, based_on: int) -> None:
    if row is None or row.revision <= based_on:
        return
    includes = (DesignChange.first <= row.revision) & (DesignChange.revision >= row.revision)
    by = session.scalar(select(DesignChange.by).where(DesignChange.design_id == design.id, includes)) or ""
    raise ChangedMeanwhile(path, name_people(session, [by]).get(by, by), row.revision)


def _current(session: Session, design_id: int, path: str) -> DesignFile | None:
    return session.scalar(
        select(DesignFile).where(DesignFile.design_id == design_id, DesignFile.path == path, DesignFile.until.is_(None))
    )


def _write(saving: Saving, changed: Mapping[str, bytes | None]) -> None:
    """Write files (None: it goes) in one change; a change that goes on is written over its own earlier saves."""
    session, design = saving.session, saving.design
    _take_identity(design, changed)
    change = _record(saving)
    now_there = DesignFile.until.is_(None) & (DesignFile.design_id == design.id)
    rows = {row.path: row for row in session.scalars(select(DesignFile).where(now_there, DesignFile.path.in_(changed)))}
    fresh = []
    for path, content in changed.items():
        row = rows.get(path)
        if row is not None and row.since >= change.first and content is not None:
            row.content, row.revision = content, design.revision
            continue
        if row is not None:
            row.until = design.revision
        if content is not None:
            fresh.append({"path": path, "content": content, "since": design.revision, "revision": design.revision})
    session.flush()
    if fresh:
        session.execute(insert(DesignFile), [{"design_id": design.id, **row} for row in fresh])


def _take_identity(design: Design, changed: Mapping[str, bytes | None]) -> None:
    for path, content in changed.items():
        if path.endswith(".bpmn") and content is not None and (found := identify(content)):
            design.key, design.name = found


def _record(saving: Saving) -> DesignChange:
    """The change that this saving belongs to: the newest one goes on where it is the same person's and recent."""
    session, design, now = saving.session, saving.design, saving.now
    design.revision += 1
    design.changed_by, design.changed_at = saving.by, now
    newest = session.scalar(
        select(DesignChange).where(DesignChange.design_id == design.id).order_by(DesignChange.revision.desc()).limit(1)
    )
    if newest is not None and _goes_on(newest, saving):
        session.execute(
            update(DesignChange).where(DesignChange.id == newest.id).values(revision=design.revision, at=now)
        )
        return newest
    change = DesignChange(
        design_id=design.id,
        first=design.revision,
        revision=design.revision,
        kind=saving.kind,
        detail=saving.detail,
        by=saving.by,
        began_at=now,
        at=now,
    )
    session.add(change)
    session.flush()
    return change


def _goes_on(newest: DesignChange, saving: Saving) -> bool:
    same = (newest.kind, newest.detail, newest.by) == (saving.kind, saving.detail, saving.by)
    return saving.kind == "saved" and same and saving.now - newest.began_at < ONE_CHANGE
