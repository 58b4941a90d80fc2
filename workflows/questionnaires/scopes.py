"""What the expressions of a form can see."""

from collections.abc import Mapping
from typing import Any

from engine import clock, feel
from workflows.questionnaires.components import Path
from workflows.questionnaires.slots import Tree, value_at


def typed(variables: Mapping[str, Any], dictionary: feel.Dictionary | None) -> Tree:
    """Stored variables as the expressions of a form see them: days, exact numbers, and null for what is declared only.

    Without a data dictionary nothing is known of their types. What is not of its type is null, so that a form opens.
    """
    if dictionary is None:
        return dict(variables)
    return {**variables, **{name: _read(name, variables, dictionary) for name in dictionary.root}}


def _read(name: str, variables: Mapping[str, Any], dictionary: feel.Dictionary) -> Any:
    try:
        return feel.compile(name, types=dictionary).evaluate(variables, now=clock.now(), strict=False)
    except feel.FeelError:
        return variables.get(name)


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
