"""Types of a model: `typeRef` names and item definitions, with their allowed values (DMN 1.5, 7.3.2 and 7.3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.dmn.errors import DmnFileError
from engine.dmn.xml_reading import XmlElement, child, children, text_of
from engine.feel.compiling import Evaluator
from engine.feel.names import canonical
from engine.feel.scope import Run, Scope
from engine.feel.types import ANY, CONTEXT, FUNCTION, LIST, RANGE, SIMPLE_TYPES, FeelType, restricted
from engine.feel.values import Value

_OLD_NAMES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "integer": "number",
    "double": "number",
    "long": "number",
}
_BARE = {t.name: t for t in (LIST, CONTEXT, RANGE, FUNCTION)}
CompileTests = Callable[[str], Evaluator]


_MOST_PARTS = 5_000


def _size(wanted: FeelType, known: Mapping[int, int]) -> int:
    """The number of parts of a type when written out; a type used twice counts twice."""
    if id(wanted) in known:
        return known[id(wanted)]
    inner = [wanted.element, wanted.result, *(wanted.parameters or ()), *(part for _, part in wanted.fields or ())]
    return 1 + sum(_size(part, known) for part in inner if part is not None)


class TypeTable:
    """Finds types by name: those of FEEL, those of the model, those of imported models under their prefix."""

    def __init__(self, root: XmlElement, imported: Mapping[str, TypeTable], compile_tests: CompileTests) -> None:
        self._definitions = {canonical(item.get("name", "")): item for item in children(root, "itemDefinition")}
        self._imported = imported
        self._compile_tests = compile_tests
        self._found: dict[str, FeelType] = {}
        self._open: set[str] = set()
        self._known_sizes: dict[int, int] = {}

    def find(self, reference: str | None) -> FeelType | None:
        """The type of this name; None where nothing is named or the name is not known."""
        name = canonical(reference or "")
        name = _OLD_NAMES.get(name.removeprefix("feel:"), name.removeprefix("feel:"))
        simple = SIMPLE_TYPES.get(name) or self._found.get(name)
        if simple is not None:
            return simple
        definition = self._definitions.get(name)
        if definition is not None:
            return self._define(name, definition)
        for prefix, table in self._imported.items():
            if name.startswith(prefix + "."):
                return table.find(name[len(prefix) + 1 :])
        return _BARE.get(name)

    def _define(self, name: str, definition: XmlElement) -> FeelType:
        if name in self._open:
            return ANY  # A type that contains itself is only looked at one level deep.
        self._open.add(name)
        found = self._found[name] = self._item(definition)
        self._open.discard(name)
        size = self._known_sizes[id(found)] = _size(found, self._known_sizes)
        if size > _MOST_PARTS:
            raise DmnFileError(f"The type '{name}' has too many parts.", hint="Use fewer types inside of types.")
        return found

    def _item(self, item: XmlElement) -> FeelType:
        base = self._base(item)
        allowed, constraint = child(item, "allowedValues"), child(item, "typeConstraint")
        if allowed is not None:
            base = self._restrict(base, allowed)
        if item.get("isCollection") == "true":
            base = FeelType("list", element=base)
        return base if constraint is None else self._restrict(base, constraint)

    def _base(self, item: XmlElement) -> FeelType:
        function, reference = child(item, "functionItem"), child(item, "typeRef")
        fields = [(canonical(part.get("name", "")), self._item(part)) for part in children(item, "itemComponent")]
        if function is not None:
            parameters = tuple(self.find(part.get("typeRef")) or ANY for part in children(function, "parameters"))
            return FeelType("function", parameters=parameters, result=self.find(function.get("outputTypeRef")) or ANY)
        if fields:
            return FeelType("context", fields=tuple(fields))
        return self.find(reference.text if reference is not None else None) or ANY

    def _restrict(self, base: FeelType, values: XmlElement) -> FeelType:
        tests = self._compile_tests(text_of(values))

        def allowed(value: Value, run: Run) -> bool:
            return tests(Scope({"?": value}, None, run)) is True

        return restricted(base, allowed)

    def unknown_references(self, root: XmlElement) -> Iterator[tuple[XmlElement, str]]:
        """Every use of a type that is defined nowhere."""
        for element in root.iter():
            if isinstance(element.tag, str):
                reference = element.get("typeRef")
                if reference and reference not in ("Any", "feel:Any") and self.find(reference) is None:
                    yield element, reference
