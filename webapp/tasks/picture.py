"""The diagram of a task: "you are here"."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engine import OpenTask
from webapp.diagrams import Layout, Mark, describe, layout_of, render
from workflows.cases.phases import phase_of, phases_of
from workflows.cases.trail import Done


@dataclass(frozen=True)
class Picture:
    """A diagram three times: cut out around a step, whole, and in words."""

    focus: Markup
    whole: Markup
    words: Markup


def picture_of(found: OpenTask, done: Sequence[Done], *, reader: str) -> Picture:
    """Where the task is in its process. To the person it is about, it shows what they did themselves and no more."""
    seen = [one for one in done if reader != found.task.subject or one.by_id == reader]
    marks = {one.step: Mark(done=True) for one in seen}
    current = phase_of(found.program, found.step)
    for phase in phases_of(found.program):
        if phase == current:
            break
        marks[phase.id] = Mark(done=True)
    marks[found.step.id] = Mark(here=True)
    return draw_marked(layout_of(found.program), marks, found.step.id, found.program.diagram.name)


def draw_marked(layout: Layout, marks: dict[str, Mark], here: str, title: str) -> Picture:
    """The picture with these marks, cut out around `here`."""
    return Picture(
        focus=render(layout, marks, title=f"{title}: you are here", focus=here),
        whole=render(layout, marks, title=title),
        words=describe(layout, marks),
    )
