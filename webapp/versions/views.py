"""Everything about versions, gathered on one blueprint."""

from webapp.versions import blueprint, listing, migrating, moving

__all__ = ["blueprint", "listing", "migrating", "moving"]
