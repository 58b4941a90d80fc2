"""The only package that knows SpiffWorkflow: parsing, running, and the codec of its state."""

from engine.spiff.program import Program, compile_program
from engine.spiff.running import Failure, Run, Wait

__all__ = ["Failure", "Program", "Run", "Wait", "compile_program"]
