"""The budget of an evaluation."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from engine import feel
from engine.feel import Limits
from tests.engine.patience import is_within


@pytest.mark.parametrize(
    ("limits", "text", "message"),
    [
        (Limits(steps=100), "for i in 1..1000 return i", "too many steps"),
        (Limits(items=10), "for i in 1..11 return i", "at most 10 steps"),
        (Limits(items=10), "for i in 1..5, j in 1..5 return i", "more than 10 items"),
        (Limits(characters=10), '"abcdef" + "abcdef"', "more than 10 characters"),
        (Limits(characters=10), "string([1,2,3,4,5,6])", "more than 10 characters"),
        (Limits(characters=10), 'replace("aaaa", "a", "bbbb")', "more than 10 characters"),
        (Limits(calls=5), "{f: function(n) f(n), r: f(1)}.r", "calls itself too many times"),
        (Limits(seconds=0.0), "for i in 1..1000 return i", "takes too long"),
    ],
)
def test_each_limit_stops_an_evaluation_with_a_reason(limits: Limits, text: str, message: str) -> None:
    with pytest.raises(feel.FeelLimitError) as told:
        feel.compile(text).evaluate({}, limits=limits)

    assert message in str(told.value)
    assert told.value.hint or "at most" in told.value.message


def test_what_stays_inside_of_the_budget_is_worked_out() -> None:
    text = "count((for i in 1..10000 return i * 2)[item > 10000])"

    assert feel.compile(text).evaluate({}) == 5000


def test_the_budget_is_new_for_every_evaluation() -> None:
    expression = feel.compile("count(for i in 1..20000 return i)")

    assert {int(expression.evaluate({})) for _ in range(10)} == {20000}


def test_nothing_that_runs_python_is_used() -> None:
    """No eval, exec, compile or attribute access by computed name in the package."""
    import ast
    from pathlib import Path

    for file in Path(feel.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        allowed = {"getattr"} if file.name == "nodes.py" else set()
        assert not called & {"eval", "exec", "compile", "getattr", "setattr", "__import__"} - allowed, file


def test_importing_the_package_brings_little_with_it() -> None:
    """Whoever only evaluates expressions loads neither the database nor the process engine."""
    list_loaded = "import sys; before = set(sys.modules); import engine.feel; print(*(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", list_loaded], capture_output=True, text=True, check=True).stdout
    ours = {module for module in loaded.split() if module.startswith("engine.")}

    assert ours == {module for module in ours if module.startswith("engine.feel")}
    assert not {"sqlalchemy", "SpiffWorkflow", "lxml", "celery"} & set(loaded.split())


def test_reading_stays_quick_with_a_large_data_dictionary() -> None:
    """Finding a name of several words must not depend on how many names begin alike."""
    many = feel.Dictionary({f"field number {number}": "number" for number in range(5000)})
    text = " + ".join(["field number 4999"] * 150)

    feel.compile(text, types=many)
    start = time.process_time()
    for spaces in range(5):
        feel.compile(text + " " * spaces + "+ 1", types=many)

    assert is_within(time.process_time() - start, 1)
