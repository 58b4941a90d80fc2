"""Which step of one diagram is which step of another: by id first, then by what the steps are and what is around them.

The difference of two versions in words and the migration of running instances both stand on this.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.diagram import Diagram, Step

SAME_ID = 1.0
LIKELY = 0.75
LEAST = 0.5
MOST_PAIRS = 40_000

TELLING = ("form", "handler", "decision", "actor", "actorArgument")


@dataclass(frozen=True)
class Match:
    """Where a step is found again: `step` is its id in the other diagram, `confidence` from LEAST to SAME_ID."""

    step: str
    confidence: float

    @property
    def in_words(self) -> str:
        """How sure this is, for people."""
        if self.confidence >= SAME_ID:
            return "the same step"
        return "very likely the same step" if self.confidence >= LIKELY else "perhaps the same step"


def family(step: Step) -> str:
    """What a step is to a token that waits there. Only steps of one family can stand for each other."""
    if step.called is not None:
        return "call"
    if step.repetition is not None and step.repetition.kind != "loop":
        return f"several {_nature(step)}"
    return _nature(step)


def _nature(step: Step) -> str:
    """What a step is when it is done once."""
    if step.kind in ("userTask", "manualTask"):
        return "people" if step.is_shared else "person"
    if step.kind in ("serviceTask", "sendTask"):
        return "job"
    if step.kind == "receiveTask":
        return "intermediateCatchEvent message"
    kind = f"{step.kind} by event" if step.by_event else step.kind
    return " ".join([kind, *sorted(name.removesuffix("EventDefinition") for name in step.events)])


def runs_apart(step: Step) -> bool:
    """Whether a step is done by instances of their own."""
    return step.called is not None or (step.repetition is not None and step.repetition.kind != "loop")


def match_steps(old: Diagram, new: Diagram, given: Mapping[str, str] | None = None) -> dict[str, Match]:
    """Where the steps of `old` are found in `new`, by id; a step that is missing was not found again.

    `given` pairs of ids are taken as they are. Steps that merely share an id, but not what they are, do not match.
    """
    found = {a: Match(b, SAME_ID) for a, b in (given or {}).items() if a in old.steps and b in new.steps}
    taken = {match.step for match in found.values()}
    for identifier, step in old.steps.items():
        other = new.steps.get(identifier)
        if identifier in found or other is None or identifier in taken or family(other) != family(step):
            continue
        found[identifier] = Match(identifier, SAME_ID)
        taken.add(identifier)
    _match_by_structure(old, new, found, taken)
    return found


def _match_by_structure(old: Diagram, new: Diagram, found: dict[str, Match], taken: set[str]) -> None:
    """Pair what is left, the surest pair first; each pair that was found tells more about its neighbours."""
    around = _Around(old), _Around(new)
    while pairs := _score(old, new, found, taken, around):
        score, a, b = max(pairs, key=lambda pair: (pair[0], pair[1], pair[2]))
        found[a] = Match(b, min(score, 0.99))
        taken.add(b)


class _Around:
    """The steps just before and after each step, in their diagram."""

    def __init__(self, diagram: Diagram) -> None:
        self.before: dict[str, set[str]] = defaultdict(set)
        self.after: dict[str, set[str]] = defaultdict(set)
        for flow in diagram.flows:
            self.before[flow.target].add(flow.source)
            self.after[flow.source].add(flow.target)


def _score(
    old: Diagram, new: Diagram, found: Mapping[str, Match], taken: set[str], around: tuple[_Around, _Around]
) -> list[tuple[float, str, str]]:
    by_family: dict[str, list[Step]] = defaultdict(list)
    for step in new.steps.values():
        if step.id not in taken:
            by_family[family(step)].append(step)
    left = [step for step in old.steps.values() if step.id not in found]
    if len(left) * max(map(len, by_family.values()), default=0) > MOST_PAIRS:
        return []
    mapped = {a: match.step for a, match in found.items()}
    return [
        (score, a.id, b.id)
        for a in left
        for b in by_family[family(a)]
        if (score := _alike(a, b) + _beside(a, b, mapped, around)) >= LEAST
    ]


def _alike(a: Step, b: Step) -> float:
    """How much two steps say the same, up to 0.8."""
    if a.attached_to is not None and (a.timer, a.message) == (b.timer, b.message):
        return 0.4
    name = SequenceMatcher(None, a.name.casefold(), b.name.casefold()).ratio()
    score = 0.45 * name if name >= 0.6 else 0.0
    said = [(a.settings.get(key), b.settings.get(key)) for key in TELLING]
    said += [(a.over, b.over), (a.message, b.message), (a.timer, b.timer), (a.script or None, b.script or None)]
    shared = [one == other for one, other in said if one is not None or other is not None]
    return score + (0.35 * sum(shared) / len(shared) if shared else 0.0)


def _beside(a: Step, b: Step, mapped: Mapping[str, str], around: tuple[_Around, _Around]) -> float:
    """How much two steps stand at the same place, up to 0.3; an event at the border of a step stands there."""
    if a.attached_to is not None:
        return 0.3 if mapped.get(a.attached_to) == b.attached_to else -1.0
    old, new = around
    sides = [(old.before[a.id], new.before[b.id]), (old.after[a.id], new.after[b.id])]
    return sum(0.15 for one, other in sides if {mapped.get(step) for step in one} & other)
