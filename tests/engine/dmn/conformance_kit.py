"""The DMN conformance kit (TCK): finding it, reading its cases, comparing results."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

from engine import dmn
from engine.feel import FeelError, Limits
from engine.feel.comparison import equal
from engine.feel.durations import parse_duration
from engine.feel.limits import Meter
from engine.feel.names import canonical
from engine.feel.temporal import parse_date, parse_date_time, parse_time
from engine.feel.values import Value, is_context, kind, normalise

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOMY = Limits(steps=3_000_000, seconds=5, items=200_000)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = ("decimal", "double", "integer", "float", "long", "int")
_TEMPORAL = {
    "date": parse_date,
    "dateTime": parse_date_time,
    "time": parse_time,
    "duration": parse_duration,
    "dayTimeDuration": parse_duration,
    "yearMonthDuration": parse_duration,
}


def kit_folder() -> Path | None:
    """The folder of the kit: named by REVIEWFLOW_DMN_TCK, or beside the repository."""
    named = os.environ.get("REVIEWFLOW_DMN_TCK")
    folder = Path(named) if named else ROOT.parent / "shared" / "data" / "dmn-tck"
    return folder if folder.is_dir() else None


@dataclass(frozen=True)
class Outcome:
    folder: str
    case: str
    expected: Value
    given: Value
    passed: bool


def run_kit(folder: Path) -> list[Outcome]:
    """The outcome of every expected result of every case."""
    return [outcome for file in sorted(folder.glob("*/*/*-test-*.xml")) for outcome in _run_file(file)]


def checked_models(folder: Path) -> Iterator[tuple[str, dmn.Model]]:
    """(folder name, model) of every file of the kit."""
    for file in sorted(folder.glob("*/*/*.dmn")):
        yield file.parent.name, _load(file)


def _run_file(file: Path) -> Iterator[Outcome]:
    root = etree.parse(file).getroot()
    model = _load(file.parent / str(root.findtext("{*}modelName")))
    for case in root.iterfind("{*}testCase"):
        for node in case.iterfind("{*}resultNode"):
            expected = _value(node.find("{*}expected"))
            given = _decide(model, case, node.get("name", ""), expected)
            passed = not isinstance(given, Exception) and same(given, expected)
            yield Outcome(file.parent.name, f"{case.get('id')}/{node.get('name')}", expected, given, passed)


@cache
def _load(file: Path) -> dmn.Model:
    data = file.read_bytes()
    wanted = {item.get("namespace") for item in etree.fromstring(data).iterfind("{*}import")}
    others = [other for other in file.parent.glob("*.dmn") if other != file]
    imported = [_load(other) for other in others if etree.parse(other).getroot().get("namespace") in wanted]
    return dmn.load(data, imports=imported, standard=True)


def _decide(model: dmn.Model, case: etree._Element, result: str, expected: Value) -> Value:
    kind_of_case = case.get("type", "decision")
    name = result if kind_of_case == "decision" else case.get("invocableName") or result
    try:
        value = model.evaluate(name, _inputs(model, case), limits=ROOMY, now=NOW).value
    except FeelError as error:
        return error
    if kind_of_case == "decisionService" and is_context(value) and result in value and not is_context(expected):
        return value[result]
    return value


def _inputs(model: dmn.Model, case: etree._Element) -> dict[str, Value]:
    inputs: dict[str, Value] = {}
    for node in case.iterfind("{*}inputNode"):
        inputs[canonical(node.get("name", ""))] = _value(node)
        for prefix, imported in model.imports.items():
            if node.get("namespace") == imported.namespace:
                inputs.setdefault(prefix, {})[node.get("name")] = _value(node)
    return inputs


def _value(element: etree._Element | None) -> Value:
    below = [] if element is None else [part for part in element if isinstance(part.tag, str)]
    parts = [part for part in below if etree.QName(part).localname != "extensionElements"]
    if not parts or parts[0].get(_XSI + "nil") == "true":
        return None
    name = etree.QName(parts[0]).localname
    if name == "list":
        return [_value(item) for item in parts[0] if isinstance(item.tag, str)]
    if name == "component":
        return {part.get("name"): None if part.get(_XSI + "nil") == "true" else _value(part) for part in parts}
    return _scalar(parts[0])


def _scalar(element: etree._Element) -> Value:
    wanted, text = (element.get(_XSI + "type") or "").split(":")[-1], element.text or ""
    if wanted in _NUMBERS and text.strip() not in ("NaN", "INF", "-INF"):
        return Decimal(text.strip())
    if wanted == "boolean":
        return text.strip() in ("true", "1")
    read = _TEMPORAL.get(wanted)
    return text if read is None else read(text.strip())


def same(given: Value, expected: Value) -> bool:
    """Equal as the kit has it: numbers to 8 places, kinds alike, time zones alike."""
    meter = Meter(ROOMY)
    given, expected = normalise(given, meter), normalise(expected, meter)
    if isinstance(given, Decimal) and isinstance(expected, Decimal):
        return abs(given - expected) <= Decimal("1e-8") * max(Decimal(1), abs(expected))
    if type(given) is list and type(expected) is list:
        return len(given) == len(expected) and all(map(same, given, expected))
    if is_context(given) and is_context(expected):
        left = {canonical(key): value for key, value in given.items()}
        right = {canonical(key): value for key, value in expected.items()}
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return kind(given) == kind(expected) and equal(given, expected, meter) is True
