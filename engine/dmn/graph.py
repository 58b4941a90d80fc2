"""The parts of a model, and how they are connected: elements, types, texts, imported models."""

from __future__ import annotations

from collections.abc import Iterable

from engine.dmn.boxed import Boxed
from engine.dmn.elements import DECISION, GRAPH_ELEMENTS, Element, Required, read_element, requirements
from engine.dmn.errors import DmnError, DmnFileError
from engine.dmn.expressions import Texts
from engine.dmn.type_table import TypeTable
from engine.dmn.xml_reading import XmlElement, children
from engine.feel.dictionary import Dictionary
from engine.feel.errors import did_you_mean
from engine.feel.expression import known_names
from engine.feel.names import canonical
from engine.feel.types import FeelType

_NAMED = (
    *("itemComponent", "itemDefinition", "inputData", "decision", "businessKnowledgeModel", "decisionService"),
    *("variable", "formalParameter", "column", "output", "parameter", "import"),
)


class Graph:
    """What a model file holds. It does not change after loading, and may be used by any number of threads."""

    def __init__(
        self,
        root: XmlElement,
        *,
        imports: Iterable[Graph] = (),
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
