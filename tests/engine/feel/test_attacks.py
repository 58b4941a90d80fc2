"""No expression hangs the server, fills its memory or gets out: each is worked out or stopped within its budget."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine import feel
from tests.engine.feel.attacks import ATTACKS
from tests.engine.patience import is_within

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS, MOST_MEGABYTES = 1.5, 50


@pytest.fixture(scope="session")
def outcomes() -> dict[str, dict[str, Any]]:
    """Every attack, run once, each in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("attacks.py"))],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        timeout=300,
    )
    return {found["name"]: found for found in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_stopped_in_time(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    found = outcomes[name]

    assert not found["outcome"].startswith("ESCAPED"), found
    assert is_within(found["seconds"], MOST_SECONDS), found
    assert found["megabytes"] <= MOST_MEGABYTES, found


@pytest.mark.parametrize(
    "name",
    [
        "lists compared in a loop",
        "sharing a big list",
        "sharing a big text",
        "text of what is shared",
        "contains within a loop",
        "partial of partial",
        "joining a shared text",
    ],
)
def test_what_costs_more_than_it_seems_is_charged(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    """Each of these once took seconds or gigabytes while hardly any step was counted."""
    assert outcomes[name]["outcome"].startswith("FeelLimitError"), outcomes[name]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_can_be_checked_in_time(name: str) -> None:
    """The designer's checks read what nobody has worked out yet."""
    start = time.process_time()

    findings = feel.check(ATTACKS[name], {"rating": "number"})

    assert is_within(time.process_time() - start, MOST_SECONDS)
    assert all(str(finding) for finding in findings)


@pytest.mark.parametrize("chain", range(60, 200, 10))
def test_a_long_expression_is_checked_or_refused_whatever_its_depth(chain: int) -> None:
    text = "1" + " + 1" * chain
    for _ in range(6):
        text = f"({text})" + " + 1" * chain

    assert all(str(finding) for finding in feel.check(text, {}))
