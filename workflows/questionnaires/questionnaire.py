"""A form as it was read, and what one may ask of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.questionnaires.checking import Checked, check
from workflows.questionnaires.components import Component, Disclosure, Field, Group, RowList


@dataclass(frozen=True)
class Questionnaire:
    """What a person is asked at a step. Made by `load`; never changes."""

    id: str
    name: str
    components: tuple[Component, ...]
    disclosure: Disclosure | None = None

    def fields(self) -> Iterator[Field]:
        """Every field in the order of the form; those of list rows follow their list."""
        return _walk(self.components)

    def check(
        self,
        submitted: Mapping[str, Any],
        *,
        context: Mapping[str, Any],
        draft: bool = False,
        today: date | None = None,
    ) -> Checked:
        """Type and validate what was submitted. See `workflows.questionnaires.checking.check`."""
        return check(self.components, submitted, context=context, draft=draft, today=today)


def _walk(components: tuple[Component, ...]) -> Iterator[Field]:
    for component in components:
        if isinstance(component, Field):
            yield component
        if isinstance(component, Group | RowList):
            yield from _walk(component.components)
