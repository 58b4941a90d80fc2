"""Calibration: comparing the ratings of a group, changing them with a reason, and releasing the results."""


def install() -> None:
    """Register the populations, the hook and the handler of this package."""
    from workflows.calibration import closing, groups, releasing  # noqa: F401 - importing them registers them
