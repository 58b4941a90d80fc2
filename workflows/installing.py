"""Everything that plugs into the engine, imported once at start-up."""

from importlib import import_module

REGISTERING = ("workflows.cycles.launching", "workflows.cycles.closing")
INSTALLING = (
    "workflows.routing.router",
    "workflows.calibration",
    "workflows.rewards",
    "workflows.promotions",
    "workflows.notifications",
)


def install() -> None:
    """Register handlers, populations, listeners and the router. Safe to call more than once."""
    for module in REGISTERING:
        import_module(module)
    for module in INSTALLING:
        import_module(module).install()
