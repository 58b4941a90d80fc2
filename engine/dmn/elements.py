"""The elements of a requirement graph and how they are worked out (DMN 1.5, chapters 6 and 10.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.dmn.boxed import Boxed
from engine.dmn.decision_run import DecisionRun
from engine.dmn.errors import DmnError
from engine.dmn.expressions import Texts
from engine.dmn.tables import evaluate_at
from engine.dmn.trace import DecisionTrace
from engine.dmn.type_table import TypeTable
from engine.dmn.xml_reading import XmlElement, child, children, local_name
from engine.feel.compiling import Evaluator
from engine.feel.errors import FeelLimitError
from engine.feel.names import canonical
from engine.feel.scope import Scope
from engine.feel.types import FeelType
from engine.feel.values import Function, Value, is_context, normalise

INPUT, DECISION, KNOWLEDGE, SERVICE = "inputData", "decision", "businessKnowledgeModel", "decisionService"
GRAPH_ELEMENTS = (INPUT, DECISION, KNOWLEDGE, SERVICE)
_IN_PROGRESS = object()


class Host(Protocol):
    """The model that an element belongs to, as far as elements need it."""

    texts: Texts
    types: TypeTable
    boxed: Boxed

    def resolve(self, reference: XmlElement | None) -> Required | None:
        """The element that an arrow comes from."""


@dataclass(slots=True, eq=False)
class Element:
    """One node of the graph. `evaluator` is the logic of a decision, or gives the function of a knowledge model."""

    kind: str
    id: str
    name: str
    source: XmlElement
    model: Host
    type: FeelType | None
    evaluator: Evaluator | None


@dataclass(frozen=True, slots=True)
class Required:
    """An element that another needs; `prefix` is the name of the import that it comes from."""

    element: Element
    prefix: str | None


Values = Mapping[str, Value]
Memo = dict[Element, Any]


def read_element(source: XmlElement, model: Host) -> Element:
    kind, name = local_name(source), canonical(source.get("name") or source.get("id") or "")
    variable = child(source, "variable")
    wanted = model.types.find(variable.get("typeRef")) if variable is not None else None
    return Element(kind, source.get("id") or name, name, source, model, wanted, _logic(kind, name, source, model))


def _logic(kind: str, name: str, source: XmlElement, model: Host) -> Evaluator | None:
    if kind == DECISION:
        variable = child(source, "variable")
        logic = model.boxed.below(source, name)
        return model.texts.typed(logic, variable.get("typeRef") if variable is not None else None, name)
    logic_element = child(source, "encapsulatedLogic")
    if kind == KNOWLEDGE and logic_element is not None:
        return model.boxed.function(logic_element, name)
    return None


def value_of(element: Element, inputs: Values, memo: Memo, run: DecisionRun) -> Value:
    """The value of an element: worked out once in an evaluation, requirements first."""
    known = memo.get(element)
    if known is _IN_PROGRESS:
        raise DmnError(
            f"'{element.name}' needs its own result, directly or through others.",
            element=element.name,
            hint="Remove one of the requirement arrows that form the circle.",
        )
    if element in memo:
        return known
    if run.meter.calls >= run.meter.limits.calls:
        raise FeelLimitError(
            f"The chain of decisions down to '{element.name}' is too long (at most {run.meter.limits.calls}).",
            hint="Put some of them together.",
        )
    memo[element] = _IN_PROGRESS
    run.meter.enter_call()
    try:
        memo[element] = _work_out(element, inputs, memo, run)
    finally:
        run.meter.leave_call()
    return memo[element]


def _work_out(element: Element, inputs: Values, memo: Memo, run: DecisionRun) -> Value:
    if element.kind == INPUT:
        value = normalise(inputs.get(element.name), run.meter)
        return element.model.texts.fit(value, element.type, run, f"The input {element.name}")
    if element.kind == SERVICE:
        return service_function(element, inputs)
    if element.evaluator is None:
        return None
    names = _required_values(element, inputs, memo, run)
    scope = Scope(names, Scope(run.outside, None, run), run)
    if element.kind == KNOWLEDGE:
        return element.evaluator(scope)
    before = len(run.tables)
    value = evaluate_at(element.name, element.name, element.evaluator, scope)
    run.decisions.append(DecisionTrace(element.id, element.name, value, tuple(run.tables[before:])))
    return value


def _required_values(element: Element, inputs: Values, memo: Memo, run: DecisionRun) -> dict[str, Value]:
    names: dict[str, Value] = {}
    for required in requirements(element):
        below = inputs if required.prefix is None else _inputs_below(inputs, required.prefix)
        value = value_of(required.element, below, memo, run)
        if required.prefix is None:
            names[required.element.name] = value
        else:
            names.setdefault(required.prefix, {})[required.element.name] = value
    return names


def _inputs_below(inputs: Values, prefix: str) -> Values:
    below = inputs.get(prefix)
    return below if below is not None and is_context(below) else {}


def requirements(element: Element) -> list[Required]:
    """What the arrows to this element come from."""
    references = [
        child(arrow, "requiredInput", "requiredDecision", "requiredKnowledge")
        for arrow in children(element.source, "informationRequirement", "knowledgeRequirement")
    ]
    return [found for reference in references if (found := element.model.resolve(reference)) is not None]


def service_function(element: Element, inputs: Values) -> Function:
    """A decision service as a function of its input data and input decisions (DMN 1.5, 10.4)."""
    model = element.model

    def listed(name: str) -> list[Element]:
        found = [model.resolve(reference) for reference in children(element.source, name)]
        return [required.element for required in found if required is not None]

    parameters, outputs = listed("inputData") + listed("inputDecision"), listed("outputDecision")

    def call(values: list[Value], run: Any) -> Value:
        given: dict[str, Value] = {}
        memo: Memo = {}
        for parameter, value in zip(parameters, values, strict=True):
            memo[parameter] = given[parameter.name] = value
        results = {output.name: value_of(output, given, memo, run) for output in outputs}
        return next(iter(results.values())) if len(results) == 1 else results

    result = element.type if element.type is not None and element.type.name != "function" else None
    names, types = tuple(item.name for item in parameters), tuple(item.type for item in parameters)
    return Function(names, call, types, result, name=element.name)
