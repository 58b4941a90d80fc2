"""The data dictionary of a process: which variables there are, of what type, and what people call them.

A diagram declares its variables as `rf:variable` of its process. The steps add what they set, and the layers above
what every instance has. With a declaration, stored ISO text becomes dates and exact text numbers before FEEL sees
them, a variable without a value is null, and a name that nobody declared is found before the diagram is published.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from engine.diagram import Diagram, Step
from engine.errors import Finding, InvalidDiagram, Rejection
from engine.feel import Dictionary, FeelError, Field, to_plain
from engine.feel import compile as compile_expression
from engine.registry import known_variables, shared_answers

OWN = {
    "done_by": Field("Any", label="Who completed each step", example='{"manager_review": "P00004"}'),
    "passed_over": Field("list<string>", label="Steps that went on without an answer", example='["self_assessment"]'),
    "loopCounter": Field("number", label="Number of the member, or of the round of a loop", example="1"),
}
ANYTHING = Field("Any")
SHAPES: dict[str, type] = {"boolean": bool, "list": list, "context": dict}
"""The types whose values are written as JSON."""


def dictionary_of(diagram: Diagram, scripts: Mapping[str, tuple[str, ...]]) -> Dictionary | None:
    """The dictionary of a diagram; None when it declares no variable, and then nothing is known about any.

    `scripts` names, by step id, what its “set values” steps set. Raises InvalidDiagram for a type FEEL does not know.
    """
    if not diagram.variables:
        return None
    fields = {**dict.fromkeys(set_by_steps(diagram, scripts), ANYTHING), **OWN, **known_variables}
    for name, declared in diagram.variables:
        try:
            Dictionary({name: declared})
        except FeelError as error:
            remedy = "Use for instance string, number, boolean, date or list."
            raise InvalidDiagram([Finding(f"variable {name}", str(error), remedy, file=diagram.file)]) from error
        fields[name] = declared
    return Dictionary(fields)


def set_by_steps(diagram: Diagram, scripts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The variables that the steps of a diagram set; `scripts` as `dictionary_of` takes them."""
    names = [name for step in diagram.steps.values() for name, _ in step.sets]
    answers = [step for step in diagram.steps.values() if step.kind == "businessRuleTask"]
    names += [name for step in answers if (name := step.settings.get("result") or step.settings.get("decision"))]
    names += [name for step in diagram.steps.values() for name, _ in (*step.outputs, *step.collects)]
    names += [s.repetition.item for s in diagram.steps.values() if s.repetition and s.repetition.item]
    return names + [name for assigned in scripts.values() for name in assigned]


def counts(done: int, total: int) -> dict[str, int]:
    """What a completion condition knows: `done` and `total`, and the same by BPMN's own names."""
    return {
        "done": done,
        "total": total,
        "numberOfInstances": total,
        "numberOfCompletedInstances": done,
        "numberOfActiveInstances": total - done,
    }


def read_values(dictionary: Dictionary | None, texts: Mapping[str, str]) -> dict[str, Any]:
    """Values that somebody typed, as they are stored: by name, checked against what the diagram declares.

    An empty text is no value. Without a declared type, JSON is read as such, and everything else is text. Raises
    Rejection for a name that nobody declared, and for what is not of its type.
    """
    return {name: _read_value(dictionary, name, text.strip()) for name, text in texts.items()}


def _read_value(dictionary: Dictionary | None, name: str, text: str) -> Any:
    declared = ANYTHING if dictionary is None else dictionary.fields.get(name)
    if declared is None or name in OWN:
        raise Rejection(f"“{name}” is no variable of this process that can be changed.")
    kind = declared.type.split("<")[0].strip()
    value = _from_json(text)
    if kind in ("string", "text"):
        return text or None
    if kind in SHAPES or kind in ("Any", "any", ""):
        shape = SHAPES.get(kind, object)
        if value is None or isinstance(value, shape):
            return value
        raise _not_of_its_type(name, declared, text)
    try:
        return to_plain(compile_expression("value", types=Dictionary({"value": declared})).evaluate({"value": text}))
    except FeelError:
        raise _not_of_its_type(name, declared, text) from None


def _from_json(text: str) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text


def _not_of_its_type(name: str, declared: Field, text: str) -> Rejection:
    example = f", for instance {declared.example}" if declared.example else ""
    return Rejection(f"“{declared.label or name}” must be a {declared.type}{example}; “{text}” is none.")


def with_answers(dictionary: Dictionary, step: Step, files: Mapping[str, bytes]) -> Dictionary:
    """The dictionary as the `rf:set` lines of a user task see it: with the keys of its form.

    Where several people share it, with what they come to.
    """
    form = files.get(f"forms/{step.settings.get('form', '')}.json")
    try:
        keys = [] if form is None else _keys(orjson.loads(form))
    except orjson.JSONDecodeError:
        keys = []
    given = shared_answers if step.is_shared else dict.fromkeys(keys, ANYTHING)
    return Dictionary({**dictionary.fields, **given})


def _keys(form: object) -> list[str]:
    """Every `key` and `path` of a form-js schema, however deep."""
    if isinstance(form, list):
        return [key for entry in form for key in _keys(entry)]
    if not isinstance(form, dict):
        return []
    own = [form[name] for name in ("key", "path") if isinstance(form.get(name), str) and form[name]]
    return own + [key for value in form.values() for key in _keys(value)]
