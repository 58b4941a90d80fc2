"""Which of the steps that a new version adds come too late for an instance, because it is past them already."""

from engine.diagram import Step
from engine.matching import runs_apart
from engine.migration.planning import Plan
from engine.migration.route import Route

DONE_BY_PEOPLE = ("userTask", "manualTask", "callActivity")


class Passing:
    """Looks for added steps that instances of a route cannot come to any more; each place is looked at once."""

    def __init__(self, route: Route) -> None:
        self._graph, self._steps = route.graph, route.new.diagram.steps
        known = set(route.mapping.values())
        self._added = [step for step in self._steps.values() if step.kind in DONE_BY_PEOPLE and step.id not in known]
        self._found: dict[tuple[str, frozenset[str]], list[Step]] = {}

    def passed(self, plan: Plan) -> list[Step]:
        """The added steps of its process to which no way leads from where it will stand."""
        places = frozenset(new.id for _, new in plan.moves)
        key = plan.process, places
        if key not in self._found:
            ahead = self._ahead(plan.process, places)
            self._found[key] = [
                step
                for step in self._added
                if places
                and (around := self._around(step, plan.process)) is not None
                and not ahead & {step.id, *around}
            ]
        return self._found[key]

    def _ahead(self, process: str, places: frozenset[str]) -> set[str]:
        starts = set(places)
        for place in places:
            for outer in self._around(self._steps[place], process) or ():
                starts.update(flow.target for flow in self._graph.outgoing[outer])
                starts.update(self._graph.attached.get(outer, ()))
        return self._graph.reachable(starts)

    def _around(self, step: Step, process: str) -> list[str] | None:
        """The sub-processes around a step, inside of the process that it runs in; None if it runs in another one."""
        around: list[str] = []
        here = step.process
        while here != process:
            if here not in self._steps or runs_apart(self._steps[here]):
                return None
            around.append(here)
            here = self._steps[here].process
        return around
