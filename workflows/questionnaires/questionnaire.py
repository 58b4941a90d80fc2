"""A form as it was read, and what one may ask of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.questionnaires.checking import Checked, check
from workflows.questionnaires.components import Component, Disclosure, Field, Group, RowList
from workflows.questionnaires.slots import Tree, lay_out, put


@dataclass(frozen=True)
class Questionnaire:
    """What a person is asked at a step. Made by `load`; never changes."""

    id: str
    name: str
    components: tuple[Component, ...]
    disclosure: Disclosure | None = None

    def every_component(self) -> Iterator[Component]:
        """Every component in the order of the form; those of groups and list rows follow their group or list."""
        return _walk(self.components)

    def fields(self) -> Iterator[Field]:
        """Every field in the order of the form; those of list rows follow their list."""
        return fields_in(self.components)

    def prefill(self) -> Tree:
        """What an untouched form holds: the default values, and each list with its first rows, empty."""
        tree: Tree = {}
        for slot in lay_out(self.components, tree):
            if isinstance(slot.component, RowList):
                put(tree, slot.path, [{} for _ in range(slot.component.default_rows)])
        for slot in lay_out(self.components, tree):
            if isinstance(slot.component, Field) and slot.component.default is not None:
                put(tree, slot.path, slot.component.default)
        return tree

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


def fields_in(components: tuple[Component, ...]) -> Iterator[Field]:
    """Every field among components, at whatever depth; those of list rows follow their list."""
    return (component for component in _walk(components) if isinstance(component, Field))


def _walk(components: tuple[Component, ...]) -> Iterator[Component]:
    for component in components:
        yield component
        if isinstance(component, Group | RowList):
            yield from _walk(component.components)
