"""What is checked before a diagram is published: everything that would stop a running case.

Each finding names the element, says what is wrong and what to do about it.
"""

from collections.abc import Callable, Iterable, Mapping

import orjson

from engine import clock, feel
from engine.deadlines import moment, parse_duration
from engine.diagram import Step
from engine.errors import Finding, StepFailed
from engine.registry import handlers, populations, router
from engine.spiff import Program
from engine.spiff.expressions import assignments
from engine.structure import name_of
from engine.variables import with_answers

KINDS_OF_FILE = (".bpmn", ".dmn", ".json", ".md")


def check(program: Program, files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding about what a package says; empty when it can be published. `structure` has seen how it is drawn."""
    findings: list[Finding] = []
    for step in program.diagram.steps.values():
        for rule in RULES:
            findings.extend(rule(step, program, files))
    for flow in program.diagram.flows:
        conditions = [flow.condition] if flow.condition else []
        findings.extend(_understand(flow.name, conditions, program.dictionary, wanted="boolean"))
    for finding in findings:
        finding.file = program.diagram.file
    return [*findings, *_decisions(program), *_files(files)]


def _decisions(program: Program) -> Iterable[Finding]:
    """What is wrong with the decision tables; what may be meant, such as a gap, is only a warning."""
    for path, model in program.models.items():
        for found in model.check():
            yield Finding(found.element or "decision", found.message, found.hint, file=path, severity=found.severity)


def _files(files: Mapping[str, bytes]) -> Iterable[Finding]:
    for path, content in files.items():
        if not path.endswith(KINDS_OF_FILE):
            yield Finding("file", "A package holds no files of this kind.", "Leave it out.", file=path)
        elif path.endswith(".json"):
            try:
                orjson.loads(content)
            except orjson.JSONDecodeError as error:
                yield Finding("form", f"It is not JSON: {error}.", "Save it again from the form builder.", file=path)


def _finding(step: Step, problem: str, remedy: str) -> Finding:
    return Finding(name_of(step), problem, remedy)


def _person(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind not in ("userTask", "manualTask"):
        return
    if not step.settings.get("actor"):
        yield _finding(step, "Nobody is named to do this step.", "Choose who does it.")
    elif problem := router().find_problem(step):
        yield _finding(step, problem, "Choose somebody else to do it.")
    form = step.settings.get("form")
    if form and f"forms/{form}.json" not in files:
        yield _finding(step, f"There is no form “{form}” in the package.", f"Add forms/{form}.json or choose another.")
    yield from _time(step, step.settings.get("due"), program)
    for text in step.settings.get("remind", "").split():
        if parse_duration(text) is None:
            yield _finding(step, f"“{text}” is no duration.", "Write for instance P3D for 3 days before.")
    answers = None if program.dictionary is None else with_answers(program.dictionary, step, files)
    yield from _expressions(step, [value for _, value in step.sets], answers)


def _machine(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind in ("serviceTask", "sendTask"):
        name = step.settings.get("handler", "")
        if name not in handlers:
            known = ", ".join(sorted(handlers)) or "none"
            yield _finding(step, f"There is no handler “{name}”.", f"Choose one of: {known}.")
        yield from _expressions(step, [value for _, value in step.parameters], program.dictionary)
    if step.kind == "businessRuleTask":
        decision = step.settings.get("decision", "")
        if decision not in program.decisions:
            yield _finding(step, f"There is no decision table “{decision}” in the package.", "Choose one that is.")
    if step.kind == "scriptTask":
        try:
            yield from _expressions(step, [value for _, value in assignments(step.script)], program.dictionary)
        except StepFailed as error:
            yield _finding(step, str(error), "Other scripts are not run.")


def _population(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.over is not None and step.over not in populations:
        known = ", ".join(sorted(populations)) or "none"
        yield _finding(step, f"There is no population “{step.over}”.", f"Choose one of: {known}.")
    if step.completion:
        yield from _completion(step, step.completion)


def _completion(step: Step, condition: str) -> Iterable[Finding]:
    """Only two numbers are known to it, so it can be tried out."""
    try:
        value = feel.compile(condition).evaluate({"done": 1, "total": 2}, now=clock.now())
    except feel.FeelError as error:
        yield _finding(step, f"“{condition}” is not understood: {error}", "It may use “done” and “total”.")
    else:
        if not isinstance(value, bool):
            remedy = "Compare, for instance: done / total >= 0.8."
            yield _finding(step, f"“{condition}” must give true or false.", remedy)


def _timers(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if "timerEventDefinition" not in step.events:
        return
    if step.timer_kind == "timeCycle":
        yield _finding(step, "Repeating timers do not run here.", "Use a duration, and a loop back if it must repeat.")
    elif step.timer is None:
        yield _finding(step, "This timer has no time.", "Give a duration such as P14D or a date.")
    else:
        yield from _time(step, step.timer, program)


def _time(step: Step, text: str | None, program: Program) -> Iterable[Finding]:
    """A duration, a date, or an expression that gives one of them."""
    if text is None or parse_duration(text) is not None:
        return
    if text.startswith("P") and text[1:2].isdigit():
        yield _finding(step, f"“{text}” is no duration.", "Write for instance P14D for 14 days.")
    elif text[:4].isdigit():
        try:
            moment(text, clock.now())
        except StepFailed as error:
            yield _finding(step, str(error), "Correct it.")
    else:
        yield from _expressions(step, [text], program.dictionary)


def _messages(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    texts = [step.settings["correlate"]] if "correlate" in step.settings else []
    yield from _expressions(step, texts, program.dictionary)


def _expressions(step: Step, texts: Iterable[str], dictionary: feel.Dictionary | None) -> Iterable[Finding]:
    return _understand(name_of(step), texts, dictionary)


def _understand(
    element: str, texts: Iterable[str], dictionary: feel.Dictionary | None, *, wanted: str | None = None
) -> Iterable[Finding]:
    """What is wrong with expressions. Names can be judged only where the diagram declares its variables."""
    for text in texts:
        for found in feel.check(text, dictionary or {}, wanted=wanted):
            if dictionary is not None or found.problem != "name":
                place = "" if found.position is None else f" (character {found.position + 1} of: {text.strip()})"
                problem = f"“{text.strip()}” is not understood: {found.message}{place}"
                yield Finding(element, problem, found.hint or "Correct the expression.")


RULES: tuple[Callable[[Step, Program, Mapping[str, bytes]], Iterable[Finding]], ...] = (
    _person,
    _machine,
    _population,
    _timers,
    _messages,
)
