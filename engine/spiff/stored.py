"""A stored state taken apart: the tasks of its trees, where its tokens stand, and what becomes of it elsewhere."""

from dataclasses import dataclass, field
from typing import Any

from engine.diagram import Step
from engine.spiff.specs import LIVE

SPLIT, JOIN = ".BoundaryEventSplit", ".BoundaryEventJoin"
END_JOIN, STANDBY = ".EndJoin", ".Standby"
ONCE, CHECK = ".once", ".check"
START = "Start"
UNDO = ".Undo"
SCOPES = {"subProcess", "transaction"}
JOINING = {"parallelGateway", "inclusiveGateway"}


@dataclass
class Node:
    """One task of a stored tree."""

    id: str
    parent: str | None
    state: int
    name: str
    triggered: bool = False
    internal: dict[str, Any] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether the run is here."""
        return bool(self.state & LIVE)

    def row(self) -> list[Any]:
        """As `codec` stores it."""
        return [self.id, self.parent, self.state, self.name, self.triggered, self.internal]


@dataclass(frozen=True)
class Place:
    """Where a token stands: its step, the scope it is in, and, at a join, the flow it came by."""

    token: str
    step: str
    scope: str
    came_by: str | None = None


def is_loop(step: Step | None) -> bool:
    """Whether a step is done again and again in place."""
    return step is not None and step.repetition is not None and step.repetition.kind == "loop"


@dataclass
class Remapped:
    """What became of a state.

    `content` is the new state; `kept` are the tokens that wait on, each with its name in the new state; `added` the
    events on borders that the old diagram did not have, by token: their step and the token they belong to; `borders`
    says the same token for the events that were there; `entered`
    the steps that are begun anew because what waited there is of another kind; `problems` say why it cannot be done.
    """

    content: bytes = b""
    kept: dict[str, str] = field(default_factory=dict)
    added: dict[str, tuple[str, str]] = field(default_factory=dict)
    borders: dict[str, str] = field(default_factory=dict)
    entered: list[tuple[str, str]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
