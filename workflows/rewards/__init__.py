"""Rewards: proposals, who may be proposed for what, and what became of them."""


def install() -> None:
    """Register the hooks and handlers of this package."""
    from workflows.rewards import deciding, proposing  # noqa: F401 - importing them registers them
