"""Notifications: telling people what waits for them, inside the product and by mail."""


def install() -> None:
    """Register the listeners and jobs of this package."""
    from workflows.notifications import (  # noqa: F401 - importing them registers them
        arriving,
        changed,
        mailing,
        not_needed,
        reminding,
        sent_back,
        votes,
    )
