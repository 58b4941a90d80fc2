"""The data dictionary of a process: which variables there are, of what type, and what people call them.

A diagram declares its variables as `rf:variable` of its process. The steps add what they set, and the layers above
what every instance has. With a declaration, stored ISO text becomes dates and exact text numbers before FEEL sees
them, a variable without a value is null, and a name that nobody declared is found before the diagram is published.
"""

from collections.abc import Mapping

import orjson

from engine.diagram import Diagram, Step
from engine.errors import Finding, InvalidDiagram
from engine.feel import Dictionary, FeelError, Field
from engine.registry import known_variables

OWN = {"done_by": Field("Any", label="Who completed each step", example='{"manager_review": "P00004"}')}
ANYTHING = Field("Any")


def dictionary_of(diagram: Diagram, scripts: Mapping[str, tuple[str, ...]]) -> Dictionary | None:
    """The dictionary of a diagram; None when it declares no variable, and then nothing is known about any.

    `scripts` names, by step id, what its “set values” steps set. Raises InvalidDiagram for a type FEEL does not know.
    """
    if not diagram.variables:
        return None
    fields = {**dict.fromkeys(_set_by_steps(diagram, scripts), ANYTHING), **OWN, **known_variables}
    for name, declared in diagram.variables:
        try:
            Dictionary({name: declared})
        except FeelError as error:
            remedy = "Use for instance string, number, boolean, date or list."
            raise InvalidDiagram([Finding(f"variable {name}", str(error), remedy, file=diagram.file)]) from error
        fields[name] = declared
    return Dictionary(fields)


def _set_by_steps(diagram: Diagram, scripts: Mapping[str, tuple[str, ...]]) -> list[str]:
    names = [name for step in diagram.steps.values() for name, _ in step.sets]
    names += [step.settings["result"] for step in diagram.steps.values() if "result" in step.settings]
    return names + [name for assigned in scripts.values() for name in assigned]


def with_answers(dictionary: Dictionary, step: Step, files: Mapping[str, bytes]) -> Dictionary:
    """The dictionary as the `rf:set` lines of a user task see it: with the keys of its form."""
    form = files.get(f"forms/{step.settings.get('form', '')}.json")
    try:
        keys = [] if form is None else _keys(orjson.loads(form))
    except orjson.JSONDecodeError:
        keys = []
    return Dictionary({**dictionary.fields, **dict.fromkeys(keys, ANYTHING)})


def _keys(form: object) -> list[str]:
    """Every `key` and `path` of a form-js schema, however deep."""
    if isinstance(form, list):
        return [key for entry in form for key in _keys(entry)]
    if not isinstance(form, dict):
        return []
    own = [form[name] for name in ("key", "path") if isinstance(form.get(name), str) and form[name]]
    return own + [key for value in form.values() for key in _keys(value)]
