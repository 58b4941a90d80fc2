"""Deploying process packages and finding their definitions again."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.checks import check
from engine.errors import Conflict, InvalidDiagram, NotFound
from engine.models import Definition, DefinitionFile
from engine.spiff import Program, compile_program

PROGRAMS = "programs"
"""The key in `Session.info` of the programs a session has asked for."""

_programs: dict[str, Program] = {}
_compiling = Lock()


def deploy(session: Session, files: Mapping[str, bytes], *, by: str | None, now: datetime) -> Definition:
    """Publish a process package: path → content, with one `.bpmn` and its `forms/` and `decisions/`.

    The same content again returns the definition that is there already. Raises InvalidDiagram naming every finding.
    """
    program = compile_program(dict(files))
    findings = check(program, files)
    if any(finding.severity == "error" for finding in findings):
        raise InvalidDiagram(findings)
    key, checksum = program.diagram.key, _checksum(files)
    latest = session.scalar(
        select(Definition).where(Definition.key == key).order_by(Definition.version.desc()).limit(1)
    )
    if latest is not None and latest.checksum == checksum:
        return latest
    definition = Definition(
        key=key,
        version=1 if latest is None else latest.version + 1,
        name=program.diagram.name,
        checksum=checksum,
        deployed_at=now,
        deployed_by=by,
    )
    try:
        with session.begin_nested():
            session.add(definition)
    except IntegrityError:
        raise Conflict(f"Somebody else has just published “{definition.name}”. Publish yours again.") from None
    session.add_all(DefinitionFile(definition_id=definition.id, path=p, content=c) for p, c in files.items())
    session.flush()
    _programs[checksum] = program
    return definition


def _checksum(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode() + files[path])
    return digest.hexdigest()


def latest(session: Session, key: str) -> Definition:
    """The newest version of the process `key`. Raises NotFound."""
    found = session.scalar(select(Definition).where(Definition.key == key).order_by(Definition.version.desc()).limit(1))
    if found is None:
        raise NotFound(f"There is no process “{key}”. Deploy its package first: reviewflow deploy {key}.")
    return found


def program_of(session: Session, definition_id: int, checksum: str) -> Program:
    """The program of a definition, parsed once per process."""
    program = _programs.get(checksum)
    if program is None:
        with _compiling:
            program = _programs.get(checksum) or compile_program(files_of(session, definition_id))
            _programs[checksum] = program
    return program


def program_for(session: Session, definition_id: int) -> Program:
    """The program of a definition whose checksum is not at hand: asked once in a session. Raises NotFound."""
    known: dict[int, Program] = session.info.setdefault(PROGRAMS, {})
    if definition_id not in known:
        definition = session.get(Definition, definition_id)
        if definition is None:
            raise NotFound("This definition is not deployed.")
        known[definition_id] = program_of(session, definition.id, definition.checksum)
    return known[definition_id]


def files_of(session: Session, definition_id: int) -> dict[str, bytes]:
    """Every file of a definition, as deployed: path → content."""
    rows = session.execute(
        select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == definition_id)
    )
    return dict(rows.all())
