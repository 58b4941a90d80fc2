"""The way from one definition to another: which step becomes which, and what changes for those who wait there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.diagram import Step
from engine.errors import Conflict, NotFound
from engine.graph import Graph
from engine.matching import Match, family, match_steps, runs_apart
from engine.spiff import Program

# What a step may say differently without another person being the right one for it.
NOT_ABOUT_WHO = {"due", "remind", "form", "page", "escalate", "closes"}


@dataclass(frozen=True)
class Proposal:
    """Where those who wait at a step go: `new` is None where nothing fits, and they stay until somebody decides."""

    old: Step
    new: Step | None
    confidence: float
    in_words: str


@dataclass
class Route:
    """From the definition `from_id` to the definition `to_id`, with the step that stands for each step."""

    from_id: int
    to_id: int
    old: Program
    new: Program
    mapping: Mapping[str, str]
    graph: Graph = field(init=False)
    feeds: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.graph = Graph(self.new.diagram)

    def process(self, process: str) -> str | None:
        """The process or sub-process that stands for one; None when there is none."""
        return self.new.diagram.key if process == self.old.diagram.key else self.mapping.get(process)

    @property
    def renamed(self) -> dict[str, str]:
        """The steps whose id is another one now."""
        return {a: b for a, b in self.mapping.items() if a != b}

    def changes_who(self, old: Step, new: Step) -> bool:
        """Whether somebody else may be the right one for the step now."""
        return _who(old) != _who(new)

    def changes_time(self, old: Step, new: Step) -> bool:
        """Whether its deadline or its reminders are others now."""
        return any(old.settings.get(key) != new.settings.get(key) for key in ("due", "remind"))


def _who(step: Step) -> object:
    settings = {key: value for key, value in step.settings.items() if key not in NOT_ABOUT_WHO}
    return settings, sorted(name for name, _ in step.sets)


def propose(old: Program, new: Program, decided: Mapping[str, str] | None = None) -> list[Proposal]:
    """Where those who wait at each step of `old` would go in `new`, with how sure that is; see `plan_route`."""
    matches = _match(old, new, decided or {})
    found = []
    for step in old.diagram.steps.values():
        if not may_wait(step):
            continue
        match = matches.get(step.id)
        target = None if match is None else new.diagram.steps[match.step]
        words = "nothing fits" if match is None else match.in_words
        if step.id in (decided or {}):
            words = "as decided"
        found.append(Proposal(step, target, 0.0 if match is None else match.confidence, words))
    return found


def choices(old: Program, new: Program, step: Step) -> list[Step]:
    """The steps of `new` that those who wait at a step of `old` may be sent to, in the order of the file."""
    return [one for one in new.diagram.steps.values() if may_wait(one) and _fits(step, one)]


def may_wait(step: Step) -> bool:
    """Whether a token can wait at a step."""
    if step.kind in ("scriptTask", "businessRuleTask", "startEvent", "endEvent"):
        return False
    return (
        runs_apart(step)
        or not step.kind.endswith(("Gateway", "subProcess", "transaction", "ThrowEvent"))
        or step.kind == "eventBasedGateway"
    )


def plan_route(from_id: int, to_id: int, old: Program, new: Program, decided: Mapping[str, str] | None = None) -> Route:
    """The route with every step that is found again, and with what was `decided`: old id → new id, or "" for none.

    Raises NotFound for a step that is not there, Conflict for two steps that cannot stand for each other.
    """
    for a, b in (decided or {}).items():
        _check_decision(old, new, a, b)
    mapping = {a: match.step for a, match in _match(old, new, decided or {}).items()}
    return Route(from_id, to_id, old, new, mapping)


def _match(old: Program, new: Program, decided: Mapping[str, str]) -> dict[str, Match]:
    given = {a: b for a, b in decided.items() if b}
    found = match_steps(old.diagram, new.diagram, given)
    return {a: match for a, match in found.items() if decided.get(a) != ""}


def _check_decision(old: Program, new: Program, a: str, b: str) -> None:
    if a not in old.diagram.steps:
        raise NotFound(f"There is no step “{a}” in the version to move from.")
    if not b:
        return
    if b not in new.diagram.steps:
        raise NotFound(f"There is no step “{b}” in the version to move to.")
    before, after = old.diagram.steps[a], new.diagram.steps[b]
    if not _fits(before, after):
        raise Conflict(f"“{after.name}” cannot stand for “{before.name}”: choose a step of the same kind.")


def _fits(before: Step, after: Step) -> bool:
    """Whether those who wait at one step can be sent to the other."""
    apart = runs_apart(before) or before.kind in ("subProcess", "transaction")
    return family(before) == family(after) or not (apart or after.kind in ("boundaryEvent", "startEvent"))
