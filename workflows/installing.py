"""Everything that plugs into the engine, imported once at start-up."""

from importlib import import_module

REGISTERING = (
    "workflows.cycles.launching",
    "workflows.cycles.closing",
    "workflows.cycles.repairing",
    "workflows.versions.following",
    "workflows.inbox.bulk_approving",
    "workflows.asking.reminding",
    "workflows.reviews.sending_back",
    "workflows.outside.answers",
)
INSTALLING = (
    "workflows.routing.router",
    "workflows.routing.absences",
    "workflows.routing.moves",
    "workflows.routing.situations",
    "workflows.routing.receiving",
    "workflows.cycles.transfers",
    "workflows.cycles.joining",
    "workflows.people.working_days",
    "workflows.questionnaires.inspecting",
    "workflows.calibration",
    "workflows.rewards",
    "workflows.promotions",
    "workflows.voting.following",
    "workflows.voting.checking",
    "workflows.designs.checking",
    "workflows.outside.checking",
    "workflows.simulation.checking",
    "workflows.notifications",
)


def install() -> None:
    """Register handlers, populations, listeners and the router. Safe to call more than once."""
    for module in REGISTERING:
        import_module(module)
    for module in INSTALLING:
        import_module(module).install()
