"""Types and validates what a person submitted, and drops what the form does not show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from engine import clock
from workflows.questionnaires.components import Component, Field, Path, RowList
from workflows.questionnaires.conversion import Converted, convert, is_empty, to_json
from workflows.questionnaires.formulas import Formula
from workflows.questionnaires.limits import MAX_ROWS
from workflows.questionnaires.rules import find_fault, find_list_fault
from workflows.questionnaires.scopes import Scopes
from workflows.questionnaires.slots import Slot, Tree, lay_out, put, rows_at, value_at

# Hiding one answer can show or hide others. Real forms settle in two or three rounds; a chain needs one for each link.
_ROUNDS = 40


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    `answers` is JSON-able: decimals as exact text, days in ISO 8601, money as `{"amount", "currency"}`. `values`
    are the same answers typed, for FEEL. `errors` maps field paths such as `goals[0].title` to sentences; `hidden`
    names the fields and texts (by path, or by id where there is no path) the form does not show now.
    """

    answers: Tree
    values: Tree
    errors: dict[str, str]
    hidden: frozenset[str]

    @property
    def ok(self) -> bool:
        """True when nothing is to be corrected."""
        return not self.errors


def check(
    components: tuple[Component, ...],
    submitted: Mapping[str, Any],
    *,
    context: Mapping[str, Any],
    draft: bool = False,
    today: date | None = None,
) -> Checked:
    """Check `submitted` (nested by field path; leaves as a browser sends them, or as stored answers).

    A hidden field has no answer and no rule, as in form-js; conditions see the answers given and `context`. A read-only
    field takes its answer from `context` or its default, never from the browser. Rows without any answer are dropped.
    With `draft`, incomplete answers are in order and what hidden fields and empty rows hold is kept, so that no word
    is lost; what has the wrong type is still left out and named. `today` decides "not in the past".
    """
    sheet = _Sheet(components, submitted, context)
    sheet.settle()
    errors = sheet.find_misfits()
    if not draft:
        errors = sheet.find_faults(today or clock.now().date()) | errors
    values = sheet.tree(sheet.hidden, empty_rows=draft)
    answers = sheet.tree(frozenset(), empty_rows=True) if draft else values
    return Checked(to_json(answers), values, errors, frozenset(name_slot(slot) for slot in sheet.hidden_slots()))


def name_slot(slot: Slot) -> str:
    """The path of a field; for texts and groups, which have none, their id within the row."""
    if isinstance(slot.component, Field):
        return slot.name
    return f"{slot.name}#{slot.component.id}"


class _Sheet:
    """The slots of one submission with their converted values; `hidden` settles round by round."""

    def __init__(self, components: tuple[Component, ...], submitted: Any, context: Mapping[str, Any]) -> None:
        self.submitted = submitted
        self.context = dict(context)
        self.slots = lay_out(components, submitted)
        self.fields = [(slot, slot.component) for slot in self.slots if _is_answered(slot.component)]
        self.hidden: frozenset[int] = frozenset()
        self.converted: dict[Path, Converted] = {}

    def settle(self) -> None:
        """Convert and hide until both agree. Where conditions contradict each other, what was hidden stays hidden."""
        self._convert(Scopes(self.context, {}))
        for round_number in range(_ROUNDS):
            self._convert(self.scopes())
            scopes = self.scopes()
            hidden = frozenset(at for at, slot in enumerate(self.slots) if _is_hidden(slot, scopes))
            if hidden == self.hidden:
                return
            self.hidden = hidden | self.hidden if round_number > _ROUNDS // 2 else hidden

    def scopes(self) -> Scopes:
        """What FEEL sees with the answers that are shown now."""
        return Scopes(self.context, self.tree(self.hidden))

    def _convert(self, scopes: Scopes) -> None:
        for slot, field in self.fields:
            if not isinstance(field, RowList):
                scope = scopes.of(slot.row)
                self.converted[slot.path] = convert(field, self._source(slot, field, scope), scope)

    def _source(self, slot: Slot, field: Field, scope: Tree) -> Any:
        readonly = field.readonly.holds(scope) if isinstance(field.readonly, Formula) else field.readonly
        if not readonly:
            return value_at(self.submitted, slot.path)
        given = value_at(self.context, slot.path)
        return field.default if given is None else given

    def tree(self, hidden: frozenset[int], *, empty_rows: bool = True) -> Tree:
        """The typed answers of everything that is not in `hidden`."""
        tree: Tree = {}
        for at, slot in enumerate(self.slots):
            if at in hidden or not _is_answered(slot.component):
                continue
            if isinstance(slot.component, RowList):
                put(tree, slot.path, [{} for _ in range(min(len(rows_at(self.submitted, slot.path)), MAX_ROWS))])
            else:
                put(tree, slot.path, self.converted[slot.path].value)
        if not empty_rows:
            for slot, field in self.fields:
                if isinstance(field, RowList) and (rows := value_at(tree, slot.path)):
                    put(tree, slot.path, [row for row in rows if _is_filled(row)])
        return tree

    def shown_fields(self) -> list[tuple[Slot, Field]]:
        """The fields whose rules count: shown, and not in a row without any answer."""
        filled = self._filled_rows()
        shown = [slot for at, slot in enumerate(self.slots) if at not in self.hidden]
        return [
            (slot, slot.component)
            for slot in shown
            if _is_answered(slot.component) and (slot.row is None or slot.row in filled)
        ]

    def _filled_rows(self) -> set[Path]:
        visible = self.tree(self.hidden)
        rows = {slot.row for slot in self.slots if slot.row is not None}
        # A row of unreadable values has no answer in it, but the person did fill it in.
        unreadable = {slot.row for slot, _ in self.fields if slot.row and self._problem_at(slot.path)}
        return {row for row in rows if row in unreadable or _is_filled(value_at(visible, row))}

    def _problem_at(self, path: Path) -> str:
        return self.converted[path].problem if path in self.converted else ""

    def find_misfits(self) -> dict[str, str]:
        """What could not be understood at all, and lists that are too long."""
        errors: dict[str, str] = {}
        for slot, field in self.shown_fields():
            if isinstance(field, RowList):
                if (count := len(rows_at(self.submitted, slot.path))) > MAX_ROWS:
                    errors[slot.name] = f"There are {count:,} rows; at most {MAX_ROWS} can be kept. Please remove some."
            elif problem := self.converted[slot.path].problem:
                errors[slot.name] = problem
        return errors

    def find_faults(self, today: date) -> dict[str, str]:
        """The rules of the form that the answers do not keep."""
        errors: dict[str, str] = {}
        scopes = self.scopes()
        for slot, field in self.shown_fields():
            value = value_at(scopes.answers, slot.path)
            if isinstance(field, RowList):
                fault = find_list_fault(field, [row for row in value if _is_filled(row)])
            else:
                fault = find_fault(field, value, scopes.of(slot.row), today)
            if fault:
                errors[slot.name] = fault
        return errors

    def hidden_slots(self) -> list[Slot]:
        """The slots that are not shown."""
        return [self.slots[at] for at in sorted(self.hidden)]


def _is_hidden(slot: Slot, scopes: Scopes) -> bool:
    return any(condition.holds(scopes.of(row)) for condition, row in slot.conditions)


def _is_answered(component: Component) -> TypeGuard[Field]:
    return isinstance(component, Field) and not component.disabled


def _is_filled(row: Any) -> bool:
    if isinstance(row, Mapping):
        return any(_is_filled(value) for value in row.values())
    return not is_empty(row)
