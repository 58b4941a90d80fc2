"""Everything that plugs into the engine, imported once at start-up."""

from importlib import import_module

PLUGGED_IN = ("workflows.cycles.launching", "workflows.cycles.closing")


def install() -> None:
    """Register handlers, populations, listeners and the router. Safe to call more than once."""
    for module in PLUGGED_IN:
        import_module(module)
    for package in ("workflows.routing.router", "workflows.calibration", "workflows.rewards", "workflows.promotions", "workflows.notifications"):
        import_module(package).install()
