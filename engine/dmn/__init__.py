"""DMN decision models: decision tables and requirement graphs on FEEL. See README.md."""

from engine.dmn.errors import DmnError, DmnFileError
from engine.dmn.model import Model, load
from engine.dmn.trace import DecisionTrace, Result, RowTrace, TableTrace
from engine.dmn.trials import Trial, TrialRow, Verdict, answered, asked, read_rows, run_rows, try_out
from engine.dmn.xml_reading import local_name

__all__ = [
    "DecisionTrace",
    "DmnError",
    "DmnFileError",
    "Model",
    "Result",
    "RowTrace",
    "TableTrace",
    "Trial",
    "TrialRow",
    "Verdict",
    "answered",
    "asked",
    "load",
    "local_name",
    "read_rows",
    "run_rows",
    "try_out",
]
