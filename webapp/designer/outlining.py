"""The step list as a page shows it: numbered lines, with the parts inside of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine import Finding, Graph
from workflows.designs.outline import Back, Doing, Drawn, End, Entry, Outline, Row, Scope, Ways
from workflows.designs.outline.tree import ENDS, GOES_ON, LOOSE
from workflows.designs.outline.words import Words

ICONS = {
    "userTask": "user",
    "manualTask": "user",
    "serviceTask": "settings",
    "sendTask": "send",
    "scriptTask": "settings",
    "businessRuleTask": "scale",
    "intermediateCatchEvent": "clock",
    "receiveTask": "message",
    "intermediateThrowEvent": "flag",
    "callActivity": "sitemap",
}
ASKS = ("exclusiveGateway", "inclusiveGateway")
ALWAYS_DRAWN = "vector-bezier"


@dataclass(frozen=True)
class Part:
    """Lines under a heading. `start` is the key of the place in front, `closing` what is said behind the last line.

    `flow` and `event` are the ids of the way or the event at a border that the part belongs to, if it is one.
    """

    heading: str
    lines: Sequence["Line"]
    start: str = ""
    closing: str = ""
    flow: str = ""
    event: str = ""
    asks: bool = False
    time: str = ""
    is_scope: bool = False


@dataclass(frozen=True)
class Line:
    """One entry: its number, what it is called, what is said of it, and what is in it. `after` is a place's key."""

    number: str
    entry: Entry
    title: str
    facts: Sequence[str]
    icon: str
    parts: Sequence[Part] = ()
    after: str = ""
    findings: Sequence[Finding] = ()

    @property
    def id(self) -> str:
        """The id of the element that is shown."""
        return self.entry.id

    @property
    def kind(self) -> str:
        """The kind of the step, "ways", or "drawn"."""
        if isinstance(self.entry, Doing):
            return self.entry.step.kind
        return "ways" if isinstance(self.entry, Ways) else "drawn"


@dataclass
class _Writer:
    outline: Outline
    words: Words
    findings: Mapping[str, Sequence[Finding]]
    numbers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.outline.diagram)

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {step.id: step.name for step in self.outline.diagram.steps.values()}

    def scope(self, scope: Scope, prefix: str) -> Part:
        row = self.row(scope.row, prefix, "")
        beside = [self.line(entry, f"{prefix}{len(row.lines) + at}") for at, entry in enumerate(scope.beside, start=1)]
        return Part("", (*row.lines, *beside), row.start, row.closing, is_scope=True)

    def row(self, row: Row, prefix: str, heading: str, first: int = 1) -> Part:
        shown = [entry for entry in row.entries if isinstance(entry, (Doing, Ways, Drawn))]
        lines = [self.line(entry, f"{prefix}{at}") for at, entry in enumerate(shown, start=first)]
        return Part(heading, lines, row.start.key if row.start else "", self.closing(row))

    def closing(self, row: Row) -> str:
        last = row.entries[-1] if row.entries else None
        if isinstance(last, End):
            return f"It ends here: “{last.step.name}”."
        if isinstance(last, Back):
            return f"It goes back to {self.reference(last.flow.target)}."
        if row.ending == LOOSE:
            return "Nothing follows yet."
        return "It goes straight on." if row.ending == GOES_ON and not row.entries else ""

    def reference(self, step: str) -> str:
        """A step as its number and its name; for a gateway where ways meet, the step behind it."""
        passed: set[str] = set()
        while step not in self.numbers and step not in passed and len(self.graph.outgoing.get(step, [])) == 1:
            passed.add(step)
            step = self.graph.outgoing[step][0].target
        name = self.names.get(step, step)
        return f"{self.numbers[step]}, “{name}”" if step in self.numbers else f"“{name}”"

    def line(self, entry: Doing | Ways | Drawn, number: str) -> Line:
        found = [finding for step in _own(entry) for finding in self.findings.get(step, ())]
        after = entry.after.key if entry.after else ""
        if isinstance(entry, Ways):
            return Line(number, entry, self.words.block(entry), (), "sitemap", self.ways(entry, number), after, found)
        if isinstance(entry, Drawn):
            said = f"{self.words.drawn(entry)}. It stays as it is drawn."
            return Line(number, entry, "Drawn in the diagram", (said,), ALWAYS_DRAWN, (), after, found)
        icon = ICONS.get(entry.step.kind, "users")
        facts = [fact for fact in self.words.facts(entry, self.names) if fact.lower() != entry.step.name.lower()]
        return Line(number, entry, entry.step.name, facts, icon, self.inner(entry, number), after, found)

    def ways(self, entry: Ways, number: str) -> list[Part]:
        parts, count = [], 1
        for way in entry.ways:
            heading = self.words.way(way, entry)
            asks = entry.split.kind in ASKS and way.flow.id != entry.split.default
            if way.row is None:
                parts.append(Part(heading, (), closing="It goes on below.", flow=way.flow.id, asks=asks))
                continue
            part = self.row(way.row, f"{number}.", heading, count)
            count += len(part.lines)
            start = "" if entry.split.kind == "eventBasedGateway" else part.start
            parts.append(replace(part, flow=way.flow.id, asks=asks, start=start))
        return parts

    def inner(self, entry: Doing, number: str) -> list[Part]:
        parts, count = [], 1
        if entry.inside is not None:
            part = self.scope(entry.inside, f"{number}.")
            count += len(part.lines)
            parts.append(part)
        if entry.in_time is not None:
            parts.append(self.row(entry.in_time, f"{number}.", "In time", count))
            count += len(parts[-1].lines)
        for border in entry.borders:
            heading = self.words.border(border.event)
            time = border.event.timer or "" if border.event.timer_kind == "timeDuration" else ""
            if border.row is None:
                parts.append(
                    Part(heading, (), closing="What happens then is drawn in the diagram.", event=border.event.id)
                )
                continue
            row = self.row(border.row, f"{number}.", heading, count)
            parts.append(replace(row, event=border.event.id, time=time))
            count += len(parts[-1].lines)
        return parts


