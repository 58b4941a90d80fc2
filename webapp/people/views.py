"""Everything about people, gathered on one blueprint."""

from webapp.people import accounts, blueprint, importing, listing

__all__ = ["accounts", "blueprint", "importing", "listing"]
