"""Editing a design through its step list: every edit is a change of its own, which can be undone and done again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import NotFound
from workflows.designs.changing import ChangedMeanwhile, Saving, what_differs, write_files
from workflows.designs.files import diagram_path
from workflows.designs.models import DesignChange
from workflows.designs.outline.editing import edit
from workflows.designs.outline.weaving import Draft
from workflows.designs.reading import files_at, files_of, lock_design, revisions_of
from workflows.people.search import name_people

EDITED, UNDONE, REDONE = "edited", "undone", "redone"
Asking = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]
"""What an edit writes into forms, by path, from the files of the package."""

REMEMBERED = 200
"""How many changes back it is looked for what can be undone."""


@dataclass(frozen=True)
class Steps:
    """What can be undone and done again by whoever asks: the changes, None where there is nothing."""

    undo: DesignChange | None
    redo: DesignChange | None
    before: DesignChange | None = None


def edit_steps(
    session: Session,
    design_id: int,
    change: Callable[[Draft], str],
    words: str,
    *,
    based_on: int,
    by: str,
    now: datetime,
    asking: Asking | None = None,
) -> str:
    """Do one edit of the diagram, said in `words`; returns the id of what should be looked at next.

    It is done on the diagram as it is now. What `asking` writes into forms is part of the same change. Raises
    ChangedMeanwhile when somebody else has changed it after the revision `based_on`, and what `edit` raises.
    """
    design = lock_design(session, design_id)
    _check_alone(session, design_id, based_on, by)
    files = files_of(session, design_id)
    path = diagram_path(files)
    after = {**files, **(asking(files) if asking else {})}
    edited = edit(files[path], change)
    after[path] = edited.content
    if changed := what_differs(files, after):
        write_files(Saving(session, design, EDITED, words, by, now), changed)
    return edited.shown


def undo(session: Session, design_id: int, *, based_on: int, by: str, now: datetime) -> str:
    """Take the last edit back, one's own; returns what it was. Raises NotFound where there is none."""
    found = history(session, design_id, by=by)
    if found.undo is None or found.before is None:
        raise NotFound("There is nothing of yours to undo.")
    _go_to(session, design_id, found.before.revision, Saved(UNDONE, found.undo.detail, based_on, by, now))
    return found.undo.detail


def redo(session: Session, design_id: int, *, based_on: int, by: str, now: datetime) -> str:
    """Do again what was undone last; returns what it was. Raises NotFound where there is nothing."""
    found = history(session, design_id, by=by)
    if found.redo is None:
        raise NotFound("There is nothing of yours to do again.")
    _go_to(session, design_id, found.redo.revision, Saved(REDONE, found.redo.detail, based_on, by, now))
    return found.redo.detail


def history(session: Session, design_id: int, *, by: str) -> Steps:
    """What `by` can undo and do again: of the edits that count, the last one, if it is theirs. One statement."""
    newest = session.scalars(
        select(DesignChange)
        .where(DesignChange.design_id == design_id)
        .order_by(DesignChange.revision.desc())
        .limit(REMEMBERED)
    ).all()
    done: list[DesignChange] = []
    undone: list[DesignChange] = []
    for change in reversed(newest):
        if change.kind == UNDONE and done:
            undone.append(done.pop())
        elif change.kind == REDONE and undone:
            done.append(undone.pop())
        else:
            done.append(change)
            undone.clear()
    can_undo = len(done) > 1 and done[-1].kind == EDITED and done[-1].by == by
    return Steps(
        undo=done[-1] if can_undo else None,
        redo=undone[-1] if undone and undone[-1].by == by else None,
        before=done[-2] if can_undo else None,
    )


@dataclass(frozen=True)
class Saved:
    """How a step through the history is recorded."""

    kind: str
    detail: str
    based_on: int
    by: str
    now: datetime


def _go_to(session: Session, design_id: int, revision: int, saved: Saved) -> None:
    design = lock_design(session, design_id)
    _check_alone(session, design_id, saved.based_on, saved.by)
    changed = what_differs(files_of(session, design_id), files_at(session, design_id, revision))
    write_files(Saving(session, design, saved.kind, saved.detail, saved.by, saved.now), changed)


def _check_alone(session: Session, design_id: int, based_on: int, by: str) -> None:
    """Raise ChangedMeanwhile when somebody else has changed a design after a revision."""
    other = session.scalar(
        select(DesignChange)
        .where(DesignChange.design_id == design_id, DesignChange.revision > based_on, DesignChange.by != by)
        .order_by(DesignChange.revision.desc())
        .limit(1)
    )
    if other is not None:
        path = next(path for path in revisions_of(session, design_id) if path.endswith(".bpmn"))
        name = name_people(session, [other.by]).get(other.by, other.by)
        raise ChangedMeanwhile(path, name, other.revision)
