"""What is asked about the steps for people outside before a process is published."""

from collections.abc import Iterable, Iterator, Mapping

from engine import Diagram, EngineError, Finding, Program, Step, feel, read_diagram, registry
from workflows.outside.steps import ACTOR, answers_of, find_answers_problem
from workflows.questionnaires import Questionnaire, load
from workflows.questionnaires.errors import InvalidForm
from workflows.questionnaires.naming import find_misnamed
from workflows.reviews.forms import asks_for_approval


def find_outside_faults(files: Mapping[str, bytes], program: Program | None) -> Iterator[Finding]:
    """Every step for people outside that names nobody, or whose form is for colleagues alone."""
    for path, content in files.items():
        if not path.endswith(".bpmn") or ACTOR.encode() not in content:
            continue
        try:
            diagram = read_diagram(content, path)
        except EngineError:
            # What is wrong with the diagram itself is said elsewhere.
            continue
        for step in diagram.steps.values():
            if step.settings.get("actor") == ACTOR:
                yield from _named(diagram, step, program.dictionary if program else None)
                yield from _asked(step, files)


def install() -> None:
    """Let these checks be asked whenever a process is looked at."""
    registry.use_checker(find_outside_faults)


def _named(diagram: Diagram, step: Step, dictionary: feel.Dictionary | None) -> Iterator[Finding]:
    argument = step.settings.get("actorArgument", "")
    if find_answers_problem(argument) is not None:
        return
    known = {name for other in diagram.steps.values() for name, _ in other.sets}
    known |= {name for name, _ in diagram.variables} | (set(dictionary.fields) if dictionary else set())
    for name in answers_of(argument):
        if name not in known:
            remedy = f"Keep the answer of an earlier form as “{name}”, or name another."
            yield Finding.at(step, f"It is for whoever “{name}” names, and no step before it keeps that.", remedy)


def _asked(step: Step, files: Mapping[str, bytes]) -> Iterable[Finding]:
    path = f"forms/{step.settings.get('form')}.json"
    try:
        questionnaire = load(files[path]) if path in files else None
    except InvalidForm:
        questionnaire = None
    return [] if questionnaire is None else _faults_of(step, questionnaire, path)


def _faults_of(step: Step, questionnaire: Questionnaire, path: str) -> Iterator[Finding]:
    if asks_for_approval(questionnaire):
        remedy = "Ask for their words, and let a colleague decide."
        yield Finding.at(step, "Its form asks for an approval, and somebody outside never approves.", remedy)
    for finding in find_misnamed(questionnaire, {}):
        finding.file = path
        finding.remedy = "Somebody outside is shown nothing of the case: leave it out of their form."
        yield finding
