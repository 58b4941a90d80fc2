"""Values as plain data for JSON: exact, and bounded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine import feel

PLAIN: dict[str, Any] = {
    "4": 4,
    "8.50": "8.50",
    "0.1 + 0.2": "0.3",
    "9007199254740993": "9007199254740993",
    "-3": -3,
    "1/3": "0.3333333333333333333333333333333333",
    "true": True,
    "null": None,
    '"text"': "text",
    '@"2026-03-31"': "2026-03-31",
    'date and time("2026-03-31T09:00:00Z")': "2026-03-31T09:00:00Z",
    'date and time("2026-03-31T09:00:00@Europe/Paris")': "2026-03-31T09:00:00@Europe/Paris",
    'time("09:00:00+02:00")': "09:00:00+02:00",
    'duration("PT36H")': "P1DT12H",
    'duration("P18M")': "P1Y6M",
    "[1..5)": "[1..5)",
    "(> 3)": "> 3",
    '{a: [1, {b: "c"}]}': {"a": [1, {"b": "c"}]},
}


@pytest.mark.parametrize(("text", "expected"), PLAIN.items())
def test_a_value_becomes_plain_data(text: str, expected: Any) -> None:
    plain = feel.to_plain(feel.compile(text).evaluate({}))

    assert plain == expected
    assert type(plain) is type(expected)
    assert json.loads(json.dumps(plain)) == expected


def test_a_function_cannot_be_stored() -> None:
    with pytest.raises(feel.FeelTypeError, match="Call the function"):
        feel.to_plain(feel.compile("function(x) x").evaluate({}))


@pytest.mark.parametrize("shared", ["a" * 1000, list(range(1000)), {str(n): n for n in range(1000)}])
def test_what_is_shared_many_times_is_charged_each_time(shared: Any) -> None:
    """JSON writes it out each time: a small value would become gigabytes."""
    with pytest.raises(feel.FeelLimitError):
        feel.to_plain([[shared] * 1000] * 1000)


def test_what_contains_itself_is_an_error_and_not_the_end() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(feel.FeelLimitError):
        feel.to_plain(endless)
