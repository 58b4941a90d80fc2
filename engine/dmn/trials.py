"""Test rows: what a decision should answer for some values, kept in its extension elements and run when it is checked.

    <decision …>
      <extensionElements>
        <rf:testRow id="…" name="A small bonus">
          <rf:given name="reward_kind">"bonus"</rf:given>
          <rf:expected name="executive">false</rf:expected>
        </rf:testRow>
      </extensionElements>

Values are FEEL. A value that is not given is null; an answer that is not named is not looked at. Without a table, or
where its one output has no name, the answer is called “answer”.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.dmn.elements import DECISION, Element
from engine.dmn.hit_policies import MANY_RESULTS
from engine.dmn.model import Model
from engine.dmn.trace import Result
from engine.dmn.xml_reading import XmlElement, child, children, local_name
from engine.feel.comparison import equal
from engine.feel.errors import FeelError
from engine.feel.expression import compile_expression
from engine.feel.limits import Limits, Meter
from engine.feel.names import canonical
from engine.feel.references import free_names_of
from engine.feel.rendering import quoted, render
from engine.feel.types import FeelType
from engine.feel.values import Value, is_context

NAMESPACE = "urn:reviewflow:dmn:1"
ANSWER = "answer"
MOST_TEST_ROWS = 500
_BOUND = (".//{*}contextEntry/{*}variable", ".//{*}formalParameter")
_ONE = Limits(steps=50_000, seconds=0.25)
"""What one test row may cost: a package that was made by somebody else must not keep a check busy."""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One test row of a decision; `number` counts from 1, `given` and `expected` are FEEL by name."""

    decision: str
    number: int
    id: str
    name: str
    given: dict[str, str]
    expected: dict[str, str]

    @property
    def title(self) -> str:
        """How the row is found again."""
        return f"test row {self.number}" + (f" “{self.name}”" if self.name else "")


