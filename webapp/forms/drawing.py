"""Turns a questionnaire and what was answered so far into what a page draws: one `Drawn` for each part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from webapp.forms.prose import render_prose
from workflows.questionnaires import Questionnaire
from workflows.questionnaires import components as parts
from workflows.questionnaires.components import Component, Disclosure, Field, Path
from workflows.questionnaires.conversion import currencies, to_json
from workflows.questionnaires.disclosure import describe_disclosure
from workflows.questionnaires.formulas import Formula
from workflows.questionnaires.limits import MAX_ROWS
from workflows.questionnaires.options import offered
from workflows.questionnaires.scopes import Scopes
from workflows.questionnaires.slots import lay_out, put, rows_at, value_at, write_path

# form-js divides a row into sixteenths.
WHOLE_ROW = 16


@dataclass(frozen=True)
class DrawnOption:
    """One choice: what is posted, what is read, whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(kw_only=True)
class Drawn:
    """One part of the page. `kind` names the macro that draws it, `part` is its component."""

    kind: str
    part: Component
    name: str
    marker: str
    hidden: bool
    label: str = ""
    hint: str = ""
    columns: int = WHOLE_ROW
    error: str = ""
    value: Any = ""
    readonly: bool = False
    disclosure: str = ""
    counter: int | None = None
    text: Markup = field(default_factory=Markup)
    options: list[DrawnOption] = field(default_factory=list)
    children: list["Drawn"] = field(default_factory=list)
    rows: list[list["Drawn"]] = field(default_factory=list)
    blank: list["Drawn"] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The id of the input, and the target of links to it."""
        return "f-" + self.name.replace(".", "-").replace("[", "-").replace("]", "")


class Drawer:
    """Draws one questionnaire. `values` are answers as sent or stored; conditions are judged on them."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        values: Mapping[str, Any],
        errors: Mapping[str, str],
        *,
        context: Mapping[str, Any],
        author_roles: set[str],
    ) -> None:
        checked = questionnaire.check(values, context=context, draft=True)
        self.values = values
        self.errors = errors
        self.hidden = checked.hidden | _hidden_in_new_rows(questionnaire, checked.answers, context)
        self.stored = checked.answers
        self.scopes = Scopes(context, checked.values)
        self.author_roles = author_roles
        self.around = questionnaire.disclosure

    def draw_all(self, components: tuple[Component, ...], prefix: Path = (), row: Path | None = None) -> list[Drawn]:
        """The parts of `components`, whose answers lie below `prefix`, inside the list row `row`."""
        return [self._draw(component, prefix, row) for component in components]

    def _draw(self, part: Component, prefix: Path, row: Path | None) -> Drawn:
        scope = self.scopes.of(row)
        path = prefix + part.key if isinstance(part, Field) else prefix
        name = write_path(path)
        marker = name if isinstance(part, Field) else f"{name}#{part.id}"
        drawn = Drawn(
            kind=part.type,
            part=part,
            name=name,
            marker=marker,
            hidden=marker in self.hidden,
            label=part.label.render(scope),
            hint=part.description.render(scope),
            columns=part.columns or WHOLE_ROW,
        )
        if isinstance(part, parts.Group):
            drawn.children = self.draw_all(part.components, prefix + part.path, row)
        elif isinstance(part, parts.Prose) and not drawn.hidden:
            # What a condition hides may not be for this reader: it is not sent at all.
            drawn.text = render_prose(part.text.render(scope))
        elif isinstance(part, Field):
            self._draw_field(drawn, part, path, row)
        return drawn

    def _draw_field(self, drawn: Drawn, part: Field, path: Path, row: Path | None) -> None:
        scope = self.scopes.of(row)
        readonly = part.readonly.holds(scope) if isinstance(part.readonly, Formula) else part.readonly
        drawn.readonly = readonly or part.disabled
        drawn.error = self.errors.get(drawn.name, "")
        drawn.value = _as_sent(part, value_at(self.stored if readonly else self.values, path))
        drawn.disclosure = self._describe(part.disclosure)
        match part:
            case parts.RowList():
                count = min(len(rows_at(self.values, path)), MAX_ROWS)
                drawn.rows = [self.draw_all(part.components, (*path, at), (*path, at)) for at in range(count)]
                drawn.blank = self.draw_all(part.components, (*path, count), (*path, count))
            case parts.Choice() | parts.MultipleChoice():
                drawn.options = _draw_options(part.options, drawn.value, scope)
            case parts.Rating():
                drawn.options = [_draw_point(part, point, drawn.value) for point in range(1, part.points + 1)]
            case parts.Money():
                _draw_money(drawn, part, scope)
            case parts.TextField() if isinstance(part.max_length, Decimal):
                drawn.counter = int(part.max_length)

    def _describe(self, contract: Disclosure | None) -> str:
        return "" if contract == self.around else describe_disclosure(contract, self.author_roles)


def _hidden_in_new_rows(
    questionnaire: Questionnaire, answers: Mapping[str, Any], context: Mapping[str, Any]
) -> frozenset[str]:
    """What the conditions hide in the empty row that the page adds to each list."""
    lists = [part for part in questionnaire.every_component() if isinstance(part, parts.RowList)]
    if not any(child.hide for part in lists for child in part.components):
        return frozenset()
    extended: dict[str, Any] = to_json(dict(answers))
    new_rows = []
    for slot in lay_out(questionnaire.components, answers):
        if isinstance(slot.component, parts.RowList):
            rows = rows_at(answers, slot.path)
            put(extended, slot.path, [*rows, {}])
            new_rows.append(f"{slot.name}[{len(rows)}]")
    hidden = questionnaire.check(extended, context=context, draft=True).hidden
    return frozenset(name for name in hidden if name.startswith(tuple(new_rows)))


def _as_sent(part: Field, value: Any) -> Any:
    """A value in the shape its input shows, whatever was posted under its name."""
    value = to_json(value)
    if isinstance(part, parts.MultipleChoice):
        return value if isinstance(value, list) else []
    if isinstance(value, list):
        value = value[-1] if value else None
    if isinstance(value, Mapping):
        return value if isinstance(part, parts.Money) else ""
    if isinstance(part, parts.Checkbox):
        return value
    return "" if value is None else _posted(value)


def _draw_options(source: parts.OptionSource, value: Any, scope: Mapping[str, Any]) -> list[DrawnOption]:
    chosen = {_posted(entry) for entry in (value if isinstance(value, list) else [value])}
    options = offered(source, scope)
    return [DrawnOption(_posted(one.value), one.label, _posted(one.value) in chosen) for one in options]


def _posted(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _draw_point(part: parts.Rating, point: int, value: Any) -> DrawnOption:
    return DrawnOption(str(point), part.labels[point - 1] if part.labels else "", str(value) == str(point))


def _draw_money(drawn: Drawn, part: parts.Money, scope: Mapping[str, Any]) -> None:
    sent = drawn.value if isinstance(drawn.value, Mapping) else {"amount": drawn.value}
    amount = sent.get("amount")
    drawn.value = amount if isinstance(amount, str) else ""
    codes = currencies(part, scope)
    current = sent.get("currency") or (codes[0] if codes else "")
    drawn.options = [DrawnOption(code, code, code == current) for code in codes]
