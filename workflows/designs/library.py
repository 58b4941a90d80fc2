"""The library: every process that can be designed or launched, with what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Definition
from workflows.cycles.models import Cycle
from workflows.cycles.shipped import ShippedProcess, list_shipped
from workflows.designs.models import Design
from workflows.people.search import name_people


@dataclass
class LibraryEntry:
    """One process: its draft if it has one, its published versions, the cycles launched with it, all newest first."""

    key: str
    name: str
    draft: Design | None = None
    versions: list[Definition] = field(default_factory=list)
    cycles: list[Cycle] = field(default_factory=list)
    shipped: ShippedProcess | None = None

    @property
    def latest(self) -> Definition | None:
        """The newest published version."""
        return self.versions[0] if self.versions else None

    @property
    def is_ahead(self) -> bool:
        """Whether the draft holds something that is not published."""
        return self.draft is not None and self.draft.published_revision != self.draft.revision

    @property
    def running(self) -> list[Cycle]:
        """The cycles that run."""
        return [cycle for cycle in self.cycles if cycle.state == "running"]

    def version_of(self, cycle: Cycle) -> int:
        """The version that one of its cycles runs on."""
        return next(one.version for one in self.versions if one.id == cycle.definition_id)


@dataclass(frozen=True)
class Library:
    """The processes in use (drawn or published), those that are shipped and not used yet, the archived drafts."""

    used: Sequence[LibraryEntry]
    offered: Sequence[ShippedProcess]
    archived: Sequence[Design]
    names: dict[str, str]


def list_library(session: Session) -> Library:
    """Every process by name. Four statements, however many there are."""
    entries: dict[str, LibraryEntry] = {}
    definitions = session.scalars(select(Definition).order_by(Definition.version.desc())).all()
    for definition in definitions:
        entry = entries.setdefault(definition.key, LibraryEntry(definition.key, definition.name))
        entry.versions.append(definition)
    designs = session.scalars(select(Design).order_by(Design.changed_at, Design.id)).all()
    for design in designs:
        if design.archived_at is None:
            entry = entries.setdefault(design.key, LibraryEntry(design.key, design.name))
            entry.draft, entry.name = design, design.name
    for cycle in session.scalars(select(Cycle).order_by(Cycle.launched_at.desc(), Cycle.id.desc())):
        entries[_key_of(definitions, cycle)].cycles.append(cycle)
    shipped = list_shipped()
    for process in shipped:
        if process.key in entries:
            entries[process.key].shipped = process
    people = {design.changed_by for design in designs} | {one.deployed_by for one in definitions if one.deployed_by}
    return Library(
        used=sorted(entries.values(), key=lambda entry: (entry.name.casefold(), entry.key)),
        offered=[process for process in shipped if process.key not in entries],
        archived=[design for design in designs if design.archived_at is not None],
        names=name_people(session, sorted(people)),
    )


def _key_of(definitions: Sequence[Definition], cycle: Cycle) -> str:
    return next(definition.key for definition in definitions if definition.id == cycle.definition_id)
