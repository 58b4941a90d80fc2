"""Everything about designing, gathered on one blueprint."""

from webapp.designer import blueprint, drawing, forms, library, overview, parts, previewing, publishing, steps, tables

__all__ = [
    "blueprint",
    "drawing",
    "forms",
    "library",
    "overview",
    "parts",
    "previewing",
    "publishing",
    "steps",
    "tables",
]
