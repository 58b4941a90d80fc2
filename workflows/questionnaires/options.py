"""The choices a field offers right now."""

from typing import Any

from workflows.questionnaires.builders import read_option
from workflows.questionnaires.components import Option, OptionSource
from workflows.questionnaires.formulas import Scope
from workflows.questionnaires.limits import MAX_OPTIONS


def offered(source: OptionSource, scope: Scope) -> tuple[Option, ...]:
    """The fixed options, or those a formula finds over `scope`; each value once."""
    if source.formula is None:
        return source.fixed
    found = source.formula.evaluate(scope)
    entries: list[Any] = found[:MAX_OPTIONS] if isinstance(found, list) else []
    by_value: dict[str, Option] = {}
    for option in filter(None, (read_option(entry) for entry in entries)):
        by_value.setdefault(str(option.value), option)
    return tuple(by_value.values())
