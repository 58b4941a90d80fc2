"""Everything about cycles, gathered on one blueprint."""

from webapp.cycles import (
    blueprint,
    case_file,
    extending,
    launching,
    listing,
    participants,
    pausing,
    progress,
    reassigning,
    reopening,
    writing_out,
)

__all__ = [
    "blueprint",
    "case_file",
    "extending",
    "launching",
    "listing",
    "participants",
    "pausing",
    "progress",
    "reassigning",
    "reopening",
    "writing_out",
]
