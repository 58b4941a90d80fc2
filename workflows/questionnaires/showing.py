"""Answers as other people read them: in words, and only those the contract of the form allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflows.questionnaires.components import (
    Checkbox,
    Choice,
    Component,
    Field,
    Group,
    Money,
    MultipleChoice,
    Number,
    OptionSource,
    Path,
    Rating,
    RowList,
    State,
)
from workflows.questionnaires.conversion import convert
from workflows.questionnaires.disclosure import may_read
from workflows.questionnaires.formulas import Scope, show_number, show_plain
from workflows.questionnaires.options import offered
from workflows.questionnaires.questionnaire import Questionnaire, fields_in
from workflows.questionnaires.slots import Tree, lay_out, put, rows_at, value_at, write_path


@dataclass(frozen=True)
class ShownAnswer:
    """One answer to read. `text` is empty when the question was left open; a list has `rows` instead of a text."""

    key: str
    label: str
    type: str
    text: str
    rows: tuple[tuple["ShownAnswer", ...], ...] = ()


def visible_answers(
    questionnaire: Questionnaire,
    answers: Mapping[str, Any],
    *,
    viewer_roles: set[str],
    state: State,
    context: Mapping[str, Any] | None = None,
) -> list[ShownAnswer]:
    """The answers somebody with `viewer_roles` may read while the submission is in `state`, in the order of the form.

    `workflows.questionnaires.disclosure` tells the rule and the roles. Fields without an entry in `answers`, as those
    the form hid, are left out. `context` fills the expressions in labels and options.
    """
    reader = _Reader(answers, viewer_roles, state, {**(context or {}), **answers})
    return reader.read(questionnaire.components, ())


def readable_part(
    questionnaire: Questionnaire, answers: Mapping[str, Any], *, viewer_roles: set[str], state: State
) -> Tree:
    """What `visible_answers` shows, as it is stored: a part of `answers` that can be gone on from."""

    def readable(field: Field) -> bool:
        return may_read(field, viewer_roles=viewer_roles, state=state)

    part: Tree = {}
    for slot in lay_out(questionnaire.components, answers):
        field, value = slot.component, value_at(answers, slot.path)
        if not isinstance(field, Field) or value is None:
            continue
        if isinstance(field, RowList):
            if readable(field) or any(map(readable, fields_in(field.components))):
                put(part, slot.path, [{} for _ in rows_at(answers, slot.path)])
        elif readable(field):
            put(part, slot.path, value)
    return part


@dataclass(frozen=True)
class _Reader:
    answers: Mapping[str, Any]
    roles: set[str]
    state: State
    scope: Scope

    def read(self, components: tuple[Component, ...], prefix: Path) -> list[ShownAnswer]:
        shown: list[ShownAnswer] = []
        for component in components:
            if isinstance(component, Group):
                shown.extend(self.read(component.components, prefix + component.path))
            elif isinstance(component, Field) and (answer := self._answer(component, prefix)):
                shown.append(answer)
        return shown

    def _answer(self, field: Field, prefix: Path) -> ShownAnswer | None:
        path = prefix + field.key
        key, label = write_path(path), field.label.render(self.scope)
        around, last = value_at(self.answers, path[:-1]), path[-1]
        if not isinstance(around, Mapping) or last not in around:
            return None
        if isinstance(field, RowList):
            rows = self._rows(field, path, around[last])
            return ShownAnswer(key, label, field.type, "", rows) if rows or self._may_read(field) else None
        if not self._may_read(field):
            return None
        return ShownAnswer(key, label, field.type, show_answer(field, around[last], self.scope))

    def _rows(self, field: RowList, path: Path, rows: Any) -> tuple[tuple[ShownAnswer, ...], ...]:
        count = len(rows) if isinstance(rows, list) else 0
        read = (tuple(self.read(field.components, (*path, number))) for number in range(count))
        return tuple(row for row in read if row)

    def _may_read(self, field: Field) -> bool:
        return may_read(field, viewer_roles=self.roles, state=self.state)


def show_answer(field: Field, stored: Any, scope: Scope) -> str:
    """The stored answer in words: `4 of 5`, `3 March 2027`, `1,200.00 EUR`, the labels of what was chosen."""
    if isinstance(field, Choice | MultipleChoice):
        return _labels(field.options, stored, scope)
    if isinstance(field, Money):
        return _amount(stored)
    value = convert(field, stored, scope).value
    if value is None:
        return ""
    if isinstance(field, Rating):
        return show_rating(field, value)
    if isinstance(field, Number):
        return f"{show_number(value)} {field.unit}".strip()
    if isinstance(field, Checkbox):
        return "Yes" if value else "No"
    return show_plain(value)


def show_rating(field: Rating, point: int) -> str:
    """`4 of 5`, with the name of the point where it has one: `4 of 5: Above expectations`."""
    name = f": {field.labels[point - 1]}" if field.labels else ""
    return f"{point} of {field.points}{name}"


def _amount(stored: Any) -> str:
    # The currencies on offer may have changed since; what was written then is what is shown.
    return f"{show_number(Decimal(stored['amount']))} {stored['currency']}" if isinstance(stored, Mapping) else ""


def _labels(source: OptionSource, stored: Any, scope: Scope) -> str:
    labels = {str(option.value): option.label for option in offered(source, scope)}
    chosen = stored if isinstance(stored, list) else [] if stored is None else [stored]
    return ", ".join(labels.get(str(value), str(value)) for value in chosen)
