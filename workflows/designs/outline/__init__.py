"""The step list: a BPMN diagram as an outline in words, and edits of it that keep everything else of the file.

`read_outline` reads a diagram into rows of steps and blocks. The edits work on a `Sheet`, the same file with every
comment and attribute; `arrange` gives what was added its place in the picture. What the outline cannot show is an
entry of its own, `Drawn`, and stays as it is.
"""

from workflows.designs.outline.reading import read_outline
from workflows.designs.outline.tree import (
    Back,
    Doing,
    Drawn,
    End,
    Entry,
    Landing,
    Outline,
    Place,
    Row,
    Scope,
    Way,
    Ways,
)

__all__ = [
    "Back",
    "Doing",
    "Drawn",
    "End",
    "Entry",
    "Landing",
    "Outline",
    "Place",
    "Row",
    "Scope",
    "Way",
    "Ways",
    "read_outline",
]
