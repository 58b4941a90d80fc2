"""How fast conditions and decision tables are worked out, beside Python's own eval of the same condition."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from engine import dmn, feel
from engine.feel.expression import STANDARD_NAMES, compile_text

_SECONDS = 0.5
_REVIEWS = [{"rating": float(number % 5 + 1)} for number in range(20)]
DATA: dict[str, Any] = {
    "rating": 4.5,
    "increase": 9,
    "proposed_grade": "E1",
    "hire_date": "2024-01-10",
    "cycle_start": "2025-01-01",
    "reviews": _REVIEWS,
}
TYPES = feel.Dictionary(
    {
        "rating": "number",
        "increase": "number",
        "proposed_grade": "string",
        "hire_date": "date",
        "cycle_start": "date",
        "reviews": "list",
        "reviews.rating": "number",
    }
)
CONDITIONS = {
    "a and b": "rating >= 4 and increase > 8",
    "in a list": 'proposed_grade in ["E1","E2"]',
    "dates": 'hire_date < cycle_start - duration("P90D")',
    "count over 20": "count(reviews[rating < 3]) > 0",
}
_ROWS = (("[1..3)", "-", "0"), ("[3..4)", '"E1","E2"', "3.5"), (">= 4", 'not("E9")', "8.5"), (">= 4", '"E9"', "10"))


def run() -> list[tuple[str, float, str]]:
    """(label, figure, unit), measured warm and in one thread."""
    figures = [
        (f"FEEL condition, {label}", _per_second(_evaluation(text)), "evaluations/s")
        for label, text in CONDITIONS.items()
    ]
    python = compile("rating >= 4 and increase > 8", "bench", "eval")
    figures.append(("Python's eval, a and b", _per_second(lambda: eval(python, {}, DATA)), "evaluations/s"))  # noqa: S307
    reading = _per_second(lambda: compile_text(CONDITIONS["a and b"], STANDARD_NAMES))
    figures.append(("FEEL reading, a and b", reading, "expressions/s"))
    model = dmn.load(table(_ROWS))
    figures.append(("decision, 4-row table", _per_second(lambda: model.evaluate("raise", DATA)), "decisions/s"))
    return figures


def _evaluation(text: str) -> Callable[[], object]:
    expression = feel.compile(text, types=TYPES)
    if expression.evaluate(DATA) is not True:
        raise AssertionError(f"{text} should hold")
    return lambda: expression.evaluate(DATA)


def _per_second(work: Callable[[], object]) -> float:
    work()
    end, count, start = time.perf_counter() + _SECONDS, 0, time.perf_counter()
    while time.perf_counter() < end:
        for _ in range(100):
            work()
        count += 100
    return count / (time.perf_counter() - start)


def table(rows: tuple[tuple[str, str, str], ...]) -> str:
    """A decision table on rating and proposed grade."""
    lines = "".join(
        f"<rule><inputEntry><text><![CDATA[{rating}]]></text></inputEntry><inputEntry><text>{grade}</text></inputEntry>"
        f"<outputEntry><text>{result}</text></outputEntry></rule>"
        for rating, grade, result in rows
    )
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="bench" namespace="bench">
      <decision id="raise" name="Raise"><decisionTable hitPolicy="UNIQUE">
        <input label="Rating"><inputExpression typeRef="number"><text>rating</text></inputExpression></input>
        <input label="Grade"><inputExpression typeRef="string"><text>proposed_grade</text></inputExpression></input>
        <output name="percent" typeRef="number"/>{lines}</decisionTable></decision></definitions>"""


if __name__ == "__main__":
    for label, figure, unit in run():
        print(f"{label:28} {figure:12,.0f} {unit}")
