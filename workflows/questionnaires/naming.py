"""The names that the expressions of a form use, checked against its own answers and the variables of the process."""

from collections.abc import Iterator, Mapping

from engine import Finding, feel
from workflows.questionnaires.components import (
    Checkbox,
    Component,
    Field,
    Group,
    Moment,
    Money,
    MultipleChoice,
    Number,
    OptionSource,
    Path,
    Rating,
    RowList,
    TextField,
)
from workflows.questionnaires.formulas import Formula, Template
from workflows.questionnaires.questionnaire import Questionnaire

Fields = dict[str, feel.Field]

ANYTHING = feel.Field("Any")
TOLD = {"subject_name": feel.Field("string"), "actor_name": feel.Field("string"), "cycle_name": feel.Field("string")}
"""What the page of a task tells a form besides the variables of its process."""
IN_ROWS = {"this": ANYTHING, "parent": ANYTHING}

_TYPES: dict[type[Field], str] = {
    TextField: "string",
    Number: "number",
    Rating: "number",
    Checkbox: "boolean",
    MultipleChoice: "list",
    Money: "context",
}
_MOMENTS = {"date": "date", "time": "time", "datetime": "date and time"}


def find_misnamed(questionnaire: Questionnaire, variables: Mapping[str, feel.Field]) -> Iterator[Finding]:
    """What is wrong with the expressions of a form whose process knows these variables, at the component that says it.

    An expression that names what nobody knows would never hold, and nobody would notice.
    """
    known: Fields = {**variables, **TOLD, **_answers(questionnaire.components, ())}
    yield from _check(questionnaire.components, known)


def _answers(components: tuple[Component, ...], prefix: Path) -> Fields:
    """What the answers are called in expressions, with their types."""
    found: Fields = {}
    for component in components:
        if isinstance(component, Group):
            found |= _answers(component.components, prefix + component.path)
        elif isinstance(component, Field):
            path = prefix + component.key
            found[".".join(str(step) for step in path)] = feel.Field(_type_of(component))
            if isinstance(component, RowList):
                found |= _answers(component.components, path)
    return found


def _type_of(field: Field) -> str:
    if isinstance(field, Moment):
        return _MOMENTS[field.subtype]
    return "list" if isinstance(field, RowList) else _TYPES.get(type(field), "Any")


def _check(components: tuple[Component, ...], known: Fields) -> Iterator[Finding]:
    dictionary = feel.Dictionary(known)
    for component in components:
        for formula in _formulas(component):
            for found in feel.check(formula.source, dictionary):
                name = str(component.label.parts[0]) if component.label else component.id
                problem = f"The expression {formula.source!r}: {found.message}"
                yield Finding(f'field "{name}"', problem, found.hint or "Correct it.", id=component.id)
        if isinstance(component, RowList):
            yield from _check(component.components, known | IN_ROWS | _answers(component.components, ()))
        elif isinstance(component, Group):
            yield from _check(component.components, known)


def _formulas(component: Component) -> Iterator[Formula]:
    """Every expression that a component itself holds, those in its texts included."""
    for value in vars(component).values():
        if isinstance(value, Formula):
            yield value
        elif isinstance(value, Template):
            yield from (part for part in value.parts if isinstance(part, Formula))
        elif isinstance(value, OptionSource) and value.formula is not None:
            yield value.formula