@dataclass(frozen=True, slots=True)
class Trial:
    """A decision that was tried out: `answers` by name, as values and as FEEL; why there are none in `problem`."""

    answers: dict[str, Value]
    shown: dict[str, str]
    result: Result | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a test row. It holds where `problem` is empty; `wrong` are the answers that are others."""

    row: TrialRow
    trial: Trial
    problem: str = ""
    wrong: tuple[str, ...] = ()


def read_rows(model: Model) -> list[TrialRow]:
    """The test rows of every decision of a model, in the order of the file."""
    return [
        TrialRow(
            element.id,
            number,
            row.get("id", ""),
            row.get("name", ""),
            _texts(row, "given"),
            _texts(row, "expected"),
        )
        for element in _decisions(model)
        for number, row in enumerate(_rows(element), 1)
    ]


def run_rows(model: Model, now: datetime) -> list[Verdict]:
    """Try every test row of a model, the first 500."""
    return [judge(model, row, now) for row in read_rows(model)[:MOST_TEST_ROWS]]


def judge(model: Model, row: TrialRow, now: datetime) -> Verdict:
    """Try a test row, and compare."""
    trial = try_out(model, row.decision, row.given, now)
    if trial.problem:
        return Verdict(row, trial, trial.problem)
    expected = {name: text for name, text in row.expected.items() if text}
    if not expected:
        return Verdict(row, trial, "It does not say what is expected.")
    try:
        wanted = {name: _value(text, name, now) for name, text in expected.items()}
        meter = Meter(_ONE)
        wrong = tuple(
            name
            for name, value in wanted.items()
            if name not in trial.answers or not _same(trial.answers[name], value, meter)
        )
    except FeelError as error:
        return Verdict(row, trial, str(error))
    titles = {canonical(one.get("name") or ""): one.get("label") for one in _outputs(model.find(row.decision))}
    said = [
        f"{titles.get(name) or name} should be {_say(expected[name])}, but is "
        f"{_say(trial.shown.get(name, 'no answer of it'))}"
        for name in wrong
    ]
    return Verdict(row, trial, f"{'; '.join(said)}." if said else "", wrong)


def _say(text: str) -> str:
    """A value in words: yes and no; anything else as it is written."""
    return {"true": "yes", "false": "no", "null": "nothing"}.get(text, text)


def try_out(model: Model, decision: str, given: Mapping[str, str], now: datetime) -> Trial:
    """Make a decision with values that are written in FEEL. Never raises for what they or the model hold."""
    try:
        values = {name: _value(text, name, now) for name, text in given.items() if text}
        missing = dict.fromkeys(name for name in asked(model) if name not in values)
        result = model.evaluate(decision, {**missing, **values}, now=now, limits=_ONE)
        answers = _answers(model, decision, result)
        meter = Meter(_ONE)
        return Trial(answers, {name: _shown(value, meter) for name, value in answers.items()}, result)
    except FeelError as error:
        return Trial({}, {}, problem=str(error))


def asked(model: Model) -> dict[str, FeelType | None]:
    """The names that the decisions of a model read from outside, with their types where they are known."""
    inside = {element.name for element in model.elements.values() if element.kind != "inputData"}
    inside |= {canonical(named.get("name") or "") for tag in _BOUND for named in model.root.iterfind(tag)}
    declared = {element.name: element.type for element in model.elements.values() if element.kind == "inputData"}
    known = dict(declared)
    for source in model.texts.sources:
        if source.node is not None:
            for path in sorted(free_names_of(source.node)):
                name = path.split(".")[0]
                known.setdefault(name, _type(model, name))
    return {name: type_ for name, type_ in known.items() if name not in inside | set(model.imports)}


def answered(model: Model, decision: str) -> tuple[str, ...]:
    """What the answers of a decision are called."""
    outputs = [canonical(output.get("name") or "") for output in _outputs(model.find(decision, (DECISION,)))]
    return tuple(outputs) if len(outputs) > 1 else (next(iter(outputs), "") or ANSWER,)


def _type(model: Model, name: str) -> FeelType | None:
    entry = model.dictionary.root.get(name) if model.dictionary is not None else None
    return None if entry is None else entry.type


def _decisions(model: Model) -> list[Element]:
    return [element for element in model.elements.values() if element.kind == DECISION]


def _rows(element: Element) -> list[XmlElement]:
    extensions = child(element.source, "extensionElements")
    found = children(extensions, "testRow") if extensions is not None else ()
    return [row for row in found if str(row.tag).startswith(f"{{{NAMESPACE}}}")]


def _texts(row: XmlElement, kind: str) -> dict[str, str]:
    return {one.get("name", ""): (one.text or "").strip() for one in children(row) if local_name(one) == kind}


def _value(text: str, name: str, now: datetime) -> Value:
    try:
        return compile_expression(text).evaluate({}, now=now, limits=_ONE)
    except FeelError as error:
        message = f"“{text[:60]}” for {name} cannot be read: {error.message}"
        raise FeelError(message, hint='Write texts in double quotes, for instance "bonus".') from error


def _outputs(element: Element) -> list[XmlElement]:
    table = child(element.source, "decisionTable")
    return list(children(table, "output")) if table is not None else []


def _answers(model: Model, decision: str, result: Result) -> dict[str, Value]:
    """The result by the names of the answers; a table that gives a list gives a list for each of them."""
    names = answered(model, decision)
    if len(names) == 1:
        return {names[0]: result.value}
    value, tables = result.value, result.trace[-1].tables if result.trace else ()
    if tables and tables[-1].hit_policy in MANY_RESULTS and type(value) is list:
        return {name: [item[name] if is_context(item) else None for item in value] for name in names}
    return {name: value[name] if is_context(value) else None for name in names}


def _same(given: Value, wanted: Value, meter: Meter) -> bool:
    if given is None or wanted is None:
        return given is wanted
    return equal(given, wanted, meter) is True


def _shown(value: Value, meter: Meter) -> str:
    return quoted(value) if type(value) is str else render(value, meter)
