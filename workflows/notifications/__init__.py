"""Notifications: telling people, inside the product, what waits for them."""


def install() -> None:
    """Register the listeners of this package."""
    from workflows.notifications import reminding  # noqa: F401 - importing it registers them
