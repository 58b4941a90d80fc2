"""Moving running instances to another version of their process, and back.

`propose` and `choices` say where each step may go, `preview` what would become of every instance, and the verbs of
`running` do it, as batches.
"""

from engine.migration import running
from engine.migration.planning import Plan, TaskMove, tell_passage
from engine.migration.previewing import Group, Preview, preview
from engine.migration.route import Proposal, Route, choices, propose
from engine.migration.standing import Former
from engine.migration.timing import deadline_after

__all__ = [
    "Former",
    "Group",
    "Plan",
    "Preview",
    "Proposal",
    "Route",
    "TaskMove",
    "choices",
    "deadline_after",
    "preview",
    "propose",
    "running",
    "tell_passage",
]
