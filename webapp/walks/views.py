"""Everything about walk-throughs, gathered on one blueprint."""

from webapp.walks import beginning, blueprint, moving, playing

__all__ = ["beginning", "blueprint", "moving", "playing"]