def write_lines(outline: Outline, words: Words, findings: Sequence[Finding]) -> Part:
    """The lines of a step list, each with the findings of its elements."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.id, []).append(finding)
    writer = _Writer(outline, words, by_id)
    writer.numbers = {line.id: line.number for line in every_line(writer.scope(outline.scope, ""))}
    return writer.scope(outline.scope, "")


def every_line(part: Part) -> Iterator[Line]:
    """Every line, however deep, in the order of the page."""
    for line in part.lines:
        yield line
        for inner in line.parts:
            yield from every_line(inner)


def places_for(part: Part, line: Line) -> list[tuple[str, str]]:
    """Where a line can be moved to: every other place of its own process, each as its key and in words."""
    scope = part
    for one in every_line(part):
        for inner in one.parts:
            scope = inner if inner.is_scope and line in _lines_beside(inner) else scope
    own = {key for inner in line.parts for key, _ in _places(inner)} | {line.after}
    return [(key, words) for key, words in _places(scope) if key not in own]


def _lines_beside(part: Part) -> Iterator[Line]:
    """The lines that belong to the same process or sub-process as a part."""
    for line in part.lines:
        yield line
        for inner in line.parts:
            if not inner.is_scope:
                yield from _lines_beside(inner)


def _places(part: Part) -> Iterator[tuple[str, str]]:
    if part.start:
        yield part.start, f"First, under “{part.heading}”" if part.heading else "First"
    for line in part.lines:
        for inner in line.parts:
            if not inner.is_scope:
                yield from _places(inner)
        if line.after:
            yield line.after, f"After {line.number}, “{line.title}”"


def _own(entry: Doing | Ways | Drawn) -> list[str]:
    """The elements whose findings are told at an entry itself."""
    if isinstance(entry, Drawn):
        return [step.id for step in entry.steps]
    joins = [entry.join] if entry.join else []
    if isinstance(entry, Ways):
        ends = [way.row.entries[-1].id for way in entry.ways if way.row and way.row.ending == ENDS and way.row.entries]
        return [entry.id, *(way.flow.id for way in entry.ways), *joins, *ends]
    return [entry.id, *(border.event.id for border in entry.borders), *joins]
