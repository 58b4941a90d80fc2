"""The expressions of one model: FEEL texts compiled with the model's names and types."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn.errors import DmnError, DmnFileError
from engine.dmn.type_table import TypeTable
from engine.dmn.xml_reading import XmlElement
from engine.feel.compiling import Evaluator
from engine.feel.conversion import coerce
from engine.feel.dictionary import read_as
from engine.feel.errors import FeelError
from engine.feel.expression import compile_text
from engine.feel.names import Names
from engine.feel.nodes import Node
from engine.feel.scope import Run, Scope
from engine.feel.types import FeelType, type_text
from engine.feel.values import Value, describe

_LONGEST_TOGETHER = 100_000


@dataclass(frozen=True, slots=True)
class Source:
    """A text of the model, for checking: where it stands, its tree or why it has none, for a cell the type tested."""

    place: str
    text: str
    node: Node | None
    error: FeelError | None
    tested: FeelType | None = None


@dataclass(slots=True)
class Texts:
    """Compiles texts, equal ones once; keeps the unreadable ones as errors, so that one bad cell does not hide the
    others. Raises DmnFileError where all texts together are too long: compiled, they take a hundred times the room.
    """

    names: Names
    standard: bool
    sources: list[Source] = field(default_factory=list)
    types: TypeTable | None = None
    ids: dict[str, str] = field(default_factory=dict)
    """By place: the id of the element in the file, where it has one."""
    _compiled: dict[tuple[str, bool], tuple[Node, Evaluator]] = field(default_factory=dict)
    _length: int = 0

    def locate(self, place: str, element: XmlElement | None) -> None:
        """Remember which element of the file stands at a place that findings name."""
        if element is not None and (identifier := element.get("id")):
            self.ids.setdefault(place, identifier)

    def expression(self, text: str, place: str) -> Evaluator:
        """A FEEL expression; an empty one is null."""
        return self._compile(text, place, tests=False) if text else lambda scope: None

    def tests(self, text: str, place: str, tested: FeelType | None = None) -> Evaluator:
        """A cell; `tested` is the type of the column."""
        return self._compile(text, place, tests=True, tested=tested)

    def _compile(self, text: str, place: str, *, tests: bool, tested: FeelType | None = None) -> Evaluator:
        try:
            node, evaluator = self._compiled.get((text, tests)) or self._compile_new(text, tests=tests)
        except DmnFileError:
            raise
        except FeelError as error:
            error.text = error.text or text
            # The frames that the error came through would keep all that they were working on.
            self.sources.append(Source(place, text, None, error.with_traceback(None)))
            return _unreadable(error, place)
        self.sources.append(Source(place, text, node, None, tested))
        return evaluator

    def _compile_new(self, text: str, *, tests: bool) -> tuple[Node, Evaluator]:
        self._length += len(text)
        if self._length > _LONGEST_TOGETHER:
            raise DmnFileError("The expressions of this model are too long together.", hint="Split it into several.")
        resolve = self.types.find if self.types is not None else None
        compiled = compile_text(text, self.names, resolve=resolve, tests=tests)
        self._compiled[text, tests] = compiled
        return compiled

    def tests_node(self, text: str) -> Node | None:
        """The tree of a cell that was compiled; None where it could not be read."""
        found = self._compiled.get((text, True))
        return None if found is None else found[0]

    def typed(self, evaluator: Evaluator, reference: str | None, place: str) -> Evaluator:
        """The same, with the result brought into the type that is named, or null where it does not fit."""
        wanted = self.types.find(reference) if self.types is not None else None
        if wanted is None or wanted.name == "Any":
            return evaluator
        return lambda scope: self.fit(evaluator(scope), wanted, scope.run, place)

    def fit(self, value: Value, wanted: FeelType | None, run: Run, place: str) -> Value:
        """The value in this type. ISO text becomes a date and so on, unless the standard is kept to the letter."""
        if wanted is None or value is None:
            return value
        if not self.standard and type(value) is str:
            value = read_as(value, wanted)
        fits, converted = coerce(value, wanted, run)
        if fits:
            return converted
        return run.fault(
            f"{place} is {describe(value)}, which does not fit the type {type_text(wanted)}.", error=DmnError
        )


def _unreadable(error: FeelError, place: str) -> Evaluator:
    def evaluate(scope: Scope) -> Value:
        return scope.run.fault(f"{place} cannot be read: {error.message}", hint=error.hint, error=DmnError)

    return evaluate
