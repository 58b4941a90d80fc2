"""Everything about incidents, gathered on one blueprint."""

from webapp.incidents import blueprint, bulk, listing, resolving

__all__ = ["blueprint", "bulk", "listing", "resolving"]
