"""Beginning a design: from empty, from a shipped or published process, or from a file."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files as resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Conflict, Definition, NotFound
from engine import files_of as published_files
from workflows.cycles.shipped import list_shipped, read_shipped
from workflows.designs.changing import Saving, begin, check_name
from workflows.designs.files import UnfitFile, check_package, diagram_path, identify, in_utf8, with_identity
from workflows.designs.models import Design

EMPTY = "empty"


def start_empty(session: Session, name: str, *, by: str, now: datetime) -> Design:
    """A design of a process that does nothing yet, once for each participant."""
    name = check_name(name)
    key = free_key(session, name)
    content = resources("workflows.designs").joinpath("empty.bpmn").read_bytes()
    return _begin(session, {f"{key}.bpmn": with_identity(content, name=name, key=key)}, "From empty", by=by, now=now)


def start_from_shipped(session: Session, package: str, name: str, *, by: str, now: datetime) -> Design:
    """A design of a process that comes with Reviewflow; under another name, of a process of its own."""
    shipped = next((process for process in list_shipped() if process.package == package), None)
    if shipped is None:
        raise NotFound("There is no such process in the library.")
    return _start_from(session, read_shipped(package), f"From “{shipped.name}”", name, by=by, now=now)


def start_from_definition(session: Session, definition_id: int, name: str, *, by: str, now: datetime) -> Design:
    """A design that begins with a published version; under another name, of a process of its own."""
    definition = session.get(Definition, definition_id)
    if definition is None:
        raise NotFound("There is no such published process.")
    detail = f"From version {definition.version} of “{definition.name}”"
    return _start_from(session, published_files(session, definition_id), detail, name, by=by, now=now)


def start_from_files(session: Session, files: Mapping[str, bytes], source: str, *, by: str, now: datetime) -> Design:
    """A design of what somebody exported here or drew elsewhere; `source` is the name of the file it came in."""
    check_package(files)
    if identify(files[diagram_path(files)]) is None:
        raise UnfitFile(
            "The diagram has no process that can run, or several. Mark exactly one as executable in your tool, "
            "and export it again."
        )
    return _start_from(session, files, f"From the file {source[:80]}", "", by=by, now=now)


def free_key(session: Session, name: str) -> str:
    """A key for a new process of this name that no design and no published process has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50]
    stem = stem if stem[:1].isalpha() else f"process_{stem}".strip("_")
    taken = {
        *session.scalars(select(Design.key).where(Design.key.startswith(stem, autoescape=True))),
        *session.scalars(select(Definition.key).where(Definition.key.startswith(stem, autoescape=True))),
        *(process.key for process in list_shipped()),
    }
    numbers = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbers) if key not in taken)


def _start_from(
    session: Session, files: Mapping[str, bytes], detail: str, name: str, *, by: str, now: datetime
) -> Design:
    files = {path: in_utf8(path, content) for path, content in files.items()}
    path = diagram_path(files)
    own = check_name(name) if name.strip() else ""
    if own:
        key = free_key(session, own)
        files = {other: content for other, content in files.items() if other != path} | {
            f"{key}.bpmn": with_identity(files[path], name=own, key=key)
        }
    return _begin(session, files, detail, by=by, now=now)


def _begin(session: Session, files: Mapping[str, bytes], detail: str, *, by: str, now: datetime) -> Design:
    key, name = identify(files[diagram_path(files)]) or ("", "")
    other = session.scalar(select(Design).where(Design.key == key, Design.archived_at.is_(None)).limit(1))
    if other is not None:
        raise Conflict(f"“{other.name}” is being designed already. Open that draft, or give yours a name of its own.")
    newest = session.scalar(
        select(Definition.id).where(Definition.key == key).order_by(Definition.version.desc()).limit(1)
    )
    design = Design(name=name, key=key, revision=0, base_id=newest, changed_by=by, changed_at=now)
    session.add(design)
    session.flush()
    begin(Saving(session, design, "began", detail, by, now), files)
    if newest is not None and published_files(session, newest) == files:
        design.published_revision = design.revision
    return design
