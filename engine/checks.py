"""What is checked before a diagram is published: everything that would stop a running case.

Each finding names the element, says what is wrong and what to do about it.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

import orjson

from engine import clock, dmn, feel
from engine.deadlines import first_strike, moment, parse_duration, parse_working_days
from engine.diagram import Step
from engine.drawn_events import find_uncaught
from engine.errors import WARNING, Drawn, Finding, StepFailed, Unreadable
from engine.extension import find_unknown
from engine.graph import Graph
from engine.registry import handlers, populations, router
from engine.retrying import MOST, parse_rule
from engine.spiff import Program
from engine.spiff.expressions import assignments
from engine.uses import NO_EXPRESSION
from engine.variables import counts, with_answers
from engine.vocabularies import translate
from engine.xml import read_xml

KINDS_OF_FILE = (".bpmn", ".dmn", ".json", ".md")


def check(program: Program) -> list[Finding]:
    """Every finding about what the steps of a program say. `structure` has seen how it is drawn."""
    findings: list[Finding] = []
    files = program.files
    for step in program.diagram.steps.values():
        for rule in RULES:
            findings.extend(rule(step, program, files))
    for flow in program.diagram.flows:
        conditions = [flow.condition] if flow.condition else []
        findings.extend(_understand(flow, conditions, program.dictionary, wanted="boolean"))
    findings.extend(find_uncaught(Graph(program.diagram)))
    for finding in findings:
        finding.file = program.diagram.file
    return findings


def check_tables(models: Mapping[str, dmn.Model]) -> Iterable[Finding]:
    """What is wrong with decision tables, by path; what may be meant, such as a gap, is only a warning."""
    for path, model in models.items():
        for found in model.check():
            name = found.element or "decision"
            yield Finding(name, found.message, found.hint, id=found.id, file=path, severity=found.severity)
        for verdict in dmn.run_rows(model, clock.now()):
            if verdict.problem:
                row, remedy = verdict.row, "Correct the table, or what the test row expects."
                name = f"{model.find(row.decision).name}, {row.title}"
                yield Finding(name, verdict.problem, remedy, id=row.id, file=path)


def check_files(files: Mapping[str, bytes]) -> Iterable[Finding]:
    """What is wrong with the files of a package, whatever its diagram says."""
    for path, content in files.items():
        if not path.endswith(KINDS_OF_FILE):
            yield Finding("file", "A package holds no files of this kind.", "Leave it out.", file=path)
        elif path.endswith(".json"):
            try:
                orjson.loads(content)
            except orjson.JSONDecodeError as error:
                yield Finding("form", f"It is not JSON: {error}.", "Save it again from the form builder.", file=path)
        elif path.endswith(".dmn"):
            # What keeps a table from being read at all is told by whoever reads it.
            with suppress(Unreadable):
                yield from find_unknown(read_xml(content, path), path)


def _finding(step: Step, problem: str, remedy: str) -> Finding:
    return Finding.at(step, problem, remedy)


def _person(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind not in ("userTask", "manualTask"):
        return
    if not step.settings.get("actor"):
        yield _finding(step, "Nobody is named to do this step.", "Choose who does it.")
    elif problem := router().find_problem(step):
        yield _finding(step, problem, "Choose who does it.")
    if step.settings.get("sendBack") not in (None, "yes", "no"):
        yield _finding(
            step, f"“{step.settings['sendBack']}” does not say whether it can be sent back.", "Write yes or no."
        )
    form = step.settings.get("form")
    if form and f"forms/{form}.json" not in files:
        yield _finding(step, f"There is no form “{form}” in the package.", "Add it, or choose another.")
    yield from _time(step, step.settings.get("due"), program)
    yield from _reminders(step)
    answers = None if program.dictionary is None else with_answers(program.dictionary, step, files)
    yield from _expressions(step, [value for _, value in step.sets], answers)


def _reminders(step: Step) -> Iterable[Finding]:
    """Reminders that are no time, or that would come when nothing is there to remind of."""
    texts, due = step.settings.get("remind", "").split(), step.settings.get("due")
    length = parse_duration(due or "")
    for text in texts:
        before = parse_duration(text)
        if before is None:
            remedy = "Write the days before, for instance 7, 2; in the file P7D P2D."
            yield _finding(step, f"“{text}” does not say how long before it is reminded.", remedy)
        elif length is not None and before >= length:
            problem = "A reminder would come before the step is handed out."
            remedy = "Remind fewer days before, or give more time."
            yield Finding.at(step, problem, remedy, severity=WARNING)
    if texts and not due:
        problem, remedy = "It has reminders, and no time to do it.", "Give it a time, or leave the reminders out."
        yield Finding.at(step, problem, remedy, severity=WARNING)


def _machine(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind in ("serviceTask", "sendTask"):
        name = step.settings.get("handler", "")
        if step.message is not None:
            if name:
                yield _finding(step, "It names a message and a handler.", "Keep the one that it is to send or call.")
        elif not name:
            yield _finding(step, "It is not said what this step does.", "Choose what it does.")
        elif name not in handlers:
            known = ", ".join(sorted(handlers)) or "none"
            yield _finding(step, f"There is no handler “{name}”.", f"Choose one of: {known}.")
        yield from _expressions(step, [value for _, value in step.parameters], program.dictionary)
    if step.kind == "scriptTask":
        try:
            yield from _expressions(step, [value for _, value in assignments(step.script)], program.dictionary)
        except StepFailed as error:
            yield _finding(step, str(error), "Other scripts are not run.")


def _table(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.kind == "businessRuleTask":
        decision = step.settings.get("decision", "")
        if not decision:
            yield _finding(step, "It is not said which table decides here.", "Choose a decision of the package.")
        elif decision not in program.decisions:
            yield _finding(step, f"There is no decision table “{decision}” in the package.", "Choose one that is.")


def _repetition(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if step.over is not None and step.over not in populations:
        known = ", ".join(sorted(populations)) or "none"
        yield _finding(step, f"There is no population “{step.over}”.", f"Choose one of: {known}.")
    if step.completion:
        yield from _completion(step, step.completion)
    repetition = step.repetition
    if repetition is not None:
        texts = [text for text in (repetition.items, repetition.count) if text]
        yield from _expressions(step, texts, program.dictionary)
        conditions = [repetition.condition] if repetition.condition else []
        yield from _understand(step, conditions, program.dictionary, wanted="boolean")


def _handed(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    """What goes into a called process, and what comes back; what that one calls its variables is not known here."""
    yield from _expressions(step, [text for _, text in step.inputs], program.dictionary)
    inside = program.dictionary if step.called is None else None
    yield from _expressions(step, [text for _, text in (*step.outputs, *step.collects)], inside)


def _completion(step: Step, condition: str) -> Iterable[Finding]:
    """Only a few numbers are known to it, so it can be tried out."""
    try:
        value = feel.compile(condition).evaluate(counts(1, 2), now=clock.now())
    except feel.FeelError as error:
        yield _finding(step, f"“{condition}” is not understood: {error}", "It may use “done” and “total”.")
    else:
        if not isinstance(value, bool):
            remedy = "Compare, for instance: done / total >= 0.8."
            yield _finding(step, f"“{condition}” must give true or false.", remedy)


def _timers(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    if "timerEventDefinition" not in step.events:
        return
    if step.timer is None:
        yield _finding(step, "This timer has no time.", "Give a duration such as P14D or a date.")
    elif step.timer_kind == "timeCycle":
        yield from _cycle(step, step.timer, program)
    else:
        yield from _time(step, step.timer, program)


def _cycle(step: Step, text: str, program: Program) -> Iterable[Finding]:
    """A repetition, or an expression that gives one."""
    if NO_EXPRESSION.match(text):
        try:
            first_strike(text, clock.now())
        except StepFailed as error:
            yield _finding(step, str(error), "Write for instance R3/P1D: three times, a day between.")
            return
    else:
        yield from _expressions(step, [text], program.dictionary)
    if step.interrupts and step.kind != "startEvent":
        problem = "It repeats, but the process goes on after the first time."
        remedy = "Give a duration, or put it beside a step as an event that does not interrupt."
        yield Finding.at(step, problem, remedy, severity=WARNING)


def _time(step: Step, text: str | None, program: Program) -> Iterable[Finding]:
    """A duration, a date, or an expression that gives one of them."""
    if text is None or parse_duration(text) is not None or parse_working_days(text) is not None:
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


def _retry(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    text = step.settings.get("retry")
    if text is not None and parse_rule(text) is None:
        remedy = f"Write up to {MOST} durations, for instance PT10S PT1M, or none."
        yield _finding(step, f"“{text}” does not say after how long it is tried again.", remedy)


def _messages(step: Step, program: Program, files: Mapping[str, bytes]) -> Iterable[Finding]:
    texts = [step.settings[name] for name in ("correlate", "subject") if name in step.settings]
    if step.kind.endswith("Event"):
        texts += [value for _, value in step.parameters]
    yield from _expressions(step, texts, program.dictionary)
    conditions = [step.condition] if step.condition else []
    yield from _understand(step, conditions, program.dictionary, wanted="boolean")


def _expressions(step: Step, texts: Iterable[str], dictionary: feel.Dictionary | None) -> Iterable[Finding]:
    return _understand(step, texts, dictionary)


def _understand(
    element: Drawn, texts: Iterable[str], dictionary: feel.Dictionary | None, *, wanted: str | None = None
) -> Iterable[Finding]:
    """What is wrong with expressions. Names can be judged only where the diagram declares its variables."""
    for text in texts:
        for found in feel.check(text, dictionary or {}, wanted=wanted):
            if dictionary is not None or found.problem != "name":
                place = "" if found.position is None else f" (character {found.position + 1} of: {text.strip()})"
                problem = f"“{text.strip()}” is not understood: {found.message}{place}"
                yield Finding.at(element, problem, translate(text) or found.hint or "Correct the expression.")


RULES: tuple[Callable[[Step, Program, Mapping[str, bytes]], Iterable[Finding]], ...] = (
    _person,
    _machine,
    _table,
    _repetition,
    _handed,
    _timers,
    _retry,
    _messages,
)
