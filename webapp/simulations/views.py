"""Everything about dry runs, gathered on one blueprint."""

from webapp.simulations import asking, blueprint, reading

__all__ = ["asking", "blueprint", "reading"]
