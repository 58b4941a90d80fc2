"""The picture of a published definition, read once per process."""

from functools import lru_cache

from engine import Program
from webapp.diagrams.layout import Layout, read_layout


def layout_of(program: Program) -> Layout:
    """The layout of a program's diagram. Raises InvalidDiagram when the file has no picture."""
    return _read(next(content for path, content in program.files.items() if path.endswith(".bpmn")))


@lru_cache(maxsize=128)
def _read(content: bytes) -> Layout:
    return read_layout(content)
