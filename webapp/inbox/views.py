"""Everything about the inbox, gathered on one blueprint."""

from webapp.inbox import blueprint, bulk, going_through, listing, saved, snoozing

__all__ = ["blueprint", "bulk", "going_through", "listing", "saved", "snoozing"]
