"""Decision models: loading them, and making decisions with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.dmn.checking import ModelFinding, check_graph
from engine.dmn.decision_run import DecisionRun
from engine.dmn.elements import DECISION, KNOWLEDGE, SERVICE, Element, value_of
from engine.dmn.errors import DmnFileError
from engine.dmn.graph import Graph
from engine.dmn.trace import Result
from engine.dmn.xml_reading import parse_xml
from engine.feel.dictionary import Dictionary
from engine.feel.errors import FeelLimitError
from engine.feel.expression import as_dictionary
from engine.feel.functions import apply
from engine.feel.limits import Limits
from engine.feel.scope import Scope
from engine.feel.values import Function, Value, normalise


class Model(Graph):
    """A decision model. It does not change after loading, and may be used by any number of threads."""

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
        element = self.find(decision, (DECISION, SERVICE, KNOWLEDGE))
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
        """Mistakes that can be found without data: unreadable texts, wrong types, gaps, overlaps, circles."""
        return check_graph(self)


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
