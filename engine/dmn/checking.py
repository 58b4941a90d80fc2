"""Mistakes of a whole model: unreadable texts, wrong types, loose arrows, circles, tables with gaps or overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.components import strong_components
from engine.dmn.boxed import LOGIC
from engine.dmn.coverage import check_table, checking_run
from engine.dmn.elements import DECISION, INPUT, KNOWLEDGE, Element, requirements
from engine.dmn.graph import Graph
from engine.dmn.tables import Table
from engine.dmn.xml_reading import XmlElement, child, local_name
from engine.feel.checking import inspect, types_of
from engine.feel.names import canonical
from engine.feel.scope import Run
from engine.feel.types import ANY, FeelType

_MOST_TYPE_FINDINGS = 100  # Searching for similar names takes time, and nobody reads more.
ERROR, WARNING = "error", "warning"
_SEVERITY = {"gap": WARNING, "unreachable": WARNING, "too large": WARNING, "overlap": ERROR}
_ARROWS = ("requiredInput", "requiredDecision", "requiredKnowledge")
_NAMING = ("variable", "formalParameter")


@dataclass(frozen=True, slots=True)
class ModelFinding:
    """`element` is the decision or table; `problem` is a stable word for programs: "syntax", "type", "reference",
    "circle", "empty", "gap", "overlap", "unreachable" or "too large"; `rows` count from 1. `id` is that of the cell,
    row, column or decision in the file, where it is known.
    """

    problem: str
    severity: str
    element: str
    message: str
    rows: tuple[int, ...] = ()
    hint: str = ""
    id: str = ""

    def __str__(self) -> str:
        return f"{self.element}: {self.message} {self.hint}".strip()


def check_graph(model: Graph) -> list[ModelFinding]:
    """All mistakes that can be found without data."""
    run = checking_run()
    found = [
        *_text_findings(model),
        *_reference_findings(model),
        *_circles(model),
        *_empty_decisions(model),
        *(finding for table in model.boxed.tables for finding in _table_findings(table, run)),
    ]
    return [_located(model, finding) for finding in found]


def _located(model: Graph, finding: ModelFinding) -> ModelFinding:
    """The finding with the id of its element: that of its last row, where it is about rows of a table."""
    place = f"{finding.element}, row {finding.rows[-1]}" if finding.rows else finding.element
    decisions = (element.id for element in model.elements.values() if element.name == finding.element)
    return replace(finding, id=model.texts.ids.get(place) or next(decisions, ""))


def _text_findings(model: Graph) -> Iterator[ModelFinding]:
    types, count = _types_in_model(model), 0
    says_what_comes_in = model.dictionary is not None or any(e.kind == INPUT for e in model.elements.values())
    for source in model.texts.sources:
        if source.error is not None:
            yield ModelFinding("syntax", ERROR, source.place, source.error.message, hint=source.error.hint)
        elif source.node is not None and count < _MOST_TYPE_FINDINGS:
            _, findings = inspect(source.node, types, source.tested or ANY)
            # Where a model declares no inputs, a name that is not in it need not be wrong.
            found = [finding for finding in findings if says_what_comes_in or finding.problem != "name"]
            count += len(found)
            for finding in found:
                yield ModelFinding("type", ERROR, source.place, finding.message, hint=finding.hint)


def _types_in_model(model: Graph) -> dict[str, FeelType]:
    """Every name that any expression of the model may see. One that means different things is of no known type."""
    types: dict[str, FeelType] = types_of(model.dictionary) if model.dictionary is not None else {}
    for element in _elements(model.root):
        name = canonical(element.get("iteratorVariable") or element.get("name") or "")
        if element.get("iteratorVariable") or local_name(element) in _NAMING:
            type_ = model.types.find(element.get("typeRef")) or ANY
            types[name] = type_ if types.get(name, type_) == type_ else ANY
    for known in model.elements.values():
        types.setdefault(known.name, ANY)
    return types | dict.fromkeys((*model.imports, "item", "partial"), ANY)


def _elements(root: XmlElement) -> Iterator[XmlElement]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _reference_findings(model: Graph) -> Iterator[ModelFinding]:
    for element, reference in model.types.unknown_references(model.root):
        name = element.get("name") or element.get("label") or local_name(element)
        yield ModelFinding(
            "reference", ERROR, name, f"There is no type '{reference}'.", hint="Define it or correct it."
        )
    for element in _elements(model.root):
        if local_name(element) in _ARROWS and model.resolve(element) is None:
            message = f"An arrow comes from '{element.get('href')}', which does not exist."
            yield ModelFinding("reference", ERROR, _owner_name(element), message, hint="Draw the arrow again.")


def _owner_name(element: XmlElement) -> str:
    owner = next((above for above in element.iterancestors() if above.get("name")), element)
    return owner.get("name") or local_name(owner)


def _circles(model: Graph) -> Iterator[ModelFinding]:
    needs = {element: [required.element for required in requirements(element)] for element in model.elements.values()}
    for element in _turning(needs):
        message = f"'{element.name}' needs its own result, directly or through others."
        hint = "Remove one of the arrows that form the circle."
        yield ModelFinding("circle", ERROR, element.name, message, hint=hint)


def _turning(needs: dict[Element, list[Element]]) -> list[Element]:
    """The elements that need themselves: those of one component that leads back to itself (Tarjan), in file order."""
    inside = {
        element
        for component in strong_components(needs, lambda element: needs.get(element, ()))
        if len(component) > 1 or component[0] in needs.get(component[0], ())
        for element in component
    }
    return [element for element in needs if element in inside]


def _empty_decisions(model: Graph) -> Iterator[ModelFinding]:
    for element in model.elements.values():
        logic = element.source if element.kind == DECISION else child(element.source, "encapsulatedLogic")
        if element.kind in (DECISION, KNOWLEDGE) and child(logic, *LOGIC) is None:
            message = f"'{element.name}' has no table or expression, so its result is always empty."
            yield ModelFinding("empty", WARNING, element.name, message, hint="Give it a decision table.")


def _table_findings(table: Table, run: Run) -> Iterator[ModelFinding]:
    if not table.rows:
        yield ModelFinding("empty", WARNING, table.name, "The table has no rows.", hint="Add a row.")
    if table.hit_policy in ("PRIORITY", "OUTPUT ORDER") and not any(column.priorities for column in table.outputs):
        message = f"Hit policy {table.hit_policy.capitalize()} needs the list of output values in falling order."
        yield ModelFinding("empty", ERROR, table.name, message, hint="Add the output values to the output column.")
    for finding in check_table(table, run):
        severity = _SEVERITY[finding.problem]
        yield ModelFinding(finding.problem, severity, table.name, finding.message, finding.rows, finding.hint)
