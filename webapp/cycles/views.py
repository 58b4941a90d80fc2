"""Everything about cycles, gathered on one blueprint."""

from webapp.cycles import blueprint, case_file, launching, listing, participants, progress, reassigning

__all__ = ["blueprint", "case_file", "launching", "listing", "participants", "progress", "reassigning"]
