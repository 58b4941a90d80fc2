"""The actors that a diagram can name. Each lists who comes into question, the first choice first.

A resolver states facts and judges nobody: who is in conflict, has left or is away is passed over in `choosing`, which
then takes the next candidate. At the end of every list stands a group, so that no task is left without anybody.
"""

from workflows.routing.resolvers import line, named, outside, past, projects, several, units
from workflows.routing.resolvers.registry import (
    ACTORS,
    GROUPS,
    Actor,
    Candidate,
    Choice,
    ToGroup,
    Unclear,
    find_number_problem,
    find_problem,
)
from workflows.routing.resolvers.several import find_level_problem

__all__ = [
    "ACTORS",
    "GROUPS",
    "Actor",
    "Candidate",
    "Choice",
    "ToGroup",
    "Unclear",
    "find_level_problem",
    "find_number_problem",
    "find_problem",
    "line",
    "named",
    "outside",
    "past",
    "projects",
    "several",
    "units",
]
