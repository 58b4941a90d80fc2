"""What changed between two versions of a process, its forms included."""

from collections.abc import Mapping

from engine import Program
from engine.difference import Change, compare
from workflows.versions.forms import compare_forms


def describe_change(old: Program, new: Program, pairs: Mapping[str, str] | None = None) -> list[Change]:
    """Every difference as a sentence HR understands; empty when both mean the same. See `engine.difference.compare`."""
    return [*compare(old, new, pairs), *compare_forms(old.files, new.files)]
