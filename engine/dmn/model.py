"""Decision models: loading them, and making decisions with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from engine.dmn.boxed import Boxed
from engine.dmn.decision_run import DecisionRun
from engine.dmn.elements import (
    DECISION,
    GRAPH_ELEMENTS,
    SERVICE,
    Element,
    Required,
    read_element,
    requirements,
    value_of,
)
from engine.dmn.errors import DmnError, DmnFileError
from engine.dmn.expressions import Texts
from engine.dmn.trace import Result
from engine.dmn.type_table import TypeTable
from engine.dmn.xml_reading import XmlElement, children, parse_xml
from engine.feel.dictionary import Dictionary
from engine.feel.errors import FeelLimitError, did_you_mean
from engine.feel.expression import as_dictionary, known_names
from engine.feel.functions import apply
from engine.feel.limits import Limits
from engine.feel.names import canonical
from engine.feel.scope import Scope
from engine.feel.types import FeelType
from engine.feel.values import Function, Value, normalise

if TYPE_CHECKING:
    from engine.dmn.checking import ModelFinding

_NAMED = (
    *("itemComponent", "itemDefinition", "inputData", "decision", "businessKnowledgeModel", "decisionService"),
    *("variable", "formalParameter", "column", "output", "parameter", "import"),
)


class Model:
    """A decision model. It does not change after loading, and may be used by any number of threads."""

    def __init__(
        self,
        root: XmlElement,
        *,
        imports: Iterable[Model] = (),
        types: Dictionary | None = None,
        standard: bool = False,
    ) -> None:
        self.root = root
        self.namespace = root.get("namespace", "")
        self.name = root.get("name", "")
        self.standard = standard
        self.dictionary = types
        by_namespace = {model.namespace: model for model in imports}
        self.imports = {
            canonical(item.get("name", "")): by_namespace[item.get("namespace", "")]
            for item in children(root, "import")
            if item.get("namespace", "") in by_namespace
        }
        self.words = self._words()
        self.texts = Texts(known_names(self.words, types), standard)
        tables = {prefix: model.types for prefix, model in self.imports.items()}
        self.types: TypeTable = TypeTable(root, tables, lambda text: self.texts.tests(text, "allowed values"))
        self.texts.types = self.types
        self.boxed = Boxed(self.texts)
        self.elements = self._read_elements()

    def _words(self) -> set[str]:
        named = self.root.iter(*(f"{{*}}{name}" for name in _NAMED))
        words = {name for element in named if (name := element.get("name"))}
        return words.union(*(model.words for model in self.imports.values()))

    def _read_elements(self) -> dict[str, Element]:
        found: dict[str, Element] = {}
        for source in children(self.root, *GRAPH_ELEMENTS):
            element = read_element(source, self)
            if element.id in found:
                raise DmnFileError(f"The id '{element.id}' is used twice.", hint="Give every element its own id.")
            found[element.id] = element
        return found

    @property
    def decisions(self) -> list[tuple[str, str]]:
        """(id, name) of every decision."""
        return [(element.id, element.name) for element in self.elements.values() if element.kind == DECISION]

    def resolve(self, reference: XmlElement | None) -> Required | None:
        """The element that an `href` points to, here or in an imported model."""
        namespace, _, name = (reference.get("href", "") if reference is not None else "").rpartition("#")
        if namespace and namespace != self.namespace:
            for prefix, model in self.imports.items():
                if model.namespace == namespace and name in model.elements:
                    return Required(model.elements[name], prefix)
            return None
        element = self.elements.get(name)
        return Required(element, None) if element is not None else None

    def find(self, id_or_name: str, kinds: tuple[str, ...] = GRAPH_ELEMENTS) -> Element:
        """The element of this id or name. Raises DmnError."""
        element = self.elements.get(id_or_name)
        if element is not None and element.kind in kinds:
            return element
        name = canonical(id_or_name)
        for element in self.elements.values():
            if element.name == name and element.kind in kinds:
                return element
        known = [element.name for element in self.elements.values() if element.kind in kinds]
        hint = did_you_mean(id_or_name, known) or (f"It has: {', '.join(known[:12])}." if known else "")
        raise DmnError(f"The model '{self.name}' has no decision '{id_or_name}'.", hint=hint)

    def input_types(self, decision: str) -> dict[str, FeelType | None]:
        """The input data that a decision needs, directly or through others, with their types."""
        return {
            element.name: element.type for element in self._needed(self.find(decision)) if element.kind == "inputData"
        }

    def _needed(self, element: Element, seen: set[str] | None = None) -> list[Element]:
        seen = seen if seen is not None else set()
        found: list[Element] = []
        for required in requirements(element):
            if required.element.id not in seen:
                seen.add(required.element.id)
                found += [required.element, *self._needed(required.element, seen)]
        return found

    def evaluate(
        self,
        decision: str,
        inputs: Mapping[str, Value],
        *,
        limits: Limits | None = None,
        now: datetime | None = None,
    ) -> Result:
        """Make the decision of this id or name (or call the decision service or knowledge model).

        Unless the model was loaded as `standard`, every input is in scope of every decision, drawn arrows or not, and
        faults raise a DmnError or FeelError that names the row and column; an input that is not given is null.
        """
        element = self.find(decision, (DECISION, SERVICE, "businessKnowledgeModel"))
        run = DecisionRun(strict=not self.standard, outside={}, limits=limits, now=now)
        try:
            return self._evaluate(element, inputs, run)
        except RecursionError:
            raise FeelLimitError(f"The decision '{element.name}' is nested too deeply.") from None
        except MemoryError:
            raise FeelLimitError(f"The decision '{element.name}' needs too much memory.") from None

    def _evaluate(self, element: Element, inputs: Mapping[str, Value], run: DecisionRun) -> Result:
        given = self._prepared(inputs, run)
        if not self.standard:
            run.outside = given
        value = value_of(element, given, {}, run)
        if element.kind != DECISION and isinstance(value, Function):
            values = [normalise(given.get(name), run.meter) for name in value.parameters]
            value = apply(value, values, run, names=value.parameters)
        return Result(value, tuple(run.decisions), tuple(run.notes))

    def _prepared(self, inputs: Mapping[str, Value], run: DecisionRun) -> Mapping[str, Value]:
        """The inputs after the data dictionary; in product use, with every declared input present."""
        given = dict(inputs)
        preparing = self.dictionary.preparing(self.dictionary.root) if self.dictionary is not None else None
        if preparing is not None:
            given.update(preparing.scope(Scope(inputs, None, run)).values)
        if not self.standard:
            for element in self.elements.values():
                if element.kind == "inputData":
                    value = normalise(given.get(element.name), run.meter)
                    given[element.name] = self.texts.fit(value, element.type, run, f"The input {element.name}")
        return given

    def check(self) -> list[ModelFinding]:
        """Mistakes that can be found without data: see `engine.dmn.checking`."""
        # Loaded here because checking is for the designer, not for making decisions.
        from engine.dmn.checking import check_model

        return check_model(self)


def load(
    xml: bytes | str,
    *,
    imports: Iterable[Model] = (),
    types: Dictionary | Mapping[str, str] | None = None,
    standard: bool = False,
) -> Model:
    """Read a DMN 1.1 to 1.5 model.

    `imports` are the models it imports, found by their namespace; `types` a data dictionary for inputs that the model
    does not declare. `standard` keeps DMN to the letter: faults become null, and a decision sees only what its arrows
    bring. A cell that cannot be read is reported by `check()` and when it is reached.
    Raises DmnFileError where the file is no decision model.
    """
    try:
        return Model(parse_xml(xml), imports=imports, types=as_dictionary(types), standard=standard)
    except RecursionError:
        raise DmnFileError("This file is nested too deeply.", hint="Split the decision into several.") from None
