"""The only package that knows SpiffWorkflow: parsing, running, and the codec of its state."""

from engine.spiff.program import Program, compile_program, find_drawing, find_tables, make_program
from engine.spiff.running import Failure, Run, Wait
from engine.spiff.schema import find_breaches

__all__ = [
    "Failure",
    "Program",
    "Run",
    "Wait",
    "compile_program",
    "find_breaches",
    "find_drawing",
    "find_tables",
    "make_program",
]
