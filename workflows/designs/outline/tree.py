"""What a step list is made of: rows of entries, and the places where a step can be added."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine import Diagram, Flow, NotFound, Step

GOES_ON, ENDS, GOES_BACK, LOOSE = "on", "end", "back", "loose"
"""How a row ends: it goes on behind its block, at an end, back to an earlier step, or nothing follows yet."""


@dataclass(frozen=True)
class Place:
    """Where a step can be added: on these flows, united by a gateway of the kind `join` where there are several.

    Where nothing follows yet there are no flows, and `source` is the step it would follow.
    """

    key: str
    flows: tuple[str, ...]
    join: str = "exclusiveGateway"
    source: str = ""


@dataclass(frozen=True)
class Row:
    """Steps one after the other; `start` is the place in front of the first one."""

    entries: tuple["Entry", ...]
    ending: str
    start: Place | None = None


@dataclass(frozen=True)
class Border:
    """What is drawn at the border of a step: an event, and what happens then (None: nothing is drawn in flows)."""

    event: Step
    row: Row | None


@dataclass(frozen=True)
class Doing:
    """A step. `inside` is what a sub-process holds; `join` the gateway where the ways of its borders end.

    `in_time` is what follows when none of the events at its border happened, until the ways meet.
    """

    step: Step
    inside: "Scope | None" = None
    borders: tuple[Border, ...] = ()
    join: str | None = None
    after: Place | None = None
    in_time: Row | None = None

    @property
    def id(self) -> str:
        """The id of the step."""
        return self.step.id


@dataclass(frozen=True)
class Way:
    """One way out of a gateway. `row` is None where the way is what follows behind the block."""

    flow: Flow
    row: Row | None


@dataclass(frozen=True)
class Ways:
    """A gateway with its ways: in parallel, by conditions, or by what happens first; `join` closes it, if one does."""

    split: Step
    ways: tuple[Way, ...]
    join: str | None = None
    after: Place | None = None

    @property
    def id(self) -> str:
        """The id of the gateway."""
        return self.split.id


@dataclass(frozen=True)
class Drawn:
    """What an outline cannot show: steps that are kept as they are drawn. `id` is that of the first one."""

    id: str
    steps: tuple[Step, ...]
    after: Place | None = None


@dataclass(frozen=True)
class Landing:
    """A gateway in the row at which nothing is decided: where ways back come in."""

    step: Step
    after: Place | None = None

    @property
    def id(self) -> str:
        """The id of the gateway."""
        return self.step.id


@dataclass(frozen=True)
class End:
    """An end of the process, or of the sub-process around it."""

    step: Step
    after: None = None

    @property
    def id(self) -> str:
        """The id of the end."""
        return self.step.id


@dataclass(frozen=True)
class Back:
    """The way goes back to an earlier step."""

    flow: Flow
    after: None = None

    @property
    def id(self) -> str:
        """The id of the flow."""
        return self.flow.id


Entry = Doing | Ways | Drawn | Landing | End | Back


@dataclass(frozen=True)
class Scope:
    """A process or sub-process: its row, and what stands beside it: event sub-processes, and what is only drawn."""

    id: str
    start: Step | None
    row: Row
    beside: tuple[Doing | Drawn, ...] = ()


@dataclass(frozen=True)
class Outline:
    """The step list of a diagram; `backs` are the ids of the flows that go back."""

    diagram: Diagram
    scope: Scope
    backs: frozenset[str] = frozenset()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    scopes: Mapping[str, Scope] = field(default_factory=dict)

    def entry(self, identifier: str) -> Entry:
        """The entry of this id. Raises NotFound."""
        found = self.entries.get(identifier)
        if found is None:
            raise NotFound("This step is not in the list any more. Look at the list again.")
        return found

    def place(self, key: str) -> Place:
        """The place of this key. Raises NotFound."""
        found = self.places.get(key)
        if found is None:
            raise NotFound("There is no such place in the list any more. Look at the list again.")
        return found


def row_around(outline: Outline, entry: Entry) -> tuple[Row, int]:
    """The row that an entry stands in, and where in it. Raises NotFound for what stands beside the rows."""
    for row in every_row(outline.scope):
        for at, one in enumerate(row.entries):
            if one.id == entry.id:
                return row, at
    raise NotFound("This stands beside the steps, and can only be moved in the diagram.")


def rows_of(entry: Entry) -> list[Row]:
    """The rows that an entry holds in its own process: those of its ways and borders."""
    if isinstance(entry, Ways):
        return [way.row for way in entry.ways if way.row is not None]
    if isinstance(entry, Doing):
        found = [border.row for border in entry.borders if border.row is not None]
        return found if entry.in_time is None else [entry.in_time, *found]
    return []


def every_row(scope: Scope) -> Iterator[Row]:
    """Every row of a process and of all that is inside."""
    pending: list[Row] = [scope.row]
    scopes = [entry.inside for entry in scope.beside if isinstance(entry, Doing) and entry.inside]
    while pending or scopes:
        if not pending:
            inner = scopes.pop()
            pending.append(inner.row)
            scopes += [entry.inside for entry in inner.beside if isinstance(entry, Doing) and entry.inside]
        row = pending.pop()
        yield row
        for entry in row.entries:
            pending += rows_of(entry)
            if isinstance(entry, Doing) and entry.inside:
                scopes.append(entry.inside)


def steps_in(entry: Entry) -> list[str]:
    """The ids of all steps that an entry is drawn with in its own process: gateways, borders and joins included."""
    if isinstance(entry, Drawn):
        return [step.id for step in entry.steps]
    if isinstance(entry, Back):
        return []
    found = [entry.id]
    if isinstance(entry, Doing):
        found += [border.event.id for border in entry.borders]
    if isinstance(entry, (Doing, Ways)) and entry.join:
        found.append(entry.join)
    return found + [step for row in rows_of(entry) for inner in row.entries for step in steps_in(inner)]
