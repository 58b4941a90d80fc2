"""The standard functions of DMN 1.5, chapter 10.3.4; importing this package registers them in `BUILTINS`."""

from engine.feel.builtins import (
    contexts,
    dates,
    list_edits,
    lists,
    logic,
    numbers,
    patterns,
    range_relations,
    sorting,
    texts,
)
from engine.feel.signatures import BUILTINS

__all__ = [
    "BUILTINS",
    "contexts",
    "dates",
    "list_edits",
    "lists",
    "logic",
    "numbers",
    "patterns",
    "range_relations",
    "sorting",
    "texts",
]
