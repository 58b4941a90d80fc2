"""Ranges such as [1..5) and (> 3): two ends, each included or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """`start` or `end` is None where the range is open to that side. `from_comparison` marks one written as
    `(> 3)`, whose missing end is meant and not an empty value.
    """

    start: Any
    end: Any
    includes_start: bool
    includes_end: bool
    from_comparison: bool = False
