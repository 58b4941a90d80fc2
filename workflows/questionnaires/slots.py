"""Lays a questionnaire out over concrete rows: one slot for each place an answer can go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.questionnaires.components import Component, Field, Group, Path, RowList
from workflows.questionnaires.formulas import Formula
from workflows.questionnaires.limits import MAX_ROWS

Tree = dict[str, Any]


@dataclass(frozen=True)
class Slot:
    """A component at its place in the answers.

    `row` is the path of the list row around it; `conditions` hide it, each judged in the row it belongs to.
    """

    component: Component
    path: Path
    row: Path | None
    conditions: tuple[tuple[Formula, Path | None], ...]

    @property
    def name(self) -> str:
        """The path as written in a page: `goals[0].title`."""
        return write_path(self.path)


def write_path(path: Path) -> str:
    """`("goals", 0, "title")` as `goals[0].title`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def lay_out(components: tuple[Component, ...], submitted: Any) -> list[Slot]:
    """Every slot in the order of the form; a list is followed by the slots of its submitted rows."""
    return list(_lay_out(components, submitted, (), None, ()))


def _lay_out(
    components: tuple[Component, ...],
    submitted: Any,
    prefix: Path,
    row: Path | None,
    conditions: tuple[tuple[Formula, Path | None], ...],
) -> Iterator[Slot]:
    for component in components:
        own = (*conditions, (component.hide, row)) if component.hide else conditions
        path = prefix + component.key if isinstance(component, Field) else prefix
        yield Slot(component, path, row, own)
        if isinstance(component, Group):
            yield from _lay_out(component.components, submitted, prefix + component.path, row, own)
        if isinstance(component, RowList) and not component.disabled:
            for number in range(min(len(rows_at(submitted, path)), MAX_ROWS)):
                here = (*path, number)
                yield from _lay_out(component.components, submitted, here, here, own)


def value_at(tree: Any, path: Path) -> Any:
    """What lies at `path` in submitted data of any shape; None where there is nothing."""
    for step in path:
        if isinstance(step, int):
            tree = tree[step] if isinstance(tree, list | tuple) and step < len(tree) else None
        else:
            tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree


def rows_at(tree: Any, path: Path) -> list[Any]:
    """The rows submitted at `path`; none when there is no list."""
    rows = value_at(tree, path)
    return list(rows) if isinstance(rows, list | tuple) else []


def put(tree: Tree, path: Path, value: Any) -> None:
    """Write `value` at `path`, making the objects on the way. The rows of lists must exist."""
    place: Any = tree
    for step in path[:-1]:
        place = place[step] if isinstance(step, int) else place.setdefault(step, {})
    place[path[-1]] = value
