"""A definition made ready to run: parsed once per process, shared by every instance, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine import dmn, feel
from engine.diagram import Diagram, Step, read_diagram
from engine.errors import Finding, InvalidDiagram, StepFailed
from engine.spiff.expressions import assigned_by, evaluate
from engine.spiff.parser import parse
from engine.structure import find_faults
from engine.variables import dictionary_of


@dataclass(frozen=True)
class Program:
    """The diagram, its files, what SpiffWorkflow runs by process id, its decisions and its data dictionary.

    `decisions` holds the decision models by decision id, `models` the same by file.
    """

    diagram: Diagram
    files: dict[str, bytes]
    specs: dict[str, Any]
    decisions: dict[str, dmn.Model]
    models: dict[str, dmn.Model]
    dictionary: feel.Dictionary | None = None

    def evaluate(self, text: str, variables: dict[str, Any], now: datetime) -> Any:
        """The value of a FEEL expression of this diagram as JSON. Raises StepFailed."""
        return feel.to_plain(evaluate(text, variables, now, self.dictionary))

    def step(self, identifier: str) -> Step:
        """The step of the diagram with this id."""
        return self.diagram.steps[identifier]

    @property
    def starts(self) -> list[Step]:
        """The start events of the process, in the order of the file."""
        key = self.diagram.key
        return [step for step in self.diagram.steps.values() if step.process == key and step.kind == "startEvent"]

    @property
    def plain_start(self) -> str | None:
        """The start event that waits for nothing, by which people and other processes start this one."""
        return next((start.id for start in self.starts if not start.events), None)

    def decide(self, workflow: Any, identifier: str) -> None:
        """Ask the decision table of a business rule task and put its answer into the variables.

        Raises StepFailed when the table has no answer for these variables.
        """
        step = self.step(identifier)
        decision = step.settings["decision"]
        environment = workflow.script_engine.environment
        environment.consulted = True
        answer = self.answer(decision, environment.variables, environment.now)
        environment.variables[step.settings.get("result", decision)] = answer

    def answer(self, decision: str, variables: dict[str, Any], now: datetime) -> Any:
        """What a decision table of the package says about these variables, as JSON. Raises StepFailed."""
        if decision not in self.decisions:
            raise StepFailed(f"There is no decision table “{decision}” in the package.")
        try:
            result = self.decisions[decision].evaluate(decision, variables, now=now)
        except feel.FeelError as error:
            raise StepFailed(f"The decision table “{decision}” cannot decide: {error}") from error
        return feel.to_plain(result.value)


def compile_program(files: dict[str, bytes]) -> Program:
    """Read a process package: exactly one `.bpmn`, any number of `.dmn`.

    Raises InvalidDiagram with what is wrong and what to do, Unreadable when the diagram cannot be read at all.
    """
    path = find_drawing(files)
    diagram = read_diagram(files[path], path)
    if faults := find_faults(diagram):
        raise InvalidDiagram(faults)
    return make_program(diagram, files)


def find_drawing(files: Mapping[str, bytes]) -> str:
    """The path of the one diagram of a package. Raises InvalidDiagram when there is none, or are several."""
    diagrams = [path for path in files if path.endswith(".bpmn")]
    if len(diagrams) != 1:
        problem = f"A package holds exactly one .bpmn file; this one has {len(diagrams)}."
        raise InvalidDiagram([Finding("package", problem, "Keep the diagram and its forms/ and decisions/ folders.")])
    return diagrams[0]


def make_program(diagram: Diagram, files: dict[str, bytes]) -> Program:
    """The program of a diagram that has no fault. Raises InvalidDiagram for what only its files or its parser show."""
    dictionary = _dictionary(diagram)
    models = read_models(files, dictionary)
    decisions = {decision: model for model in models.values() for decision, _name in model.decisions}
    try:
        specs = parse(diagram)
    except ValidationException as error:
        finding = Finding(error.tag or "diagram", str(error).splitlines()[0], "Correct the diagram.", file=diagram.file)
        raise InvalidDiagram([finding]) from error
    return Program(diagram, files, specs, decisions, models, dictionary)


def find_tables(diagram: Diagram | None, files: Mapping[str, bytes]) -> dict[str, dmn.Model]:
    """The decision models by path, with the data dictionary as far as the diagram says one.

    Raises InvalidDiagram for one that cannot be read.
    """
    try:
        dictionary = None if diagram is None else _dictionary(diagram)
    except InvalidDiagram:
        dictionary = None
    return read_models(files, dictionary)


def read_models(files: Mapping[str, bytes], dictionary: feel.Dictionary | None) -> dict[str, dmn.Model]:
    """The decision models of a package by path. Raises InvalidDiagram for one that cannot be read."""
    return {path: _model(path, content, dictionary) for path, content in files.items() if path.endswith(".dmn")}


def _dictionary(diagram: Diagram) -> feel.Dictionary | None:
    return dictionary_of(diagram, assigned_by(diagram.steps.values()))


def _model(path: str, content: bytes, dictionary: feel.Dictionary | None) -> dmn.Model:
    try:
        return dmn.load(content, types=dictionary)
    except feel.FeelError as error:
        raise InvalidDiagram([Finding("decision", str(error), "Correct the decision table.", file=path)]) from error
