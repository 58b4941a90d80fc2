"""What the expressions of a form can see."""

from collections.abc import Mapping
from typing import Any

from workflows.questionnaires.components import Path
from workflows.questionnaires.slots import Tree, value_at


class Scopes:
    """What FEEL sees at one moment: context, answers, and inside a row its own answers, `this` and `parent`."""

    def __init__(self, context: Mapping[str, Any], answers: Tree) -> None:
        self.answers = answers
        self._scopes: dict[Path | None, Tree] = {None: {**context, **answers}}

    def of(self, row: Path | None) -> Tree:
        """The scope of `row`, or of the whole form."""
        if row not in self._scopes:
            own = value_at(self.answers, row or ()) or {}
            self._scopes[row] = {**self._scopes[None], **own, "this": own, "parent": self.answers}
        return self._scopes[row]
