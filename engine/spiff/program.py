"""A definition made ready to run: parsed once per process, shared by every instance, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine import dmn, feel
from engine.diagram import Diagram, Step, read_diagram
from engine.errors import Finding, InvalidDiagram, StepFailed
from engine.spiff.expressions import assignments, evaluate
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

    def decide(self, workflow: Any, identifier: str) -> None:
        """Ask the decision table of a business rule task and put its answer into the variables.

        Raises StepFailed when the table has no answer for these variables.
        """
        step = self.step(identifier)
        decision = step.settings["decision"]
        environment = workflow.script_engine.environment
        environment.consulted = True
        try:
            result = self.decisions[decision].evaluate(decision, environment.variables, now=environment.now)
        except feel.FeelError as error:
            raise StepFailed(f"The decision table “{decision}” cannot decide: {error}") from error
        environment.variables[step.settings.get("result", decision)] = feel.to_plain(result.value)


def compile_program(files: dict[str, bytes]) -> Program:
    """Read a process package: exactly one `.bpmn`, any number of `.dmn`.

    Raises InvalidDiagram with what is wrong and what to do.
    """
    diagrams = [path for path in files if path.endswith(".bpmn")]
    if len(diagrams) != 1:
        problem = f"A package holds exactly one .bpmn file; this one has {len(diagrams)}."
        raise InvalidDiagram([Finding("package", problem, "Keep the diagram and its forms/ and decisions/ folders.")])
    diagram = read_diagram(files[diagrams[0]], diagrams[0])
    if faults := find_faults(diagram):
        raise InvalidDiagram(faults)
    dictionary = dictionary_of(diagram, {step.id: _assigned(step) for step in diagram.steps.values()})
    models = {path: _model(path, content, dictionary) for path, content in files.items() if path.endswith(".dmn")}
    decisions = {decision: model for model in models.values() for decision, _name in model.decisions}
    try:
        specs = parse(diagram.root, diagram.key)
    except ValidationException as error:
        finding = Finding(error.tag or "diagram", str(error).splitlines()[0], "Correct the diagram.", file=diagrams[0])
        raise InvalidDiagram([finding]) from error
    return Program(diagram, files, specs, decisions, models, dictionary)


def _assigned(step: Step) -> tuple[str, ...]:
    """The variables a “set values” step sets; none where its text is not understood, which the checks will say."""
    try:
        return tuple(name for name, _ in assignments(step.script))
    except StepFailed:
        return ()


def _model(path: str, content: bytes, dictionary: feel.Dictionary | None) -> dmn.Model:
    try:
        return dmn.load(content, types=dictionary)
    except feel.FeelError as error:
        raise InvalidDiagram([Finding("decision", str(error), "Correct the decision table.", file=path)]) from error
