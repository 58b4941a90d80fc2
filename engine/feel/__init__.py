"""FEEL, the expression language of diagrams, decision tables and forms (DMN 1.5). See README.md."""

from engine.feel.checking import Finding, check
from engine.feel.dictionary import Dictionary, Field
from engine.feel.durations import Months
from engine.feel.errors import (
    FeelError,
    FeelLimitError,
    FeelNameError,
    FeelSyntaxError,
    FeelTypeError,
    FeelValueError,
    Note,
)
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_unary_tests,
    evaluate_condition,
)
from engine.feel.expression import (
    compile_expression as compile,  # noqa: A004 - the word for it, and read as feel.compile
)
from engine.feel.limits import Limits
from engine.feel.plain import to_plain
from engine.feel.ranges import Range
from engine.feel.values import Value

__all__ = [
    "Dictionary",
    "Expression",
    "FeelError",
    "FeelLimitError",
    "FeelNameError",
    "FeelSyntaxError",
    "FeelTypeError",
    "FeelValueError",
    "Field",
    "Finding",
    "Limits",
    "Months",
    "Note",
    "Range",
    "UnaryTests",
    "Value",
    "check",
    "compile",
    "compile_unary_tests",
    "evaluate_condition",
    "to_plain",
]
