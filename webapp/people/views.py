"""Everything about people, gathered on one blueprint."""

from webapp.people import accounts, blueprint, handing_on, importing, listing, taking_back

__all__ = ["accounts", "blueprint", "handing_on", "importing", "listing", "taking_back"]
