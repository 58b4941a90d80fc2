"""Executive decisions on promotions and pay: facts about conflicts, and signatures that prove who decided what."""


def install() -> None:
    """Register the hook of this package."""
    from workflows.promotions import signing  # noqa: F401 - importing it registers it
