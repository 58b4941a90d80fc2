"""Deploying process packages and finding their definitions again."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from threading import RLock

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import registry
from engine.awaiting import await_starts
from engine.errors import ERROR, Conflict, Finding, InvalidDiagram, NotFound
from engine.inspection import Inspection, inspect_package
from engine.models import Definition, DefinitionFile
from engine.spiff import Program, compile_program

PROGRAMS = "programs"
"""The key in `Session.info` of the programs a session has asked for."""

MOST_PROGRAMS = 200
"""How many programs a process keeps parsed: those parsed last."""

_programs: dict[str, Program] = {}
_compiling = RLock()


def deploy(session: Session, files: Mapping[str, bytes], *, by: str | None, now: datetime) -> Definition:
    """Publish a process package: path → content, with one `.bpmn` and its `forms/` and `decisions/`.

    The same content again returns the definition that is there already. Raises InvalidDiagram naming every finding.
    """
    inspection = inspect(session, files, now)
    if inspection.program is None:
        raise InvalidDiagram(list(inspection.findings))
    return store(session, files, inspection.program, by=by, now=now)


def inspect(session: Session, files: Mapping[str, bytes], now: datetime, *, drawing: bool = False) -> Inspection:
    """Look at a package as publishing it does: as `inspect_package`, and together with what this database knows.

    That is asked once the package alone can be run. While somebody is `drawing` it, the proofs about people are not.
    """
    inspection = inspect_package(files)
    program = inspection.program
    if program is None:
        return inspection
    found = [*_uncallable(session, program)]
    for checker in (*registry.data_checkers, *(() if drawing else registry.proofs)):
        found.extend(checker(session, program.diagram, now))
    for finding in found:
        finding.file, finding.line = program.diagram.file, finding.line or _line_of(program, finding.id)
    findings = tuple(sorted([*found, *inspection.findings], key=lambda finding: finding.severity != ERROR))
    refused = any(finding.severity == ERROR for finding in found)
    return Inspection(findings, None if refused else program)


def _line_of(program: Program, step_id: str) -> int:
    step = program.diagram.steps.get(step_id)
    return step.line if step is not None else 0


def store(
    session: Session, files: Mapping[str, bytes], program: Program, *, by: str | None, now: datetime
) -> Definition:
    """Keep a package that has been looked at as the next version of its process, unless nothing has changed."""
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
    await_starts(session, definition, program, now)
    _keep(checksum, program)
    return definition


def _uncallable(session: Session, program: Program) -> list[Finding]:
    """The call activities of processes that nobody has published yet; a process may call itself."""
    calls = [step for step in program.diagram.steps.values() if step.called not in (None, program.diagram.key)]
    if not calls:
        return []
    known = set(session.scalars(select(Definition.key).where(Definition.key.in_([step.called for step in calls]))))
    remedy = "Publish it first, or choose another."
    return [
        Finding.at(step, f"There is no process “{step.called}”.", remedy) for step in calls if step.called not in known
    ]


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


def version_of(session: Session, key: str, version: int) -> Definition:
    """One version of the process `key`. Raises NotFound."""
    found = session.scalar(select(Definition).where(Definition.key == key, Definition.version == version))
    if found is None:
        raise NotFound(f"There is no version {version} of “{key}”.")
    return found


def program_of(session: Session, definition_id: int, checksum: str) -> Program:
    """The program of a definition, parsed once per process; `program_for` finds it from now on in this session."""
    program = _programs.get(checksum)
    if program is None:
        with _compiling:
            program = _programs.get(checksum) or compile_program(files_of(session, definition_id))
            _keep(checksum, program)
    _known(session)[definition_id] = program
    return program


def _known(session: Session) -> dict[int, Program]:
    known: dict[int, Program] = session.info.setdefault(PROGRAMS, {})
    return known


def _keep(checksum: str, program: Program) -> None:
    with _compiling:
        while len(_programs) >= MOST_PROGRAMS:
            del _programs[next(iter(_programs))]
        _programs[checksum] = program


def program_for(session: Session, definition_id: int) -> Program:
    """The program of a definition whose checksum is not at hand: asked once in a session. Raises NotFound."""
    known = _known(session).get(definition_id)
    if known is not None:
        return known
    definition = session.get(Definition, definition_id)
    if definition is None:
        raise NotFound("This definition is not deployed.")
    return program_of(session, definition.id, definition.checksum)


def files_of(session: Session, definition_id: int) -> dict[str, bytes]:
    """Every file of a definition, as deployed: path → content."""
    rows = session.execute(
        select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == definition_id)
    )
    return dict(rows.all())
