"""Diagrams as pictures: a BPMN file drawn as SVG on the server, with marks for where people are.

`draw` is all a page needs. `read_layout` and `render` are its two halves, so that the reading can be kept for
every definition, as `layout_of` does; `describe` says the same as the picture in words.
"""

from webapp.diagrams.description import describe
from webapp.diagrams.drawing import draw, render
from webapp.diagrams.layout import Layout, read_layout
from webapp.diagrams.marks import Mark
from webapp.diagrams.published import layout_of

__all__ = ["Layout", "Mark", "describe", "draw", "layout_of", "read_layout", "render"]
