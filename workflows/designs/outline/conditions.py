"""Conditions as people choose them: rows of a name, a comparison and a value; anything else stays FEEL.

The diagram's panel reads and writes the same shape (`panel/conditions.js`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

COMPARISONS = {
    "=": "is",
    "!=": "is not",
    ">=": "is at least",
    "<=": "is at most",
    ">": "is more than",
    "<": "is less than",
}
WITHOUT_ORDER = ("string", "boolean")
"""The types of which no value is more than another."""

NOTHING = {"=": "is not known", "!=": "is known"}
DECIDED = {'"approve"': "approved", '"reject"': "rejected", '"escalate"': "escalated"}
"""What a decision can come to, in words."""

ANSWERS = {"true": "yes", "false": "no", "null": "not known"}
_TERM = re.compile(
    r'([A-Za-z_][\w.]*)\s*(!=|<=|>=|=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)', re.ASCII
)
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\s+(?:and|or)\s+|[^"\s]+|\s+|"')
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ANYTHING = re.compile(r"-?\d+(\.\d+)?|true|false", re.ASCII)


@dataclass(frozen=True)
class Comparison:
    """One row: the variable, the sign of the comparison, and the value as FEEL writes it."""

    name: str
    sign: str
    value: str

    @property
    def text(self) -> str:
        """The value as people read and type it."""
        return re.sub(r"\\(.)", r"\1", self.value[1:-1]) if self.value.startswith('"') else self.value


@dataclass(frozen=True)
class Condition:
    """Rows that all hold (`join` is "and"), or of which one does ("or")."""

    rows: tuple[Comparison, ...]
    join: str = "and"


def parse_condition(text: str) -> Condition | None:
    """The rows of a condition made of simple comparisons joined in one way; None for any other FEEL."""
    terms, joins = [""], []
    for piece in _PIECE.findall(text):
        if piece.strip() in ("and", "or") and piece[:1].isspace() and piece[-1:].isspace():
            joins.append(piece.strip())
            terms.append("")
        else:
            terms[-1] += piece
    found = [_TERM.fullmatch(term.strip()) for term in terms]
    if len(set(joins)) > 1 or not all(found):
        return None
    rows = tuple(Comparison(match[1], match[2], match[3]) for match in found if match)
    return Condition(rows, joins[0] if joins else "and")


def write_condition(condition: Condition) -> str:
    """The condition as FEEL."""
    return f" {condition.join} ".join(f"{row.name} {row.sign} {row.value}" for row in condition.rows)


def write_value(text: str, kind: str) -> str:
    """A value that somebody typed, as FEEL writes it; `kind` is the type of the variable, "" if nobody knows."""
    if kind == "number" and _NUMBER.fullmatch(text):
        return text
    if kind == "boolean":
        text = next((value for value, word in ANSWERS.items() if word == text.lower()), text)
    if text == "null" or (kind == "boolean" and text in ANSWERS):
        return text
    if kind != "string" and _ANYTHING.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def signs_for(kind: str) -> Mapping[str, str]:
    """The comparisons that fit a type, each with its words."""
    return {sign: COMPARISONS[sign] for sign in ("=", "!=")} if kind in WITHOUT_ORDER else COMPARISONS


def say_condition(text: str, labels: Mapping[str, str]) -> str:
    """The condition in words, with what people call its variables; FEEL that is no row of comparisons as it is."""
    condition = parse_condition(text)
    if condition is None:
        return text
    said: list[str] = []
    for before, row in zip((None, *condition.rows), condition.rows, strict=False):
        again = before is not None and condition.join == "or" and (before.name, before.sign) == (row.name, "=")
        if again and row.value != "null":
            said[-1] += f" or {_say_value(row)}"
        else:
            said.append(_say_row(row, labels))
    return f" {condition.join} ".join(said)


def _say_row(row: Comparison, labels: Mapping[str, str]) -> str:
    """One comparison; what holds or not is said by its label alone: “the self-assessment was skipped”."""
    name = _say_name(row.name, labels)
    is_said = bool(labels.get(row.name)) and not name.startswith("“")
    return name if is_said and (row.sign, row.value) == ("=", "true") else f"{name} {_say_comparison(row)}"


def _say_name(name: str, labels: Mapping[str, str]) -> str:
    """What people call a variable: its label up to the first explanation, else its name; a question as it is asked."""
    if (labels.get(name) or "").endswith("?"):
        return f"“{labels[name]}”"
    label = re.split(r"[,;(]", labels.get(name) or "")[0].strip()
    return label[:1].lower() + label[1:] if label else name.replace("_", " ")


def _say_comparison(row: Comparison) -> str:
    if row.value == "null" and row.sign in NOTHING:
        return NOTHING[row.sign]
    return f"{COMPARISONS[row.sign]} {_say_value(row)}"


def _say_value(row: Comparison) -> str:
    if row.value in DECIDED:
        return DECIDED[row.value]
    return f"“{row.text}”" if row.value.startswith('"') else ANSWERS.get(row.value, row.value)
