"""Trying out the decision tables of a design: its test rows, and values that somebody just typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine import InvalidDiagram, NotFound, dmn, feel, read_table
from workflows.designs.tables import TABLES


@dataclass(frozen=True)
class Asked:
    """A value that a table needs: its name, its type in FEEL, and what people call it."""

    name: str
    type: str
    label: str


@dataclass(frozen=True)
class Tried:
    """One decision that was tried out: the answers as FEEL, and the numbers of the rows that held and that decided.

    `cells` has, by row, the outcomes of its cells up to the first that did not hold: true, false, or null where it
    could not be told. `problem` says why it is not what was expected, or why there is no answer; `wrong` names the
    answers that are others.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    matched: tuple[int, ...] = ()
    decided: tuple[int, ...] = ()
    cells: Mapping[int, tuple[bool | None, ...]] = field(default_factory=dict)
    used_default: bool = False
    problem: str = ""
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trials:
    """What a file of tables needs to be tried out, and what became of its test rows, by decision in their order."""

    asks: tuple[Asked, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: Mapping[str, list[Tried]] = field(default_factory=dict)
    problem: str = ""


def run_trials(files: Mapping[str, bytes], name: str, now: datetime) -> Trials:
    """Run every test row of a file of tables. One that cannot be read says so. Raises NotFound."""
    try:
        model = _read(files, name)
    except InvalidDiagram as invalid:
        return Trials(problem=str(invalid))
    rows: dict[str, list[Tried]] = {decision: [] for decision, _ in model.decisions}
    for verdict in dmn.run_rows(model, now):
        rows[verdict.row.decision].append(_tried(verdict.trial, verdict.problem, verdict.wrong))
    answers = {decision: dmn.answered(model, decision) for decision, _ in model.decisions}
    return Trials(tuple(_asked(model)), answers, rows)


def try_values(files: Mapping[str, bytes], name: str, decision: str, given: Mapping[str, str], now: datetime) -> Tried:
    """Ask a decision with values written in FEEL. Raises NotFound, or InvalidDiagram for a file that is no table."""
    model = _read(files, name)
    if decision not in dict(model.decisions):
        raise NotFound("There is no such decision in this file. Reload the page.")
    trial = dmn.try_out(model, decision, given, now)
    return _tried(trial, trial.problem)


def _read(files: Mapping[str, bytes], name: str) -> dmn.Model:
    path = TABLES.path_of(name)
    if path not in files:
        raise NotFound(f"This design holds no table {name[:80]}.")
    return read_table(files, path)


def _asked(model: dmn.Model) -> list[Asked]:
    known: Mapping[str, feel.Field] = model.dictionary.fields if model.dictionary is not None else {}
    return [
        Asked(name, "Any" if kind is None else kind.name, (known[name].label if name in known else "") or name)
        for name, kind in dmn.asked(model).items()
    ]


def _tried(trial: dmn.Trial, problem: str, wrong: tuple[str, ...] = ()) -> Tried:
    tables = trial.result.trace[-1].tables if trial.result and trial.result.trace else ()
    if not tables:
        return Tried(trial.shown, problem=problem, wrong=wrong)
    table = tables[-1]
    cells = {row.number: row.cells for row in table.rows}
    return Tried(trial.shown, table.matched, table.decided, cells, table.used_default, problem, wrong)
