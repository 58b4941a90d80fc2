"""DMN decision models: decision tables and requirement graphs on FEEL. See README.md."""

from engine.dmn.errors import DmnError, DmnFileError
from engine.dmn.model import Model, load
from engine.dmn.trace import DecisionTrace, Result, RowTrace, TableTrace

__all__ = ["DecisionTrace", "DmnError", "DmnFileError", "Model", "Result", "RowTrace", "TableTrace", "load"]
