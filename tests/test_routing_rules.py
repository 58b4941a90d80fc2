"""The rules of routing, R1 to R20, each have tests that name them: the case and its neighbour."""

import ast
import re
from collections import Counter
from pathlib import Path

from workflows.routing.situations import SITUATIONS, complete_choices, find_choice_problems, tell_choices

TESTS = Path(__file__).parent
RULES = range(1, 21)
NAMED = re.compile(r"(?<=_)r(\d+)(?=_)")


def test_each_rule_has_a_test_of_the_case_and_one_of_its_neighbour() -> None:
    found = Counter(
        int(number)
        for file in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for number in NAMED.findall(node.name)
    )

    assert {f"R{rule}": found[rule] for rule in RULES if found[rule] < 2} == {}
    assert found.keys() <= set(RULES)


def test_each_situation_of_a_cycle_names_its_rule_and_has_a_default_that_can_be_chosen() -> None:
    assert {one.rule for one in SITUATIONS.values()} == {"R5", "R10", "R11", "R12", "R13", "R15", "R16", "R18"}
    usual = complete_choices({})
    assert find_choice_problems(usual) == {}
    assert [label for label, _ in tell_choices(usual)] == [one.label for one in SITUATIONS.values()]


def test_each_choice_of_a_situation_is_said_in_words_of_its_own() -> None:
    choices = [choice for one in SITUATIONS.values() for choice in one.choices]

    assert [choice.name for choice in choices if not choice.help.endswith(".") or choice.label.endswith(".")] == []
    counting = {name for one in SITUATIONS.values() for number in one.numbers for name in number.counts_with}
    assert counting <= {choice.name for choice in choices}
