"""No Python of a diagram is ever evaluated: in no place where an expression can stand, by no forgotten engine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment

from engine import registry
from engine.errors import InvalidDiagram, StepFailed
from engine.spiff import Run, compile_program
from tests.engine.faults import WRITE
from tests.engine.playing import Play, gather_team, read_diagram, read_tables

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

PLACES = {
    "condition": ("exclusive_gateway", "amount &gt; 100"),
    "value of an answer": ("exclusive_gateway", 'value="amount"'),
    "parameter": ("service_task", "boxes * 20"),
    "set values": ("set_values", "amount * 2"),
    "duration of a timer": ("timer_duration", "P3D"),
    "date of a timer": ("timer_date", "2099-01-01T09:00:00Z"),
    "correlation": ("receive_task", 'correlate="employee"'),
    "deadline": ("one_step", 'rf:actor="ann"'),
    "share of members": ("members_share", "done / total &gt;= 0.5"),
    "input of a table": ("business_rule", "amount"),
    "cell of a table": ("business_rule", '"high"'),
}


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    """A file that is only there if Python was evaluated."""
    path = tmp_path / "python_was_here"
    yield path
    assert not path.exists()


def attack(place: str, marker: Path) -> dict[str, bytes]:
    """A package with Python in this place."""
    diagram, old = PLACES[place]
    python = f"__import__('os').mkdir('{marker}')"
    attribute = f'"{python}"'
    new = {
        "value of an answer": f"value={attribute}",
        "correlation": f"correlate={attribute}",
        "deadline": f'rf:actor="ann" rf:due={attribute}',
    }.get(place, python)
    tables = read_tables("approval") if diagram == "business_rule" else {}
    if place.endswith("table"):
        tables = {path: content.replace(old.encode(), new.encode()) for path, content in tables.items()}
        return {f"{diagram}.bpmn": read_diagram(diagram), **tables}
    content = read_diagram(diagram)
    assert old.encode() in content
    return {f"{diagram}.bpmn": content.replace(old.encode(), new.encode()), **tables}


class TestPythonInADiagram:
    @pytest.mark.parametrize("place", PLACES)
    def test_is_refused_when_it_is_published(self, play: Play, place: str, marker: Path) -> None:
        gather_team("E1")
        registry.handler("tests.weigh")(lambda _session, _call: None)
        findings = play.findings(attack(place, marker))
        assert findings
        assert "__import__" in " ".join(findings) or place.endswith("table")

    @pytest.mark.parametrize("place", ["condition", "set values", "input of a table", "cell of a table"])
    def test_is_not_evaluated_even_if_the_checks_were_passed_by(self, place: str, marker: Path) -> None:
        # given
        package = attack(place, marker)
        try:
            program = compile_program(package)
        except InvalidDiagram:
            return
        # when
        run = Run(program, program.diagram.key, {"amount": 500}, NOW)
        failures = run.begin()
        for wait in run.waits().values():
            failures += run.complete(wait.token)
        # then
        assert len(failures) == 1
        assert "cannot" in failures[0].problem

    @pytest.mark.parametrize("script", ["preScript", "postScript"])
    def test_in_the_extensions_of_another_tool_is_not_read(self, play: Play, script: str, marker: Path) -> None:
        spiff = f"<s:{script} xmlns:s='http://spiffworkflow.org/bpmn/schema/1.0/core'>"
        python = f"__import__('os').mkdir('{marker}')"
        extended = WRITE.replace(
            " />", f"><bpmn:extensionElements>{spiff}{python}</s:{script}></bpmn:extensionElements></bpmn:userTask>"
        )
        package = {"one_step.bpmn": read_diagram("one_step").replace(WRITE.encode(), extended.encode())}
        play.launch(play.publish(package).id)
        play.complete("write")
        assert play.open() == []


class TestForgottenEngine:
    """SpiffWorkflow gives every new and every restored workflow an engine that evaluates Python: it must refuse."""

    def test_a_workflow_without_ours_refuses_scripts(self, marker: Path) -> None:
        program = compile_program(attack("set values", marker))
        workflow = BpmnWorkflow(program.specs["set_values"], program.specs)
        with pytest.raises(WorkflowTaskException) as refusal:
            workflow.run_all()
        assert isinstance(refusal.value.__context__, StepFailed)

    @pytest.mark.parametrize("method", ["evaluate", "execute"])
    def test_the_default_environment_refuses(self, method: str, marker: Path) -> None:
        act: Any = getattr(TaskDataEnvironment({}), method)
        with pytest.raises(StepFailed, match="switched off"):
            act(f"__import__('os').mkdir('{marker}')", {})

    def test_the_default_engine_refuses_conditions(self, marker: Path) -> None:
        program = compile_program({"exclusive_gateway.bpmn": read_diagram("exclusive_gateway")})
        workflow = BpmnWorkflow(program.specs["exclusive_gateway"], program.specs)
        assert isinstance(workflow.script_engine, PythonScriptEngine)
        workflow.run_all()
        (task,) = workflow.get_tasks(spec_name="ask")
        task.run()
        with pytest.raises(WorkflowTaskException) as refusal:
            workflow.run_all()
        assert isinstance(refusal.value.__context__, StepFailed)
