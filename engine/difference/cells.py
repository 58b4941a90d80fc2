"""The cells of decision tables in words, as far as they are simple; all others as they are written."""

import re

from engine.difference.change import quote

_TEXT = r'"(?:[^"\\]|\\.)*"'
_NUMBER = r"-?\d+(?:\.\d+)?"
_VALUE = re.compile(rf"{_TEXT}|{_NUMBER}|true|false|null")
_VALUES = re.compile(rf"(?:{_VALUE.pattern})(?:\s*,\s*(?:{_VALUE.pattern}))*")
_NOT = re.compile(rf"not\(\s*({_VALUES.pattern})\s*\)")
_COMPARED = re.compile(rf"(<=|>=|<|>)\s*({_NUMBER})")
_BETWEEN = re.compile(rf"([\[\](])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\[\])])")
_SIGNS = {"<=": "is at most", ">=": "is at least", "<": "is less than", ">": "is more than"}
_PLAIN = {"true": "yes", "false": "no", "null": "nothing"}


def say_test(text: str) -> str:
    """What is asked of a column, behind its name: “is at least 4”, “is “bonus” or “raise””."""
    if _VALUES.fullmatch(text):
        return f"is {_say_values(text)}"
    if found := _NOT.fullmatch(text):
        return f"is not {_say_values(found[1])}"
    if found := _COMPARED.fullmatch(text):
        return f"{_SIGNS[found[1]]} {found[2]}"
    if found := _BETWEEN.fullmatch(text):
        low = "at least" if found[1] == "[" else "more than"
        high = "at most" if found[4] == "]" else "less than"
        return f"is {low} {found[2]} and {high} {found[3]}"
    return f"is {quote(text)}"


def say_answer(text: str) -> str:
    """What a column answers: a text in quotation marks, yes or no; an expression as it is written."""
    return _say_value(text) if _VALUE.fullmatch(text) else quote(text) if text else "nothing"


def _say_values(text: str) -> str:
    return " or ".join(_say_value(value) for value in _VALUE.findall(text))


def _say_value(text: str) -> str:
    if text.startswith('"'):
        return quote(re.sub(r"\\(.)", r"\1", text[1:-1]))
    return _PLAIN.get(text, text)
