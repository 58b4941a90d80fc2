"""The diagrams of both sides with what is different in them, each beginning at the same place of the process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from engine import Diagram, Graph, Program, Rejection
from engine.difference import Change
from webapp.diagrams import Layout, Mark, describe, layout_of, render

ADDED, REMOVED = "added", "removed"


@dataclass(frozen=True)
class Picture:
    """A diagram with what is different in it, and the same in words; the reason where it cannot be drawn.

    `begins_at` is the element that is seen first where the picture is wider than its place; "" for its start.
    """

    drawn: Markup
    words: Markup
    problem: str = ""
    begins_at: str = ""


def draw_both(
    old: Program | None, new: Program | None, changes: list[Change], titles: tuple[str, str]
) -> tuple[Picture | None, Picture | None]:
    """The picture of each side, None without a program; what is gone is marked on the one, what is new on the other."""
    before, after = _read(old), _read(new)
    places = "", ""
    if old is not None and new is not None and isinstance(after, Layout):
        places = find_first(old.diagram, new.diagram, after, {change.step for change in changes})
    first = _draw(before, _mark(changes, REMOVED, "gone"), titles[0], places[0])
    return first, _draw(after, _mark(changes, ADDED, "new"), titles[1], places[1])


def find_first(old: Diagram, new: Diagram, layout: Layout, changed: Iterable[str]) -> tuple[str, str]:
    """The element at which each picture shows the first change: the leftmost one in the picture of the new version.

    Where a side has not got the element, it is the nearest one before it that both have; "" where there is none.
    """
    found = [(_find_shared(step, old, new), _find_shared(step, new, old)) for step in sorted(changed) if step]
    left = {shape.id: shape.box.middle.x for shape in layout.shapes}
    return min(found, key=lambda pair: left.get(pair[1], float("inf")), default=("", ""))


def _find_shared(step: str, diagram: Diagram, other: Diagram) -> str:
    """A step where `diagram` has it, else the nearest one before it in `other` that `diagram` has, by its flows."""
    graph, seen = Graph(other), {step}
    pending = [step]
    while pending:
        here = pending.pop(0)
        if here in diagram.steps:
            return here
        found = other.steps.get(here)
        if found is None:
            continue
        before = [flow.source for flow in graph.incoming[here]]
        before += [found.attached_to] if found.attached_to else []
        # Where a sub-process begins, what is around it comes before.
        before = before or ([found.process] if found.process in other.steps else [])
        pending += [one for one in before if one not in seen]
        seen.update(before)
    return ""


def _read(program: Program | None) -> Layout | Rejection | None:
    if program is None:
        return None
    try:
        return layout_of(program)
    except Rejection as refusal:
        return refusal


def _draw(layout: Layout | Rejection | None, marks: Mapping[str, Mark], title: str, begins_at: str) -> Picture | None:
    if layout is None:
        return None
    if not isinstance(layout, Layout):
        return Picture(Markup(), Markup(), str(layout))
    return Picture(render(layout, marks, title=title), describe(layout, marks), begins_at=begins_at)


def _mark(changes: Iterable[Change], kind: str, note: str) -> dict[str, Mark]:
    """What is different, by step: `note` for changes of the one kind that only this side shows."""
    kinds: dict[str, set[str]] = {}
    for change in changes:
        kinds.setdefault(change.step, set()).add(change.kind)
    return {step: Mark(note=note if kind in found else "changed", changed=True) for step, found in kinds.items()}
